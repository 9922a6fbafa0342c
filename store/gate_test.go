package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// The gate is asked by the claim that opens an attempt. Where there is a lease
// in between it is asked by the lease and by the publication.
func TestGateAtOpen(t *testing.T) {
	other := lane("wire")
	other.Fingerprint = "another"
	gone := lane("wire")
	gone.Available = false
	frozen := lane("wire")
	frozen.Frozen = true
	tests := []struct {
		name    string
		change  func(b *bundle, id string)
		lane    message.Lane
		message message.State
		send    message.SendState
		hold    message.HoldReason
	}{
		{"the row freezes", func(b *bundle, _ string) {
			b.update(func(tx *Tx) error { _, err := tx.SetFreeze("ann", "stop"); return err })
		}, lane("wire"), message.Held, message.SendHeld, message.HoldFreeze},
		{"the file freezes", nil, frozen, message.Held, message.SendHeld, message.HoldFreeze},
		{"an edit", func(b *bundle, id string) { b.edit(id) }, lane("wire"), message.Draft, message.SendCancelled, ""},
		{"another destination", nil, other, message.Held, message.SendHeld, message.HoldChannelChanged},
		{"the channel is gone", nil, gone, message.Held, message.SendHeld, message.HoldChannelChanged},
		{"too late", func(b *bundle, _ string) { b.now = b.now.Add(message.DefaultLateLimit + time.Millisecond) }, lane("wire"), message.Held, message.SendHeld, message.HoldLate},
		{"expired", func(b *bundle, id string) {
			b.raw("UPDATE messages SET expires_at = ? WHERE id = ?", ms(b.now), id)
		}, lane("wire"), message.Expired, message.SendCancelled, ""},
		{"other bytes", func(b *bundle, id string) {
			b.raw("UPDATE messages SET submitted_digest = 'other' WHERE id = ?", id)
		}, lane("wire"), message.Held, message.SendHeld, message.HoldBytesChanged},
		{"the clock went back", func(b *bundle, _ string) { b.now = b.now.Add(-time.Second) }, lane("wire"), message.Approved, message.Planned, ""},
	}
	for _, test := range tests {
		for _, at := range []string{"claim", "lease", "publication"} {
			t.Run(test.name+" at "+at, func(t *testing.T) {
				b := setup(t)
				id := b.approved(to("wire")...)
				var items []message.Item
				if at == "publication" {
					items = b.lease("wire", 1).Items
				}
				if test.change != nil {
					test.change(b, id)
				}
				switch at {
				case "claim":
					if claim := b.claims(message.ClaimRequest{Lane: test.lane, Limit: 5})[0]; len(claim.Opened) != 0 {
						t.Errorf("claimed %+v", claim)
					}
				case "lease":
					claim, err := b.store.Claim(context.Background(), test.lane, 5, b.now)
					b.no(err)
					if len(claim.Items) != 0 {
						t.Errorf("claimed %+v", claim.Items)
					}
				default:
					opened, err := b.store.Publish(context.Background(), test.lane, []message.Settlement{{Item: items[0], To: message.Sent, Mode: message.Live}}, b.now)
					b.no(err)
					if len(opened) != 1 || opened[0].Attempt != 0 || opened[0].Stopped == nil {
						t.Fatalf("opened %+v", opened)
					}
				}
				s := b.wants(id, test.message, "wire", test.send)
				if m := b.message(id); m.Hold != test.hold || s.Hold != test.hold || s.Attempts != 0 {
					t.Errorf("held for %q and %q, want %q; attempts %d", m.Hold, s.Hold, test.hold, s.Attempts)
				}
				b.sound()
			})
		}
	}
}

// One commit answers claims of several channels. What stops one send of a
// message that has not begun stops all of it.
func TestOneStopHoldsAllOfAMessage(t *testing.T) {
	for _, order := range [][]string{{"wire", "web"}, {"web", "wire"}, {"mail", "web", "wire"}, {"wire", "mail", "web"}} {
		t.Run(strings.Join(order, " "), func(t *testing.T) {
			b := setup(t)
			b.subscribers(2, "press")
			id := b.approved(to("web", "wire", "mail")...)
			other := b.approved(to("web")...)
			b.materialise()
			var all []message.ClaimRequest
			for _, channel := range order {
				l := lane(channel)
				if channel == "wire" {
					l.Fingerprint = "another"
				}
				all = append(all, message.ClaimRequest{Lane: l, Limit: 5})
			}
			for i, claim := range b.claims(all...) {
				opens, stops := 0, 0
				switch order[i] {
				case "web":
					opens = 1
				case "wire":
					stops = 1
				}
				if len(claim.Opened) != opens || len(claim.Stopped) != stops || opens == 1 && claim.Opened[0].Item.Message != other {
					t.Errorf("the answer to %s is %+v", order[i], claim)
				}
			}
			for _, channel := range []string{"web", "wire", "mail"} {
				b.wants(id, message.Held, channel, message.SendHeld)
			}
			b.wants(other, message.Releasing, "web", message.Sending)
			if n := b.kinds()[ledger.MessageHeld]; n != 1 {
				t.Errorf("%d holds in the ledger, want 1", n)
			}
			b.sound()
		})
	}
}

func TestFreezeStopsAllOfAMessageAtOnce(t *testing.T) {
	b := setup(t)
	id := b.approved(to("web", "wire")...)
	leased := b.lease("web", 1).Items
	b.update(func(tx *Tx) error { _, err := tx.SetFreeze("ann", "stop"); return err })
	if o := b.record(leased...)[0]; o.Attempt != 0 {
		t.Errorf("opened %+v", o)
	}
	b.wants(id, message.Held, "wire", message.SendHeld)
	if claim := b.claim("wire", 1); len(claim.Opened) != 0 {
		t.Errorf("opened %+v", claim)
	}
	b.wants(id, message.Held, "web", message.SendHeld)
	b.sound()
}
