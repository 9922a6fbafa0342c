package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"clarion/api"
	"clarion/message"
	"clarion/people"
)

func TestAPIAudiences(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	d.no(d.ada.SetAudience(ctx, "stakeholders", api.AudienceSettings{Title: "Stakeholders", Public: true, Channels: []string{"web", "email"}}))
	d.refused(d.ada.SetAudience(ctx, "all", api.AudienceSettings{Title: "All", Channels: []string{}}), http.StatusBadRequest, "all")
	d.refused(d.ada.SetAudience(ctx, "x", api.AudienceSettings{Title: "X", Channels: []string{"fax"}}), http.StatusBadRequest, "fax", "web, email, mastodon")

	good := "email,name\nada@example.org,Ada\nben@example.org,Ben\n"
	r, err := d.ada.Import(ctx, "stakeholders", strings.NewReader(good), false)
	d.no(err)
	if r.Rows != 2 || r.Added != 2 || len(r.Problems) != 0 {
		t.Errorf("import gave %+v", r)
	}
	bad := good + "not-an-address,Cid\ncid@example.org,Cid\n"
	_, err = d.ada.Import(ctx, "stakeholders", strings.NewReader(bad), false)
	d.refused(err, http.StatusBadRequest, "line 4:", "--good-rows")
	r, err = d.ada.Import(ctx, "stakeholders", strings.NewReader(bad), true)
	d.no(err)
	if r.Rows != 3 || r.Added != 1 || len(r.Problems) != 1 || r.Problems[0].Line != 4 {
		t.Errorf("import of the good rows gave %+v", r)
	}
	_, err = d.ada.Import(ctx, "nobody", strings.NewReader(good), false)
	d.refused(err, http.StatusNotFound, "nobody", "audience list")

	all, err := d.ada.Audiences(ctx)
	d.no(err)
	if len(all.Audiences) != 3 || all.Audiences[2].Name != "stakeholders" || all.Audiences[2].Size != 3 {
		t.Errorf("audiences are %+v", all.Audiences)
	}
}

func TestAPIChannels(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	d.no(d.ada.PauseChannel(ctx, "email", "the relay is down"))
	d.no(d.ada.RehearseChannel(ctx, "web", true))
	all, err := d.ada.Channels(ctx)
	d.no(err)
	if web := all.Channels[0]; web.Name != "web" || !web.Rehearsal || !web.Local {
		t.Errorf("web is %+v", web)
	}
	if email := all.Channels[1]; !email.Paused || email.PausedBy != "ada" || email.Reason != "the relay is down" || !email.Addressed {
		t.Errorf("email is %+v", email)
	}
	d.no(d.ada.ResumeChannel(ctx, "email"))
	d.no(d.ada.RehearseChannel(ctx, "web", false))
	d.refused(d.ada.ResumeChannel(ctx, "fax"), http.StatusNotFound, "fax")
	checked, err := d.ada.CheckChannel(ctx, "web")
	d.no(err)
	if !checked.OK {
		t.Errorf("web checks as %+v", checked)
	}
	checked, err = d.ada.CheckChannel(ctx, "mastodon")
	d.no(err)
	if !checked.OK || checked.Says != "it rehearses: there is nothing to check" {
		t.Errorf("mastodon checks as %+v", checked)
	}
	_, err = d.ada.CheckChannel(ctx, "fax")
	d.refused(err, http.StatusNotFound, "fax")
}

func TestAPIPeople(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.refused(d.ada.SetPerson(t.Context(), "Not A Name", api.PersonSettings{FullName: "X"}), http.StatusBadRequest, "ada.okoro")
	d.refused(d.nobody.SetPerson(t.Context(), "cid", api.PersonSettings{FullName: "Cid"}), http.StatusForbidden, "you are not signed in", "clarion login")
	d.refused(d.nobody.SetPerson(t.Context(), "cid", api.PersonSettings{FullName: "Cid", Password: password}), http.StatusForbidden, "there are people already")
	d.refused(d.nobody.With(d.adaKey).SetPerson(t.Context(), "ben", api.PersonSettings{FullName: "Ben", Kind: "system"}), http.StatusConflict, "stays one")
	all, err := d.ada.People(t.Context())
	d.no(err)
	if len(all.People) != 2 || all.People[0].Name != "ada" || all.People[0].FullName != "Ada Okoro" || all.People[0].Kind != "human" || len(all.People[0].Roles) != len(people.Roles()) {
		t.Errorf("people are %+v", all.People)
	}
}

func TestAPIStatus(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.approved(sample)
	s, err := d.ada.Status(t.Context())
	d.no(err)
	if s.Version != "test" || s.Frozen || !s.FrozenAt.IsZero() || s.Due != 3 || s.OldestDue.IsZero() || s.InReview != 0 || len(s.Paused) != 0 {
		t.Errorf("status is %+v", s)
	}
	id := d.add(sample)
	_, err = d.ada.Submit(t.Context(), id)
	d.no(err)
	d.no(d.ada.PauseChannel(t.Context(), "email", "the relay is down"))
	_, err = d.ben.Freeze(t.Context(), "the wrong text")
	d.no(err)
	s, err = d.ada.Status(t.Context())
	d.no(err)
	if !s.Frozen || s.FrozenBy != "ben" || s.Why != "the wrong text" || s.FrozenAt.IsZero() || s.InReview != 1 || !slices.Equal(s.Paused, []string{"email"}) {
		t.Errorf("status is %+v", s)
	}
}

func TestAPISettlesOpenSends(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	d.approved(sample)
	id := d.tried(message.SendUnknown)
	detail, err := d.ada.Send(ctx, id)
	d.no(err)
	if detail.State != "unknown" || detail.Attempts != 1 || len(detail.Tries) != 1 {
		t.Errorf("the unknown send is %+v", detail)
	}
	if try := detail.Tries[0]; try.Outcome != "unknown" || try.Reason != "the destination said no" || try.ClosedAt.IsZero() {
		t.Errorf("the attempt is %+v", try)
	}
	if detail.Steps == nil || detail.Looks == nil || !detail.Decide || !strings.Contains(detail.Advice, "clarion send resolve") {
		t.Errorf("the evidence is %+v", detail)
	}
	_, err = d.ada.Look(ctx, id)
	d.refused(err, http.StatusConflict, "kind rehearsal", "clarion send resolve")
	_, err = d.ada.Resolve(ctx, id, api.Resolution{To: "sent", Reason: "I saw it", Recipient: "ann@example.org"})
	d.refused(err, http.StatusBadRequest, "has no recipients")
	settled, err := d.ada.Resolve(ctx, id, api.Resolution{To: "planned", Reason: "I looked: it is not there"})
	d.no(err)
	if settled.Count != 1 {
		t.Errorf("resolving settled %d", settled.Count)
	}
	if again := d.tried(message.Failed); again != id {
		t.Errorf("send %d was claimed, want %d again", again, id)
	}
	_, err = d.ada.Retry(ctx, id, api.Retrial{Abandon: true, Reason: "too late now"})
	d.no(err)
	detail, err = d.ada.Send(ctx, id)
	d.no(err)
	if detail.State != "abandoned" || len(detail.Tries) != 2 {
		t.Errorf("the abandoned send is %+v", detail)
	}
}

func TestAPIOpenSends(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	d.approved(sample)
	sends, err := d.ada.Sends(ctx, api.SendFilter{Mechanism: "mastodon"})
	d.no(err)
	id := sends.Sends[0].ID
	_, err = d.ada.Resolve(ctx, id, api.Resolution{To: "sent", Reason: "I saw it"})
	d.refused(err, http.StatusConflict, "planned")
	_, err = d.ada.Resolve(ctx, id, api.Resolution{To: "sent"})
	d.refused(err, http.StatusBadRequest, "--reason")
	_, err = d.ada.Retry(ctx, id, api.Retrial{})
	d.refused(err, http.StatusConflict, "failed")
	_, err = d.ada.Send(ctx, 1<<40)
	d.refused(err, http.StatusNotFound, "send list")
	_, err = d.ada.Recipients(ctx, 1<<40, "", "", 0)
	d.refused(err, http.StatusNotFound, "send list")
	content, err := d.ada.Content(ctx, id, 0)
	d.no(err)
	if len(content.Documents) == 0 || !strings.Contains(string(content.Documents[0].Bytes()), "gauges") {
		t.Errorf("the content is %+v", content)
	}
}
