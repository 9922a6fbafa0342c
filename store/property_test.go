package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clarion/message"
)

// world is a random life of one addressed send. After every step the tallies
// are the recipients' counts, nobody was lost or added, and every change of a
// state is one that the rules allow; a claim takes two of them at once.
type world struct {
	*bundle
	id     string
	people int
	leased []message.Item
	open   []message.Opened
	last   map[int64]message.SendState
}

func TestAddressedSendProperty(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		dir := fmt.Sprintf("%s/%d", root, runs)
		if err := os.Mkdir(dir, 0o700); err != nil {
			rt.Fatal(err)
		}
		w := &world{bundle: openBundle(rt, dir), people: rapid.IntRange(1, 12).Draw(rt, "people")}
		defer w.close()
		w.subscribers(w.people, "press")
		w.id = w.approved(to("wire", "mail")...)
		w.materialise()
		w.last = w.states()
		rt.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { w.check() },
			"claim": func(rt *rapid.T) {
				w.open = append(w.open, w.claim("mail", rapid.IntRange(1, 5).Draw(rt, "limit")).Opened...)
			},
			"lease":  func(*rapid.T) { w.leased = append(w.leased, w.lease("wire", 1).Items...) },
			"record": w.recordSome,
			"settle": w.settleSome,
			"wait": func(rt *rapid.T) {
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(rt, "seconds")) * time.Second)
			},
			"unsub": func(rt *rapid.T) {
				w.suppress(rapid.IntRange(0, w.people-1).Draw(rt, "who"), rapid.SampledFrom([]string{"", "press"}).Draw(rt, "from"))
			},
			"hold":    func(*rapid.T) { w.holdLeft() },
			"release": func(*rapid.T) { w.release(w.id) },
			"cancel":  func(*rapid.T) { w.cancel() },
			"resolve": w.resolve,
			"crash":   func(*rapid.T) { w.crash() },
			"wire": func(rt *rapid.T) {
				w.send("wire", rapid.SampledFrom([]message.SendState{message.Sent, message.Failed}).Draw(rt, "to"))
			},
		})
	})
}

func (w *world) states() map[int64]message.SendState {
	w.Helper()
	states := map[int64]message.SendState{}
	w.no(scan(context.Background(), w.store.read, func(rows *sql.Rows) error {
		var id int64
		var state message.SendState
		err := rows.Scan(&id, &state)
		states[id] = state
		return err
	}, "SELECT id, state FROM recipients"))
	return states
}

func (w *world) check() {
	w.sound()
	now := w.states()
	for id, state := range now {
		if before := w.last[id]; before != state && !before.Can(state) && (state != message.Sending || !before.Can(message.Claimed)) {
			w.Errorf("recipient %d went from %s to %s", id, before, state)
		}
	}
	w.last = now
	s := w.sendOf(w.id, "mail")
	if s.Tally.Total() != w.people || len(now) != w.people {
		w.Errorf("%d candidates by tally %v and %d by rows, want %d", s.Tally.Total(), s.Tally, len(now), w.people)
	}
	m := w.message(w.id)
	if begun := m.State != message.Approved && m.State != message.Held && m.State != message.Cancelled; begun && s.State == message.Sending && s.Tally.Send() != message.Sending {
		w.Errorf("the send is under way with tally %v", s.Tally)
	}
	if s.State.Closed() && s.Tally.Send() == message.Sending {
		w.Errorf("the send is %s with tally %v", s.State, s.Tally)
	}
	if s.State.Closed() && s.Hold != "" {
		w.Errorf("the send is %s and held for %s", s.State, s.Hold)
	}
}

func (w *world) recordSome(rt *rapid.T) {
	if len(w.leased) == 0 {
		rt.Skip("nothing is claimed")
	}
	for _, o := range w.record(w.leased...) {
		if (o.Attempt == 0) == (o.Stopped == nil) {
			w.Errorf("neither published nor stopped, or both: %+v", o)
		}
	}
	w.leased = nil
}

func (w *world) settleSome(rt *rapid.T) {
	if len(w.open) == 0 {
		rt.Skip("nothing is under way")
	}
	n := rapid.IntRange(1, len(w.open)).Draw(rt, "n")
	var all []message.Settlement
	for _, o := range w.open[:n] {
		to := rapid.SampledFrom([]message.SendState{message.Sent, message.Waiting, message.Planned, message.Failed, message.SendUnknown}).Draw(rt, "to")
		all = append(all, w.outcome(o, to))
	}
	w.settle(all...)
	w.open = w.open[n:]
}

func (w *world) cancel() {
	m := w.message(w.id)
	w.update(func(tx *Tx) error {
		switch m.State {
		case message.Approved, message.Held:
			return tx.SetCancelled(w.id)
		case message.Releasing, message.ReleasedWithOpen:
			return tx.CancelRest(w.id)
		}
		return nil
	})
}

func (w *world) resolve(rt *rapid.T) {
	from := rapid.SampledFrom([]message.SendState{message.Failed, message.SendUnknown}).Draw(rt, "from")
	to := rapid.SampledFrom([]message.SendState{message.Planned, message.Abandoned}).Draw(rt, "to")
	s := w.sendOf(w.id, "mail")
	w.update(func(tx *Tx) error {
		_, err := tx.Resolve(s, from, to)
		return err
	})
}

func (w *world) crash() {
	w.close()
	w.reopen()
	r, err := w.store.Recover(context.Background(), w.now)
	w.no(err)
	if r.Unknown < len(w.open) || r.Planned > len(w.leased) {
		w.Errorf("recovered %+v of %d claimed and %d under way", r, len(w.leased), len(w.open))
	}
	w.leased, w.open = nil, nil
}

// holdLeft holds what is left to be held, if anything.
func (w *world) holdLeft() {
	w.Helper()
	err := w.store.Update(context.Background(), w.now, func(tx *Tx) error {
		m, err := tx.Message(w.id)
		if err != nil {
			return err
		}
		return tx.Hold(m, message.HoldManual, Decider{Name: "ann"})
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		w.Fatalf("hold: %v", err)
	}
}
