package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/api"
)

func TestAPIWalk(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()

	dry, err := d.ada.Add(ctx, api.Draft{File: "gauges.md", Text: []byte(sample), DryRun: true})
	d.no(err)
	if dry.ID != "" || !dry.DryRun || len(dry.Sends) != 3 {
		t.Errorf("dry run gave %+v", dry)
	}
	if all, err := d.ada.Messages(ctx, api.MessageFilter{}); err != nil || len(all.Messages) != 0 {
		t.Errorf("a dry run stored %v, %v", all, err)
	}

	id := d.add(sample)
	edited, err := d.ada.Edit(ctx, id, api.Draft{File: "gauges.md", Text: []byte(strings.Replace(sample, "twelve", "thirteen", 1))})
	d.no(err)
	if edited.Revision != 2 || edited.ID != id {
		t.Errorf("edit gave %+v", edited)
	}
	_, err = d.ada.Submit(ctx, id)
	d.no(err)
	d.no(d.ben.Return(ctx, id, "say where"))
	submitted, err := d.ada.Submit(ctx, id)
	d.no(err)
	_, err = d.ada.Approve(ctx, id, submitted.Digest)
	d.refused(err, http.StatusForbidden, "ada submitted", "ask somebody else")
	_, err = d.ben.Approve(ctx, id, strings.Repeat("0", 64))
	d.refused(err, http.StatusConflict, "message show")
	_, err = d.ben.Approve(ctx, id, submitted.Digest)
	d.no(err)

	m, err := d.ada.Message(ctx, id)
	d.no(err)
	if m.State != "approved" || m.ApprovedDigest != submitted.Digest || len(m.Sends) != 3 || len(m.Plan) != 3 || m.EditedBy != "ada" {
		t.Errorf("the message is %+v", m)
	}
	source, err := d.ada.Source(ctx, id)
	d.no(err)
	if !strings.Contains(string(source), "thirteen") {
		t.Errorf("the source is %s", source)
	}
	r, err := d.ada.Rendering(ctx, id, "web")
	d.no(err)
	if len(r.Documents) == 0 || r.Digest == "" {
		t.Errorf("the rendering is %+v", r)
	}
	_, err = d.ada.Rendering(ctx, id, "carrier-pigeon")
	d.refused(err, http.StatusNotFound, "carrier-pigeon")
}

func TestAPIHoldAndRelease(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	id := d.approved(sample)
	run, err := d.ada.Rehearse(ctx, id)
	d.no(err)
	if run.Run != 1 {
		t.Errorf("run %d, want 1", run.Run)
	}
	d.no(d.ada.Hold(ctx, id, "a doubt"))
	m, err := d.ada.Message(ctx, id)
	d.no(err)
	if m.State != "held" || m.Hold != "manual" || m.People != 1 {
		t.Errorf("held message is %+v", m.Message)
	}
	decision, err := d.ben.Release(ctx, id, "it is fine")
	d.no(err)
	if !decision.Done {
		t.Error("one person could not release a manual hold")
	}
	d.no(d.ben.Cancel(ctx, id, "no more"))
	sends, err := d.ada.Sends(ctx, api.SendFilter{Message: id, State: "cancelled"})
	d.no(err)
	if len(sends.Sends) != 3 {
		t.Errorf("%d sends are cancelled, want 3", len(sends.Sends))
	}
}

func TestAPIFreezeTakesOneAndThawTwo(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	p, err := d.nobody.Freeze(ctx, "the wrong text is out")
	d.no(err)
	if !p.Memory || !p.File || !p.Row {
		t.Errorf("pressed %+v", p)
	}
	state, err := d.nobody.Frozen(ctx)
	d.no(err)
	if !state.Frozen || state.Reason != "the wrong text is out" || state.At.IsZero() {
		t.Errorf("state %+v", state)
	}
	_, err = d.nobody.Thaw(ctx, "")
	d.refused(err, http.StatusForbidden, "you are not signed in", "clarion login")
	for range 2 { // the same person twice is one person
		decision, err := d.ada.Thaw(ctx, "")
		d.no(err)
		if decision.Done {
			t.Fatal("one person thawed")
		}
	}
	decision, err := d.ben.Thaw(ctx, "it was taken down")
	d.no(err)
	if !decision.Done || decision.First != "ada" {
		t.Errorf("thaw gave %+v", decision)
	}
}

func TestAPIPages(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ids := map[string]bool{}
	for range 5 {
		ids[d.approved(sample)] = true
	}
	seen, before := 0, ""
	for {
		page, err := d.ada.Messages(t.Context(), api.MessageFilter{Limit: 2, Cursor: before})
		d.no(err)
		for _, m := range page.Messages {
			if !ids[m.ID] {
				t.Errorf("message %s came twice or is not ours", m.ID)
			}
			delete(ids, m.ID)
			seen++
		}
		if before = page.Next; before == "" {
			break
		}
	}
	if seen != 5 {
		t.Errorf("saw %d messages, want 5", seen)
	}
	last, total := int64(1<<60), 0
	for more, cursor := true, ""; more; {
		sends, err := d.ada.Sends(t.Context(), api.SendFilter{Limit: 4, Cursor: cursor})
		d.no(err)
		for _, s := range sends.Sends {
			if s.ID >= last {
				t.Errorf("send %d comes after %d", s.ID, last)
			}
			last = s.ID
			total++
		}
		cursor, more = sends.Next, sends.Next != ""
	}
	if total != 15 {
		t.Errorf("saw %d sends, want 15", total)
	}
}

func TestAPISendFilters(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.approved(sample)
	later := d.approved(strings.Replace(sample, "audiences:", "publish: 2099-05-01 09:00 Europe/London\naudiences:", 1))
	at := time.Date(2099, 5, 1, 8, 0, 0, 0, time.UTC)
	for name, want := range map[string]struct {
		filter api.SendFilter
		n      int
	}{
		"all":       {api.SendFilter{}, 6},
		"message":   {api.SendFilter{Message: later}, 3},
		"audience":  {api.SendFilter{Audience: "press"}, 2},
		"mechanism": {api.SendFilter{Mechanism: "web"}, 2},
		"state":     {api.SendFilter{State: "sent"}, 0},
		"at":        {api.SendFilter{Since: api.At(at)}, 3},
		"behind":    {api.SendFilter{Since: api.At(at.Add(time.Millisecond))}, 0},
	} {
		got, err := d.ada.Sends(t.Context(), want.filter)
		d.no(err)
		if len(got.Sends) != want.n {
			t.Errorf("%s: %d sends, want %d", name, len(got.Sends), want.n)
		}
		for _, s := range got.Sends {
			if !want.filter.Match(s) {
				t.Errorf("%s: the server gave %+v and the filter does not match it", name, s)
			}
		}
	}
}
