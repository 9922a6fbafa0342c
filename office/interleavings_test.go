package office_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"clarion/message"
	"clarion/office"
)

// TestInterleavings lets three people and the queue do random things to a
// message at the same time, many times over, and looks afterwards at what left
// and at who approved it.
func TestInterleavings(t *testing.T) {
	b := setup(t)
	const atOnce = 20
	for from := 0; from < interleavings; from += atOnce {
		n := min(atOnce, interleavings-from)
		ids := make([]string, n)
		for i := range ids {
			ids[i] = b.add("audiences: [public]", fmt.Sprintf("title: Message %d", from+i))
		}
		var racing sync.WaitGroup
		for i, id := range ids {
			for who := range 3 {
				racing.Go(func() { b.meddle(id, staff()[(i+who)%len(staff())], uint64(from+i)<<2|uint64(who)) })
			}
		}
		racing.Go(func() {
			for range n {
				b.sendAll()
			}
		})
		racing.Wait()
		b.sendAll()
	}
	b.everyAttemptWasApproved()
	b.nobodyApprovedTheirOwn()
}

// meddle does a few random things to a message; most of them are refused.
func (b *bundle) meddle(id, name string, seed uint64) {
	r, by := rand.New(rand.NewPCG(seed, 7)), as(name) // a repeatable choice needs no secrecy
	for range 8 {
		var err error
		switch r.IntN(9) {
		case 0, 1:
			_, err = b.Edit(b.ctx, id, draft("audiences: [public]", fmt.Sprintf("title: By %s %d", name, r.IntN(1000))), by)
		case 2, 3:
			_, err = b.Submit(b.ctx, id, by)
		case 4, 5:
			var d office.Detail
			if d, err = b.Message(b.ctx, id); err == nil {
				_, err = b.Office.Approve(b.ctx, id, d.Message.SubmittedDigest, by)
			}
		case 6:
			err = b.Hold(b.ctx, id, "wait", by)
		case 7:
			_, err = b.Release(b.ctx, id, "go on", by)
		default:
			if r.IntN(4) == 0 {
				err = b.Cancel(b.ctx, id, "no more", by)
			} else {
				err = b.Return(b.ctx, id, "again", by)
			}
		}
		if _, refused := errors.AsType[*office.Refusal](err); err != nil && !refused {
			b.Errorf("%s at %s: %v", name, id, err)
		}
	}
}

// sendAll sends what the gate lets pass.
func (b *bundle) sendAll() {
	opened := b.begin("mastodon")
	b.end(opened, message.SendRehearsed)
}

// everyAttemptWasApproved looks at each attempt that was made: what left is what
// the approval of its revision was about.
func (b *bundle) everyAttemptWasApproved() {
	b.Helper()
	var attempts, strays int
	b.no(b.behind.QueryRow("SELECT count(*) FROM attempts").Scan(&attempts))
	b.no(b.behind.QueryRow(`SELECT count(*) FROM ledger_entries e WHERE e.kind = 'send.attempt' AND NOT EXISTS (
		SELECT 1 FROM renderings r JOIN approvals a ON a.message_id = r.message_id AND a.revision = r.revision
		WHERE r.message_id = e.body ->> 'message' AND r.channel = e.body ->> 'mechanism' AND r.digest = e.body ->> 'digest')`).Scan(&strays))
	if attempts == 0 || strays > 0 {
		b.Errorf("%d of %d attempts were of what nobody approved", strays, attempts)
	}
}

// nobodyApprovedTheirOwn looks at each approval: its giver made none of the
// revisions since the approval before, and did not submit.
func (b *bundle) nobodyApprovedTheirOwn() {
	b.Helper()
	rows, err := b.behind.Query(`SELECT a.message_id, a.revision, a.by, (SELECT json_group_array(DISTINCT v.editor) FROM revisions v
		WHERE v.message_id = a.message_id AND v.number <= a.revision AND v.number >
			coalesce((SELECT max(p.number) FROM revisions p WHERE p.message_id = a.message_id AND p.approved AND p.number < a.revision), 0)) FROM approvals a`)
	b.no(err)
	defer func() { b.no(rows.Close()) }()
	n := 0
	for rows.Next() {
		var id, by, editors string
		var revision int
		b.no(rows.Scan(&id, &revision, &by, &editors))
		var names []string
		b.no(json.Unmarshal([]byte(editors), &names))
		if slices.Contains(names, by) {
			b.Errorf("revision %d of %s was approved by %s, who is among its editors %s", revision, id, by, editors)
		}
		n++
	}
	b.no(rows.Err())
	if n == 0 {
		b.Error("nothing was approved at all")
	}
}
