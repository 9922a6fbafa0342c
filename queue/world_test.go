package queue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/message"
	"clarion/queue"
	"clarion/store"
)

// destination is what the outside world saw, by idempotency key. What is under
// way may have been published.
type destination struct {
	mu    sync.Mutex
	dice  *rand.Rand
	calm  bool // everything is accepted
	seen  map[string][]channels.Class
	oks   map[string]int
	fault func(format string, args ...any)
}

const accepted = channels.Class(200)

// roll draws a number below n.
func (d *destination) roll(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.calm {
		return n - 1
	}
	return d.dice.IntN(n)
}

// begins notes a first byte: nothing that may have been published comes twice.
func (d *destination) begins(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, class := range d.seen[key] {
		if class != channels.Temporary && class != channels.RateLimited && class != channels.Unavailable {
			d.fault("%s comes again after it was answered with %s", key, class)
		}
	}
	d.seen[key] = append(d.seen[key], channels.Unknown)
}

// answers notes the answer to what began last.
func (d *destination) answers(key string, class channels.Class) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[key][len(d.seen[key])-1] = class
	if class == accepted {
		d.oks[key]++
	}
}

// publish is the plan by which a delivery goes well or not.
func (d *destination) publish(ctx context.Context, v channels.Delivery) error {
	luck := d.roll(40)
	switch {
	case luck < 2: // hangs before its first byte, past its time
		time.Sleep(20 * time.Second)
	case luck < 6:
		time.Sleep(time.Duration(luck) * 300 * time.Millisecond)
	}
	if err := v.Begin(); err != nil {
		return err
	}
	d.begins(v.Key)
	class, known := map[int]channels.Class{
		7: channels.Temporary, 8: channels.Temporary, 9: channels.Temporary, 10: channels.RateLimited,
		11: channels.Unavailable, 12: channels.Permanent, 13: channels.Unknown,
	}[luck]
	switch {
	case known:
		d.answers(v.Key, class)
		return &channels.Error{Class: class, Reason: "by the plan", Until: time.Now().Add(3 * time.Second)}
	case luck == 14:
		panic("by the plan")
	case luck == 15: // accepted, and the answer is lost
		d.answers(v.Key, accepted)
		return errors.New("the connection was lost")
	case luck == 16: // accepted, and it hangs
		d.answers(v.Key, accepted)
		time.Sleep(20 * time.Second)
	default:
		d.answers(v.Key, accepted)
	}
	return nil
}

// world is an office with three channels through a random time.
type world struct {
	*bureau
	out    *destination
	mail   *line
	lanes  []queue.Lane
	to     []channelOf
	stop   *button
	disk   *mortal
	engine *queue.Engine
}

const people = 5

func newWorld(t reporter, dir string, seed uint64) *world {
	w := &world{bureau: openBureau(t, dir, people), stop: &button{}}
	w.out = &destination{dice: rand.New(rand.NewPCG(seed, 1)), seen: map[string][]channels.Class{}, oks: map[string]int{}, fault: t.Errorf}
	plain, web := &wire{name: "wire", does: w.out.publish}, local()
	w.mail = &line{wire: &wire{name: "mail", does: w.out.publish}}
	w.mail.can.Addressed = true
	w.mail.dies = func(channels.Delivery) bool { return w.out.roll(20) == 0 }
	w.mail.connects = func(context.Context) error {
		if w.out.roll(10) == 0 {
			return errors.New("refused")
		}
		return nil
	}
	w.to = []channelOf{{"wire", plain}, {"web", web}, {"mail", w.mail}}
	for _, c := range w.to {
		w.lanes = append(w.lanes, lane(c.Channel, c.name, queue.Limits{
			Concurrency: 2, Ahead: 3, Timeout: 5 * time.Second,
			Retry: message.Retry{Attempts: 4, First: time.Second, Max: 10 * time.Second},
		}))
	}
	w.begin()
	return w
}

// begin starts an engine on what the one before left.
func (w *world) begin() store.Recovery {
	w.Helper()
	recovered, err := w.Recover(context.Background(), time.Now())
	w.no(err)
	w.disk = &mortal{Store: w.Store}
	w.engine = queue.New(w.disk, w.stop, &observer{attempts: map[message.SendState]int{}}, settings(), w.lanes)
	w.no(w.engine.Start(context.Background()))
	return recovered
}

func (w *world) halt(patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return w.engine.Stop(ctx)
}

// restart leaves nothing under way, whatever hangs.
func (w *world) restart() {
	w.Helper()
	w.disk.full.Store(false)
	w.no(w.halt(time.Minute))
	if r := w.begin(); r != (store.Recovery{}) {
		w.Errorf("after a stop there was something to recover: %+v", r)
	}
}

// crash takes the store away at once. What was opened is unknown, and no more.
func (w *world) crash() {
	w.Helper()
	w.disk.dead.Store(true)
	_ = w.halt(0) // it can only fail
	if r, most := w.begin(), 2*2*3; r.Unknown+r.Absent > most {
		w.Errorf("%d are unknown after a crash, at most %d were open", r.Unknown+r.Absent, most)
	}
}

func (w *world) decides(rt *rapid.T) {
	name := rapid.SampledFrom([]string{"wire", "web", "mail"}).Draw(rt, "channel")
	w.decide(name, message.ChannelMode{Paused: rapid.IntRange(0, 3).Draw(rt, "paused") == 0, Rehearsal: rapid.Bool().Draw(rt, "rehearsal")})
	w.no(w.engine.Reload(context.Background()))
}

// replaces configures each channel anew: as it is, with other limits, as
// another to the same destination, or not at all.
func (w *world) replaces(rt *rapid.T) {
	var lanes []queue.Lane
	for i, c := range w.to {
		spec := w.lanes[i]
		switch rapid.SampledFrom([]string{"same", "limits", "another", "none"}).Draw(rt, c.name) {
		case "limits":
			spec.Limits.Concurrency = rapid.IntRange(1, 2).Draw(rt, "concurrency")
			spec.Limits.Interval = time.Duration(rapid.IntRange(0, 200).Draw(rt, "ms")) * time.Millisecond
		case "another":
			spec = lane(another(c.Channel), c.name, spec.Limits)
		case "none":
			continue
		}
		lanes, w.lanes[i] = append(lanes, spec), spec
	}
	_, err := w.engine.Replace(context.Background(), lanes, time.Duration(rapid.IntRange(1, 60).Draw(rt, "patience"))*time.Second)
	w.no(err)
}

// another is a channel of its own to the same destination.
func another(c channels.Channel) channels.Channel {
	if l, ok := c.(*line); ok {
		return &line{wire: &wire{name: l.name, can: l.can, does: l.does}, connects: l.connects, dies: l.dies}
	}
	w := c.(*wire)
	return &wire{name: w.name, can: w.can, does: w.does}
}

// settleDown ends every trouble and lets everything come to its end.
func (w *world) settleDown() {
	w.Helper()
	w.out.mu.Lock()
	w.out.calm = true
	w.out.mu.Unlock()
	w.stop.press(false)
	w.disk.full.Store(false)
	_, err := w.engine.Replace(context.Background(), w.lanes, time.Minute)
	w.no(err)
	for range 3 { // what is freed may be stopped by what was under way
		for _, c := range w.to {
			w.decide(c.name, message.ChannelMode{})
		}
		w.no(w.engine.Reload(context.Background()))
		w.releaseAll()
		w.engine.Wake()
		pass(2 * time.Minute)
	}
	w.no(w.halt(time.Minute))
}

// check holds that nothing was lost, doubled or miscounted.
func (w *world) check() {
	w.Helper()
	published := 0
	for _, s := range w.all() {
		tally := s.Tally
		if !s.Addressed {
			tally = message.Tally{s.State: 1}
		}
		ended := tally[message.Sent] + tally[message.SendRehearsed] + tally[message.Failed] + tally[message.SendUnknown]
		if want := tally.Total(); ended != want || want == 0 {
			w.Errorf("send %d by %s is %s (%s, %s): %v", s.ID, s.Channel, s.State, s.Hold, s.Reason, tally)
		}
		if s.Channel == "web" {
			published += tally[message.Sent]
			continue
		}
		if ok := w.oks(s.Key); ok < tally[message.Sent] || ok > tally[message.Sent]+tally[message.SendUnknown] {
			w.Errorf("send %d by %s was accepted %d times and says %v", s.ID, s.Channel, ok, tally)
		}
	}
	entries, err := w.PublicEntries(context.Background(), "press", 10_000)
	w.no(err)
	if len(entries) != published {
		w.Errorf("%d pages are public, %d sends say so", len(entries), published)
	}
	w.sound(people)
}

func (w *world) oks(key string) int {
	n := 0
	for k, ok := range w.out.oks {
		if k == key || strings.HasPrefix(k, key+".") {
			n += ok
		}
	}
	return n
}
