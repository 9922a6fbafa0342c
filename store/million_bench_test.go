package store

import (
	"context"
	"testing"
	"time"
)

// BenchmarkAMillionSends takes the steps that must cost the same however long
// history and queue are, with a million sends and with ten, and gives the
// milliseconds of each and how many times longer the million takes.
func BenchmarkAMillionSends(b *testing.B) {
	for b.Loop() {
		few, many := crowded(b, 10), crowded(b, 1_000_000)
		for i, step := range many.steps() {
			theirs := few.steps()[i].took(b)
			ours := step.took(b)
			b.ReportMetric(float64(ours.Microseconds())/1000, step.name+"-ms")
			b.ReportMetric(float64(ours)/float64(max(theirs, time.Microsecond)), step.name+"-ratio")
		}
	}
}

// crowded is a store with so many sends of history, and two that were under way
// when its process died.
func crowded(b *testing.B, n int) *bundle {
	b.Helper()
	s := openBundle(b, b.TempDir())
	b.Cleanup(s.close)
	s.subscribers(3, "press")
	id := s.approved(to("wire", "mail")...)
	s.materialise()
	s.grow(id, n)
	s.claim("wire", 1)
	s.claim("mail", 1)
	s.close()
	s.reopen()
	return s
}

// timed is one step.
type timed struct {
	name string
	do   func() error
}

func (t timed) took(b *testing.B) time.Duration {
	b.Helper()
	begun := time.Now()
	if err := t.do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}

func (b *bundle) steps() []timed {
	ctx := context.Background()
	return []timed{
		{"recover", func() error { _, err := b.store.Recover(ctx, b.now); return err }},
		{"next-due", func() error { _, _, err := b.store.NextDue(ctx, lane("wire"), 0); return err }},
		{"next-due-of-mail", func() error { _, _, err := b.store.NextDue(ctx, lane("mail"), time.Minute); return err }},
		{"next-doubt", func() error {
			_, _, _, err := b.store.NextDoubt(ctx, "wire", time.Second)
			return err
		}},
		{"materialise", func() error { return b.store.Materialise(ctx, lane("mail"), time.Minute, b.now) }},
		{"lease", func() error { _, err := b.store.Claim(ctx, lane("web"), 100, b.now); return err }},
		{"claim", func() error { b.claim("wire", 100); return nil }},
		{"claim-of-mail", func() error { b.claim("mail", 100); return nil }},
		{"backlog", func() error { _, err := b.store.Backlog(ctx, b.now, nil); return err }},
		{"sends-of-a-message", func() error {
			_, err := b.store.Sends(ctx, SendFilter{Message: "nobody", Limit: 10})
			return err
		}},
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
			FROM c CROSS JOIN sends WHERE message_id = ? AND channel = ? AND run = 0`, max(n/8, 1), ms(b.now.AddDate(1, 0, 0)), ms(b.now.AddDate(1, 0, 0)), id, channel)
	}
}
