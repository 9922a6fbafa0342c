package web_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/api"
	"clarion/client"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

const ofRivers = "---\ntitle: Rivers only\ndepartment: Rivers\naudiences: [public, press]\n---\n\nText\n"

// coastal is somebody who holds every role in Coasts and none elsewhere, beside
// what belongs to Rivers and is none of their business.
func (d *desk) coastal() (cid *client.Client, rivers, coasts string) {
	d.Helper()
	for _, name := range []string{"Rivers", "Coasts"} {
		d.no(d.ada.AddDepartment(d.Context(), name))
	}
	rivers = d.approved(ofRivers)
	coasts = d.approved(strings.ReplaceAll(ofRivers, "Rivers", "Coasts"))
	return d.nobody.With(d.join("cid", "Cid", "Coasts", people.Roles()...)), rivers, coasts
}

func TestAPIListsHoldOnesOwnDepartment(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	start, err := d.ada.ChangedSends(ctx, -1, 0)
	d.no(err)
	cid, rivers, coasts := d.coastal()
	for _, id := range []string{rivers, coasts} { // what waits for a second person
		d.no(d.store.Update(ctx, time.Now(), func(t *store.Tx) error {
			m, err := t.Message(id)
			d.no(err)
			return t.Hold(m, message.HoldRestored, store.Decider{})
		}))
		_, err := d.ada.Release(ctx, id, "it is fine")
		d.no(err)
	}
	for _, c := range []struct {
		name string
		list func(c *client.Client) ([]string, error)
	}{
		{"messages", func(c *client.Client) (ids []string, err error) {
			all, err := c.Messages(ctx, api.MessageFilter{})
			for _, m := range all.Messages {
				ids = append(ids, m.ID)
			}
			return ids, err
		}},
		{"sends", func(c *client.Client) (ids []string, err error) {
			all, err := c.Sends(ctx, api.SendFilter{})
			for _, s := range all.Sends {
				ids = append(ids, s.Message)
			}
			return ids, err
		}},
		{"changes", func(c *client.Client) (ids []string, err error) {
			all, err := c.ChangedSends(ctx, start.Next, time.Second)
			for _, s := range all.Sends {
				ids = append(ids, s.Message)
			}
			return ids, err
		}},
		{"agenda", func(c *client.Client) ([]string, error) {
			all, err := c.Agenda(ctx, 7)
			return ids(all.Agenda), err
		}},
		{"first decisions", func(c *client.Client) (ids []string, err error) {
			s, err := c.Status(ctx)
			for _, f := range s.Waiting {
				ids = append(ids, f.Subject)
			}
			return ids, err
		}},
	} {
		all, err := c.list(d.ada)
		d.no(err)
		own, err := c.list(cid)
		d.no(err)
		if !slices.Contains(all, rivers) || !slices.Contains(all, coasts) {
			t.Errorf("%s: ada sees %v", c.name, all)
		}
		if slices.Contains(own, rivers) || !slices.Contains(own, coasts) {
			t.Errorf("%s: cid sees %v, who may see %s alone", c.name, own, coasts)
		}
	}
	sends, err := cid.Sends(ctx, api.SendFilter{Message: rivers})
	if err != nil || len(sends.Sends) != 0 {
		t.Errorf("the sends of another department's message are %+v, %v", sends, err)
	}
}

// What belongs to another department is not there, whatever is tried, and the
// answer is that for what never was.
func TestAPIOtherDepartmentsAreNotThere(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	cid, rivers, _ := d.coastal()
	sends, err := d.ada.Sends(ctx, api.SendFilter{Message: rivers})
	d.no(err)
	send := sends.Sends[0].ID
	draft := api.Draft{File: "a.md", Text: []byte(strings.ReplaceAll(ofRivers, "Rivers", "Coasts"))}
	corrects := func(id string, dry bool) error {
		_, err := cid.Add(ctx, api.Draft{File: "a.md", Text: draft.Text, Corrects: id, DryRun: dry})
		return err
	}
	tries := map[string]func(id string, send int64) error{
		"correct":    func(id string, _ int64) error { return corrects(id, false) },
		"check":      func(id string, _ int64) error { return corrects(id, true) },
		"comment":    func(id string, _ int64) error { return cid.Comment(ctx, id, "hm") },
		"show":       func(id string, _ int64) error { _, err := cid.Message(ctx, id); return err },
		"source":     func(id string, _ int64) error { _, err := cid.Source(ctx, id); return err },
		"rendering":  func(id string, _ int64) error { _, err := cid.Rendering(ctx, id, "web"); return err },
		"edit":       func(id string, _ int64) error { _, err := cid.Edit(ctx, id, draft); return err },
		"submit":     func(id string, _ int64) error { _, err := cid.Submit(ctx, id); return err },
		"approve":    func(id string, _ int64) error { _, err := cid.Approve(ctx, id, strings.Repeat("0", 64)); return err },
		"return":     func(id string, _ int64) error { return cid.Return(ctx, id, "no") },
		"hold":       func(id string, _ int64) error { return cid.Hold(ctx, id, "no") },
		"release":    func(id string, _ int64) error { _, err := cid.Release(ctx, id, "yes"); return err },
		"cancel":     func(id string, _ int64) error { return cid.Cancel(ctx, id, "no") },
		"rehearse":   func(id string, _ int64) error { _, err := cid.Rehearse(ctx, id); return err },
		"send":       func(_ string, send int64) error { _, err := cid.Send(ctx, send); return err },
		"recipients": func(_ string, send int64) error { _, err := cid.Recipients(ctx, send, "", "", 0); return err },
		"content":    func(_ string, send int64) error { _, err := cid.Content(ctx, send, 0); return err },
		"look":       func(_ string, send int64) error { _, err := cid.Look(ctx, send); return err },
		"resolve": func(_ string, send int64) error {
			_, err := cid.Resolve(ctx, send, api.Resolution{To: "sent", Reason: "I saw it"})
			return err
		},
		"retry": func(_ string, send int64) error {
			_, err := cid.Retry(ctx, send, api.Retrial{Abandon: true, Reason: "no"})
			return err
		},
	}
	for name, try := range tries {
		other, none := try(rivers, send), try("m0", 1<<40)
		o, isOther := errorOf(other)
		n, isNone := errorOf(none)
		want := http.StatusNotFound
		if name == "correct" || name == "check" {
			want = http.StatusBadRequest // a fault of the draft
		}
		if !isOther || !isNone || o.Status != want || n.Status != want {
			t.Errorf("%s: %v, and of what never was: %v", name, other, none)
			continue
		}
		alike := strings.NewReplacer(rivers, "m0", fmt.Sprint("send ", send), fmt.Sprint("send ", 1<<40))
		if alike.Replace(other.Error()) != none.Error() {
			t.Errorf("%s tells them apart: %v, and %v", name, other, none)
		}
	}
	if m, err := d.ada.Message(ctx, rivers); err != nil || m.State != "approved" || m.Revision != 1 {
		t.Errorf("the message is %+v, %v", m.Message, err)
	}
}

// What is of the whole office takes a role that is held everywhere.
func TestAPIOfficeWideNeedsARoleEverywhere(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	cid, _, _ := d.coastal()
	_, err := cid.Backup(ctx, &bytes.Buffer{})
	d.refused(err, http.StatusForbidden, "for the whole office")
	d.refused(cid.Export(ctx, api.LedgerRange{}, func(api.Entry) error { return nil }), http.StatusForbidden, "for the whole office")
	d.refused(cid.PauseChannel(ctx, "web", "no"), http.StatusForbidden, "for the whole office")
	d.refused(cid.SetPerson(ctx, "dan", api.PersonSettings{FullName: "Dan"}), http.StatusForbidden, "for the whole office")
	_, err = cid.Invite(ctx, "ada")
	d.refused(err, http.StatusForbidden, "for the whole office")
	_, err = cid.Add(ctx, api.Draft{File: "a.md", Text: []byte(ofRivers)})
	d.refused(err, http.StatusForbidden, "cid may not add messages in Rivers")
	d.refused(cid.SetRoles(ctx, "ben", api.Roles{Department: "Rivers", Roles: []string{"author"}}), http.StatusForbidden, "in Rivers")
	d.no(cid.SetRoles(ctx, "ben", api.Roles{Department: "Coasts", Roles: []string{"author"}}))
}
