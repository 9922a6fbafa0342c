package store

import (
	"context"
	"testing"

	"clarion/ledger"
	"clarion/message"
)

func (b *bundle) recovered(want Recovery) {
	b.Helper()
	b.close()
	b.reopen()
	got, err := b.store.Recover(context.Background(), b.now)
	b.no(err)
	if got != want {
		b.Errorf("recovered %+v, want %+v", got, want)
	}
	b.sound()
}

func TestRecover(t *testing.T) {
	b := setup(t)
	b.subscribers(6, "press")
	leased, begun := b.approved(to("wire")...), b.approved(to("wire", "mail")...)
	b.materialise()
	b.lease("wire", 1)
	b.claim("wire", 5)
	mail := b.claim("mail", 3).Opened
	b.settle(b.outcome(mail[0], message.Sent))
	b.recovered(Recovery{Planned: 1, Unknown: 3})
	b.wants(leased, message.Approved, "wire", message.Planned)
	b.wants(begun, message.Releasing, "wire", message.SendUnknown)
	b.tally(begun, message.Tally{message.Planned: 3, message.Sent: 1, message.SendUnknown: 2})
	b.recovered(Recovery{})
	if n := b.kinds()[ledger.SendRecovered]; n != 1 {
		t.Errorf("%d recoveries in the ledger", n)
	}
	b.send("mail", message.Sent)
	b.wants(begun, message.ReleasedWithOpen, "mail", message.SendUnknown)
	b.send("wire", message.Sent)
	b.wants(leased, message.Released, "wire", message.Sent)
}

func TestRecoverRehearsals(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	dry := func(channel string) message.ClaimRequest {
		l := lane(channel)
		l.Mode = message.Rehearsal
		return message.ClaimRequest{Lane: l, Limit: 2}
	}
	b.claims(dry("wire"), dry("mail"))
	b.recovered(Recovery{Absent: 3})
	b.wants(id, message.Releasing, "wire", message.Planned)
	b.tally(id, message.Tally{message.Planned: 2})
	b.claims(dry("wire"))
	b.hold(id)
	b.recovered(Recovery{Absent: 1})
	b.wants(id, message.Releasing, "wire", message.SendHeld)
}

func TestRecoverKeepsAHold(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	b.claim("wire", 1)
	b.hold(id)
	b.recovered(Recovery{Unknown: 1})
	s := b.wants(id, message.ReleasedWithOpen, "wire", message.SendUnknown)
	b.update(func(tx *Tx) error {
		_, err := tx.Resolve(s, message.SendUnknown, message.Planned)
		return err
	})
	b.wants(id, message.Releasing, "wire", message.SendHeld)
	b.release(id)
	if n := b.send("wire", message.Sent); n != 1 {
		t.Errorf("%d sent after the release", n)
	}
}
