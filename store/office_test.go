package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"clarion/audience"
)

func TestFreezeRow(t *testing.T) {
	b := setup(t)
	press := func(want bool) {
		t.Helper()
		b.update(func(tx *Tx) error {
			if first, err := tx.SetFreeze("ann", "stop"); err != nil || first != want {
				t.Errorf("pressed: %v, %v; want %v", first, err, want)
			}
			return nil
		})
	}
	press(true)
	press(false)
	b.update(func(tx *Tx) error { return tx.ClearFreeze() })
	if _, frozen, err := b.store.Freeze(context.Background()); frozen || err != nil {
		t.Errorf("thawed: %v, %v", frozen, err)
	}
	press(true)
}

func TestChannelStates(t *testing.T) {
	b := setup(t)
	b.update(func(tx *Tx) error {
		return errors.Join(tx.SetPaused("wire", true, "", "401"), tx.SetRehearsal("wire", true, "ann"), tx.SetRehearsal("mail", true, "ann"))
	})
	b.now = b.now.Add(time.Minute)
	b.update(func(tx *Tx) error { return tx.SetPaused("wire", false, "ann", "mended") })
	got, err := b.store.ChannelStates(context.Background())
	want := map[string]ChannelState{
		"wire": {Name: "wire", By: "ann", Reason: "mended", Rehearsal: true, ChangedAt: b.now, Mode: Change{"ann", start}},
		"mail": {Name: "mail", Rehearsal: true, ChangedAt: start, Mode: Change{"ann", start}},
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestMembers(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press", "staff")
	b.subscribers(2, "press")
	b.suppress(0, "press")
	b.suppress(1, "")
	sizes, err := b.store.AudienceSizes(context.Background())
	if want := map[string]int{"press": 1, "staff": 2}; err != nil || !maps.Equal(sizes, want) {
		t.Errorf("sizes %v, %v; want %v", sizes, err, want)
	}
	a, err := audience.ParseAddress("new@example.org")
	b.no(err)
	people := []audience.Subscriber{{Address: a}, {Address: a, Name: "twice"}}
	b.update(func(tx *Tx) error {
		if added, err := tx.AddMembers("press", people); err != nil || added != 1 {
			t.Errorf("added %d, %v", added, err)
		}
		if _, err := tx.AddMembers("nobody", people); !errors.Is(err, ErrNotFound) {
			t.Errorf("an unknown audience: %v", err)
		}
		return nil
	})
	all, err := b.store.Audiences(context.Background())
	if err != nil || len(all) != 2 || all[0].Name != "press" || !slices.Equal(all[0].Channels, []string{"web", "wire", "mail"}) {
		t.Errorf("audiences %+v, %v", all, err)
	}
}

func TestRecipientOf(t *testing.T) {
	b := setup(t)
	b.subscribers(1, "press", "staff")
	b.approved(rendered("mail", "press", "staff"))
	b.materialise()
	id := b.claim("mail", 1).Opened[0].Item.Recipient
	b.update(func(tx *Tx) error {
		key, names, err := tx.RecipientOf(id)
		if err != nil || key != "p0@example.org" || !slices.Equal(names, []string{"press", "staff"}) {
			t.Errorf("recipient %q %v, %v", key, names, err)
		}
		if _, _, err := tx.RecipientOf(id + 1); !errors.Is(err, ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		return nil
	})
}

func TestRenderingMustBeTheApprovedOne(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	s := b.sendOf(id, "wire")
	ctx := context.Background()
	if body, err := b.store.Rendering(ctx, s.ID); err != nil || len(body) == 0 {
		t.Errorf("rendering %q, %v", body, err)
	}
	if v, err := b.store.Values(ctx, s.ID, 0); err != nil || v.MessageID != s.Key || v.EntryID != b.message(id).EntryID {
		t.Errorf("values %+v, %v", v, err)
	}
	b.raw("UPDATE renderings SET body = CAST(body || 'x' AS BLOB)")
	if body, err := b.store.Rendering(ctx, s.ID); err == nil {
		t.Errorf("changed bytes were handed out: %q", body)
	}
	if claim := b.claim("wire", 1); len(claim.Opened) != 0 {
		t.Errorf("changed bytes were claimed: %+v", claim)
	}
	if m := b.message(id); m.Hold != "bytes-changed" {
		t.Errorf("held for %q", m.Hold)
	}
	if r, err := b.store.Revision(ctx, id, 1); err != nil || r.Content.Title != "Bridge opens" || r.Digest != r.Content.Digest() {
		t.Errorf("revision %+v, %v", r, err)
	}
	if _, err := b.store.Revision(ctx, id, 2); !errors.Is(err, ErrNotFound) {
		t.Errorf("a revision that is not there: %v", err)
	}
}
