package store

import (
	"context"
	"testing"
	"time"

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

// A long history and a long queue cost the daemon nothing where it waits for
// nothing.
func TestAMillionSends(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a large database")
	}
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	b.grow(id, 1_000_000)
	b.claim("wire", 1)
	b.claim("mail", 1)
	b.close()
	b.reopen()
	ctx := context.Background()
	steps := []struct {
		name string
		most time.Duration
		do   func() error
	}{
		{"recover", time.Second, func() error { _, err := b.store.Recover(ctx, b.now); return err }},
		{"next due", 20 * time.Millisecond, func() error { _, _, err := b.store.NextDue(ctx, lane("wire"), 0); return err }},
		{"next due of mail", 20 * time.Millisecond, func() error { _, _, err := b.store.NextDue(ctx, lane("mail"), time.Minute); return err }},
		{"next doubt", 20 * time.Millisecond, func() error {
			_, _, _, err := b.store.NextDoubt(ctx, "wire", time.Second)
			return err
		}},
		{"materialise", 50 * time.Millisecond, func() error { return b.store.Materialise(ctx, lane("mail"), time.Minute, b.now) }},
		{"lease", 50 * time.Millisecond, func() error { _, err := b.store.Claim(ctx, lane("web"), 100, b.now); return err }},
		{"claim", 50 * time.Millisecond, func() error { b.claim("wire", 100); return nil }},
		{"claim of mail", 50 * time.Millisecond, func() error { b.claim("mail", 100); return nil }},
		{"backlog", 50 * time.Millisecond, func() error { _, err := b.store.Backlog(ctx, b.now); return err }},
		{"sends of a message", 50 * time.Millisecond, func() error {
			_, err := b.store.Sends(ctx, SendFilter{Message: "nobody", Limit: 10})
			return err
		}},
	}
	for _, step := range steps {
		begun := time.Now()
		b.no(step.do())
		if took := time.Since(begun); took > step.most {
			t.Errorf("%s took %s, at most %s", step.name, took, step.most)
		}
	}
}

// grow adds so many sends of history, with attempts, and a quarter as many that
// are due in a year.
func (b *bundle) grow(id string, n int) {
	b.Helper()
	const series = "WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < ?) "
	const columns = "(message_id, channel, run, revision, rendering_id, names, addressed, state, due_at, next_at, key, digest) "
	const alike = "revision, rendering_id, names, addressed, "
	b.raw("INSERT INTO sends "+columns+series+"SELECT message_id, channel, 100 + i, "+alike+`'sent', due_at, due_at, key, digest
		FROM c CROSS JOIN sends WHERE message_id = ? AND channel = 'wire' AND run = 0`, n, id)
	b.raw("INSERT INTO attempts (send_id, recipient_id, number, rehearsal, opened_at, closed_at, outcome) " +
		"SELECT id, 0, 1, 0, 1, 1, 'sent' FROM sends WHERE run > 100")
	for _, channel := range []string{"wire", "mail"} {
		b.raw("INSERT INTO sends "+columns+series+"SELECT message_id, channel, -i, "+alike+`'planned', ?, ?, key, digest
			FROM c CROSS JOIN sends WHERE message_id = ? AND channel = ? AND run = 0`, n/8, ms(b.now.AddDate(1, 0, 0)), ms(b.now.AddDate(1, 0, 0)), id, channel)
	}
}
