package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/message"
)

// about adds an approved message about another by channels that carried it.
func (b *bundle) about(c message.Content, plan ...Rendered) string {
	b.Helper()
	id := b.draft(c)
	b.submit(id, plan...)
	b.approve(id)
	return id
}

// of plans a channel's part about a send.
func of(send message.Send, action channels.Action) Rendered {
	r := rendered(send.Channel, send.Audiences...)
	r.Of, r.Action, r.Facts = send.ID, action, channels.Facts(`{"limit":7}`)
	return r
}

func correcting(id string) message.Content {
	c := content("Correction")
	c.Corrects = id
	return c
}

func withdrawing(id string) message.Content {
	c := content("Withdrawal")
	c.Withdraws = id
	return c
}

func (b *bundle) addresses(channel string) []string {
	b.Helper()
	var all []string
	for _, o := range b.claim(channel, 100).Opened {
		all = append(all, o.Item.Address)
	}
	slices.Sort(all)
	return all
}

// TestWhoGotTheOriginal fixes the recipients of what is about an original: all
// whom it reached or may have, less who was suppressed since; nobody else.
func TestWhoGotTheOriginal(t *testing.T) {
	b := setup(t)
	b.subscribers(6, "press")
	b.suppress(5, "press") // before the original: it never reached them
	id := b.approved(to("mail")...)
	b.materialise()
	all := b.claim("mail", 10).Opened
	b.settle(b.outcome(all[0], message.Sent), b.outcome(all[1], message.SendUnknown), b.outcome(all[2], message.Failed),
		b.outcome(all[3], message.Sent), b.outcome(all[4], message.Sent))
	b.subscribers(9, "press", "staff")
	b.suppress(3, "press") // still reached as staff, who did not get it
	b.suppress(4, "")
	original := b.sendOf(id, "mail")
	if n, err := b.store.Within(context.Background(), original.ID); n != 2 || err != nil {
		t.Errorf("%d would be reached, %v; want 2", n, err)
	}

	gone := b.about(withdrawing(id), of(original, channels.Publish))
	b.materialise()
	b.tally(gone, message.Tally{message.Planned: 2, message.Suppressed: 2})
	b.suppress(1, "press") // between the two
	if got := b.addresses("mail"); !slices.Equal(got, []string{all[0].Item.Address}) {
		t.Errorf("written to %v, want %s", got, all[0].Item.Address)
	}
	b.tally(gone, message.Tally{message.Sending: 1, message.Suppressed: 3})
}

// TestNobodyIsLeft closes a send about an original whose readers all left.
func TestNobodyIsLeft(t *testing.T) {
	b := setup(t)
	b.subscribers(1, "press")
	id := b.approved(to("mail")...)
	b.materialise()
	b.send("mail", message.Sent)
	b.suppress(0, "")
	fixed := b.about(correcting(id), of(b.sendOf(id, "mail"), channels.Publish))
	b.materialise()
	b.wants(fixed, message.Cancelled, "mail", message.Suppressed)
	b.tally(fixed, message.Tally{message.Suppressed: 1})
}

// TestRehearsedForWhoGotTheOriginal rehearses for the same people.
func TestRehearsedForWhoGotTheOriginal(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("mail")...)
	b.materialise()
	b.send("mail", message.Sent)
	b.subscribers(5, "press")
	fixed := b.draft(correcting(id))
	b.submit(fixed, of(b.sendOf(id, "mail"), channels.Publish))
	b.with(fixed, func(tx *Tx, m message.Message) error {
		_, err := tx.PlanRehearsal(m)
		return err
	})
	b.materialise()
	if got := b.addresses("mail"); len(got) != 3 {
		t.Errorf("rehearsed for %v", got)
	}
}

func TestCarriers(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	b.send("wire", message.Sent)
	all := b.claim("mail", 10).Opened
	b.settle(b.outcome(all[0], message.Sent), b.outcome(all[1], message.SendUnknown), b.outcome(all[2], message.Failed))
	wire, mail := b.sendOf(id, "wire"), b.sendOf(id, "mail")
	b.raw("INSERT INTO steps (send_id, revision, name, value, cost, at) VALUES (?1, 1, 'post/1', 'a', 0, 0), (?1, 1, 'post/2', 'b', 0, 0), (?1, 1, 'media/x', 'c', 0, 0), (?1, 9, 'post/3', 'd', 0, 0)", wire.ID)
	fixed := b.about(correcting(id), of(wire, channels.Edit), rendered("web", "press"))
	b.publish("corrected")
	b.send("wire", message.Sent)
	b.about(withdrawing(id), of(wire, channels.Delete))

	got, err := b.store.Carriers(context.Background(), id)
	b.no(err)
	press := []channels.Audience{{Name: "press"}}
	want := []Carrier{
		{Send: mail.ID, Message: id, Channel: "mail", State: message.SendUnknown, Addressed: true, Audiences: press, Fingerprint: lane("mail").Fingerprint, Reached: 2},
		{Send: b.sendOf(fixed, "web").ID, Message: fixed, Channel: "web", State: message.Sent, Audiences: press, Fingerprint: lane("web").Fingerprint},
		{Send: wire.ID, Message: id, Channel: "wire", State: message.Sent, Audiences: press, Fingerprint: lane("wire").Fingerprint, Posts: 2},
		{Send: b.sendOf(fixed, "wire").ID, Message: fixed, Of: wire.ID, Channel: "wire", State: message.Sent, Audiences: press, Fingerprint: lane("wire").Fingerprint},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if none, err := b.store.Carriers(context.Background(), ""); err != nil || len(none) > 0 {
		t.Errorf("of no message: %+v, %v", none, err)
	}
}

func TestAmendments(t *testing.T) {
	b := setup(t)
	id, other := b.approved(), b.approved()
	b.now = b.now.Add(time.Second)
	fixed, gone := b.draft(correcting(id)), b.draft(withdrawing(id))
	for from, want := range map[string][]string{id: {fixed, gone}, other: nil, "": nil} {
		all, err := b.store.Amendments(context.Background(), from)
		b.no(err)
		var got []string
		for _, m := range all {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("about %q are %v, want %v", from, got, want)
		}
	}
	if m := b.message(fixed); m.Corrects != id || m.Withdraws != "" || m.Original() != id {
		t.Errorf("the correction is %+v", m)
	}
	if m := b.message(gone); m.Corrects != "" || m.Withdraws != id || m.Original() != id {
		t.Errorf("the withdrawal is %+v", m)
	}
	b.edit(gone) // to a content about nothing
	if m := b.message(gone); m.Original() != "" {
		t.Errorf("after the edit it is %+v", m)
	}
}

// TestPlanKeepsWhatItIsAbout reads back what was frozen, also over an earlier
// submit of the revision.
func TestPlanKeepsWhatItIsAbout(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	b.send("wire", message.Sent)
	fixed := b.draft(correcting(id))
	b.submit(fixed, rendered("wire", "press"))
	b.update(func(tx *Tx) error { return tx.SetReturned(fixed) })
	want := of(b.sendOf(id, "wire"), channels.Reply)
	b.submit(fixed, want)
	got, err := b.store.Plan(context.Background(), fixed, 1)
	b.no(err)
	if diff := cmp.Diff([]Rendered{want}, got); diff != "" {
		t.Error(diff)
	}
}
