//go:build !race

package queue_test

// As world_fakeclock_test.go, which says why this runs apart.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/message"
	"clarion/queue"
	"clarion/store"
)

// shore is a destination that forgets nothing and answers badly. Publications
// in two posts use the journal.
type shore struct {
	mu    sync.Mutex
	dice  *rand.Rand
	calm  bool
	posts map[string]int // by key and step, how often it was published
	going map[string]int // requests that may yet arrive
}

func (s *shore) roll(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calm {
		return n - 1
	}
	return s.dice.IntN(n)
}

// publish posts twice, each with its step, and may lose any answer.
func (s *shore) publish(ctx context.Context, d channels.Delivery) error {
	for _, step := range []string{"post/1", "post/2"} {
		_, done, err := d.Journal.Done(ctx, step)
		if err != nil {
			return &channels.Error{Class: channels.Temporary, Reason: err.Error()}
		}
		if done {
			continue
		}
		if err := d.Begin(); err != nil {
			return err
		}
		if err := s.request(d.Key + step); err != nil {
			return err
		}
		if err := d.Journal.Record(ctx, channels.Step{Name: step, Value: "id of " + step}); err != nil {
			return &channels.Error{Class: channels.Unknown, Reason: err.Error()}
		}
	}
	return nil
}

// request posts once, or not, and answers, or not.
func (s *shore) request(key string) error {
	s.mu.Lock()
	s.going[key]++
	s.mu.Unlock()
	luck := s.roll(12)
	time.Sleep(time.Duration(luck%4) * 100 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.going[key]--
	switch luck {
	case 0, 1: // cut before it arrived
		return errors.New("the connection was lost")
	case 2:
		return &channels.Error{Class: channels.Temporary, Reason: "503"}
	}
	s.posts[key]++
	if luck < 6 { // the answer is lost
		return &channels.Error{Class: channels.Unknown, Reason: "no answer"}
	}
	return nil
}

// find sees what is there, in good faith, and not always.
func (s *shore) find(ctx context.Context, d channels.Delivery) (channels.Finding, error) {
	luck := s.roll(10)
	time.Sleep(time.Duration(luck%3) * 50 * time.Millisecond)
	if luck < 2 {
		return channels.Finding{}, &channels.Error{Class: channels.Temporary, Reason: "502"}
	}
	if luck < 4 {
		return channels.Finding{Evidence: "it is too early to say"}, nil
	}
	s.mu.Lock()
	first, second := s.posts[d.Key+"post/1"], s.posts[d.Key+"post/2"]
	underWay := s.going[d.Key+"post/1"] + s.going[d.Key+"post/2"]
	s.mu.Unlock()
	if underWay > 0 {
		return channels.Finding{}, nil
	}
	for step, n := range map[string]int{"post/1": first, "post/2": second} {
		if n > 0 {
			if err := d.Journal.Record(ctx, channels.Step{Name: step, Value: "found"}); err != nil {
				return channels.Finding{}, err
			}
		}
	}
	if first > 0 && second > 0 {
		return channels.Finding{Verdict: channels.Found, Receipt: channels.Receipt{RemoteID: d.Key}, Evidence: "both posts are there"}, nil
	}
	return channels.Finding{Verdict: channels.Absent, Evidence: "not all of it is there"}, nil
}

// dim is an office with one channel that looks at its shore.
type dim struct {
	*bureau
	out    *shore
	can    channelOf
	lane   queue.Lane
	disk   *mortal
	stop   *button
	engine *queue.Engine
}

func (w *dim) begin() {
	w.Helper()
	_, err := w.Recover(context.Background(), time.Now())
	w.no(err)
	w.disk = &mortal{Store: w.Store}
	w.engine = queue.New(w.disk, w.stop, &observer{attempts: map[message.SendState]int{}}, settings(), []queue.Lane{w.lane})
	w.no(w.engine.Start(context.Background()))
}

func (w *dim) halt(patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return w.engine.Stop(ctx)
}

func newDim(rt *rapid.T, dir string) *dim {
	w := &dim{bureau: openBureau(rt, dir, 0), stop: &button{}}
	w.out = &shore{dice: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 2)), posts: map[string]int{}, going: map[string]int{}}
	eye := &sight{wire: &wire{name: "wire", does: w.out.publish}, finds: w.out.find}
	w.can = channelOf{"wire", eye}
	w.lane = lane(eye, "wire", queue.Limits{
		Concurrency: 3, Ahead: 2, Timeout: 5 * time.Second,
		Retry:    message.Retry{Attempts: 6, First: time.Second, Max: 10 * time.Second},
		Patience: message.Patience{First: time.Second, For: rapid.SampledFrom([]time.Duration{2 * time.Second, time.Hour}).Draw(rt, "patience")},
	})
	w.begin()
	return w
}

// TestFakeClockDoubtsAreSettled holds that whatever the answers, crashes and
// findings, what the destination has is what the states say.
func TestFakeClockDoubtsAreSettled(t *testing.T) {
	t.Parallel()
	root, n := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		inBubble(t, rt, func(rt *rapid.T) { doubtsAreSettled(rt, fmt.Sprintf("%s/%d", root, n)) })
	})
}

func doubtsAreSettled(rt *rapid.T, dir string) {
	w := newDim(rt, dir)
	defer func() {
		_ = w.halt(time.Hour)
		w.no(w.Close())
	}()
	rt.Repeat(map[string]func(*rapid.T){
		"plan": func(rt *rapid.T) {
			w.plan(rapid.IntRange(1, 5).Draw(rt, "messages"), time.Now(), w.can)
			w.engine.Wake()
		},
		"pass": func(rt *rapid.T) { pass(time.Duration(rapid.IntRange(0, 20_000).Draw(rt, "ms")) * time.Millisecond) },
		"rush": func(rt *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(0, 500).Draw(rt, "ms")) * time.Millisecond)
		},
		"crash": func(*rapid.T) {
			w.disk.dead.Store(true)
			_ = w.halt(0)
			w.begin()
		},
		"restart": func(*rapid.T) { w.no(w.halt(time.Minute)); w.begin() },
		"ask":     func(*rapid.T) { w.ask() },
		"freeze": func(rt *rapid.T) {
			w.stop.press(rapid.Bool().Draw(rt, "on"))
			w.engine.Wake()
		},
		"release": func(*rapid.T) { w.releaseAll(); w.engine.Wake() },
	})
	w.settleDown()
	w.check()
}

// ask is a person who wants a look now.
func (w *dim) ask() {
	for _, s := range w.all() {
		if s.State != message.SendUnknown {
			continue
		}
		if _, err := w.engine.Look(context.Background(), s.ID); err != nil && !errors.Is(err, queue.ErrSettled) {
			w.Errorf("look for send %d: %v", s.ID, err)
		}
	}
}

func (w *dim) settleDown() {
	w.Helper()
	w.out.mu.Lock()
	w.out.calm = true
	w.out.mu.Unlock()
	w.stop.press(false)
	for _, d := range []time.Duration{time.Minute, time.Minute, 70 * time.Minute} { // what is freed may be stopped by what was under way
		w.releaseAll()
		w.engine.Wake()
		pass(d)
	}
	w.no(w.halt(time.Minute))
}

// check holds that nothing is doubled or lost, and that every doubt that is
// left was looked into to the end.
func (w *dim) check() {
	w.Helper()
	for _, s := range w.all() {
		first, second := w.out.posts[s.Key+"post/1"], w.out.posts[s.Key+"post/2"]
		if first > 1 || second > 1 {
			w.Errorf("send %d (%s) is there %d and %d times", s.ID, s.State, first, second)
		}
		switch s.State {
		case message.Sent:
			if first+second != 2 || s.SentAt.IsZero() {
				w.Errorf("send %d says that it was sent at %s, and %d of two posts are there", s.ID, s.SentAt, first+second)
			}
		case message.Failed:
			if first+second == 2 {
				w.Errorf("send %d failed and is there", s.ID)
			}
		case message.SendUnknown:
			w.lookedToTheEnd(s)
		default:
			w.Errorf("send %d is %s (%s): %s", s.ID, s.State, s.Hold, s.Reason)
		}
	}
	w.sound(0)
}

func (w *dim) lookedToTheEnd(s message.Send) {
	w.Helper()
	looks, err := w.Looks(context.Background(), s.ID)
	w.no(err)
	if len(looks) == 0 || !looks[len(looks)-1].NextAt.IsZero() {
		w.Errorf("send %d is unknown, and its looks are %+v", s.ID, looks)
	}
}

var _ queue.Store = (*store.Store)(nil)
