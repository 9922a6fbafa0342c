package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"clarion/message"
)

// BenchmarkSends claims, opens and settles 1,000 no-op sends beside a plain
// batched queue of two tables with the same durability, in the same run. As the
// queue's writer does, outcomes share their commit with the next claim.
func BenchmarkSends(b *testing.B) {
	for _, batch := range []int{100, 1_000} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			const jobs = 1_000
			plain := newPlainQueue(b)
			sends := newSends(b)
			var ours, base time.Duration
			for b.Loop() {
				b.StopTimer()
				plain.fill(b, jobs)
				sends.fill(b, jobs)
				b.StartTimer()
				begun := time.Now()
				plain.drain(b, jobs, batch)
				base += time.Since(begun)
				begun = time.Now()
				sends.drain(b, jobs, batch)
				ours += time.Since(begun)
			}
			total := float64(jobs * b.N)
			b.ReportMetric(total/ours.Seconds(), "sends/s")
			b.ReportMetric(total/base.Seconds(), "baseline/s")
			b.ReportMetric(base.Seconds()/ours.Seconds(), "ratio")
		})
	}
}

// BenchmarkRecipients claims, opens and settles 10,000 recipients in groups of
// 300.
func BenchmarkRecipients(b *testing.B) {
	const people, group = 10_000, 300
	s := newSends(b)
	s.subscribers(people, "press")
	var took time.Duration
	for b.Loop() {
		b.StopTimer()
		s.approved(to("mail")...)
		s.materialise()
		b.StartTimer()
		begun := time.Now()
		s.drainLane(b, "mail", people, group)
		took += time.Since(begun)
	}
	b.ReportMetric(float64(people*b.N)/took.Seconds(), "recipients/s")
}

type sendsBench struct{ *bundle }

func newSends(b *testing.B) sendsBench {
	s := sendsBench{openBundle(b, b.TempDir())}
	b.Cleanup(s.close)
	return s
}

func (s sendsBench) fill(b *testing.B, n int) {
	b.Helper()
	plan := to("wire")
	s.update(func(tx *Tx) error {
		for range n {
			s.count++
			m := message.Message{ID: fmt.Sprintf("m%08d", s.count), State: message.Draft, SlugKey: message.NewID(""), EntryID: message.NewEntryID()}
			if err := tx.InsertMessage(m, content("Bridge opens"), "ann"); err != nil {
				return err
			}
			m.Revision, m.SubmittedDigest = 1, "digest of "+m.ID
			if err := tx.FreezePlan(m.ID, 1, plan); err != nil {
				return err
			}
			if err := tx.SetSubmitted(m.ID, m.SubmittedDigest, "ann"); err != nil {
				return err
			}
			if err := tx.SetApproved(m, "bob"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s sendsBench) drain(b *testing.B, n, batch int) { s.drainLane(b, "wire", n, batch) }

func (s sendsBench) drainLane(b *testing.B, channel string, n, batch int) {
	b.Helper()
	var settle []message.Settlement
	for done := 0; done < n; {
		claims, err := s.store.Commit(context.Background(), settle, []message.ClaimRequest{{Lane: lane(channel), Limit: batch}}, s.now)
		if err != nil || len(claims[0].Opened) == 0 {
			b.Fatalf("%d of %d done: %+v, %v", done, n, claims, err)
		}
		opened := claims[0].Opened
		settle = settle[:0]
		for _, o := range opened {
			settle = append(settle, s.outcome(o, message.Sent))
		}
		done += len(opened)
	}
	s.settle(settle...)
}

// plainQueue is what a send is measured against: jobs are claimed in one
// commit and moved to done in another.
type plainQueue struct{ tx *Tx }

func newPlainQueue(b *testing.B) plainQueue {
	w, err := newWriter(context.Background(), openWriter(filepath.Join(b.TempDir(), "plain.db")))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.close() })
	q := plainQueue{&Tx{ctx: context.Background(), writer: w}}
	q.exec(b, "CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, due_at INTEGER NOT NULL, claimed INTEGER NOT NULL, payload TEXT NOT NULL) STRICT")
	q.exec(b, "CREATE INDEX jobs_due ON jobs (due_at) WHERE claimed = 0")
	q.exec(b, "CREATE TABLE done (id INTEGER PRIMARY KEY, done_at INTEGER NOT NULL, payload TEXT NOT NULL) STRICT")
	return q
}

func (q plainQueue) exec(b *testing.B, query string, args ...any) {
	b.Helper()
	if _, err := q.tx.exec(query, args...); err != nil {
		b.Fatal(err)
	}
}

func (q plainQueue) fill(b *testing.B, n int) {
	b.Helper()
	q.exec(b, `WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < ?)
		INSERT INTO jobs (due_at, claimed, payload) SELECT 1000, 0, 'payload of a job that says about as much as a send does' FROM c`, n)
}

func (q plainQueue) drain(b *testing.B, n, batch int) {
	b.Helper()
	for done := 0; done < n; {
		ids := q.take(b, batch)
		q.exec(b, "BEGIN IMMEDIATE")
		q.exec(b, "INSERT INTO done (id, done_at, payload) SELECT id, ?, payload FROM jobs WHERE id IN (SELECT value FROM json_each(?))", 2000+done, list(ids))
		q.exec(b, "DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(?))", list(ids))
		q.exec(b, "COMMIT")
		done += len(ids)
	}
}

func (q plainQueue) take(b *testing.B, batch int) (ids []int64) {
	b.Helper()
	q.exec(b, "BEGIN IMMEDIATE")
	err := scan(q.tx.ctx, q.tx, func(rows *sql.Rows) error {
		var id int64
		var payload sql.RawBytes
		err := rows.Scan(&id, &payload)
		ids = append(ids, id)
		return err
	}, `UPDATE jobs SET claimed = 1 WHERE id IN (
		SELECT id FROM jobs WHERE claimed = 0 AND due_at <= ? ORDER BY due_at LIMIT ?) RETURNING id, payload`, 1000, batch)
	if err != nil || len(ids) == 0 {
		b.Fatalf("took %d, %v", len(ids), err)
	}
	q.exec(b, "COMMIT")
	return ids
}
