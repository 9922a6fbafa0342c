package queue_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/rehearsal"
	"clarion/message"
	"clarion/queue"
)

// wire is a channel that does as a script says.
type wire struct {
	name string
	can  channels.Capabilities
	does func(ctx context.Context, d channels.Delivery) error // nil: it begins and is accepted

	mu    sync.Mutex
	calls []delivered
	begun int
}

// delivered is one call of Publish.
type delivered struct {
	key     string
	attempt int
	at      time.Time
}

func (w *wire) Capabilities() channels.Capabilities { return w.can }

func (w *wire) Destination() channels.Destination {
	return channels.Destination{Kind: "test", Endpoint: "https://" + w.name + ".example", Account: "office"}
}

func (w *wire) Render(channels.Post) (channels.Rendering, []channels.Problem) {
	return channels.Rendering{}, nil
}

func (w *wire) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	w.mu.Lock()
	w.calls = append(w.calls, delivered{d.Key, d.Attempt, time.Now()})
	w.mu.Unlock()
	d.Begin = w.counted(d.Begin)
	does := w.does
	if does == nil {
		does = func(_ context.Context, d channels.Delivery) error { return d.Begin() }
	}
	return channels.Receipt{RemoteID: "r-" + d.Key}, does(ctx, d)
}

func (w *wire) counted(begin func() error) func() error {
	return func() error {
		err := begin()
		if err == nil {
			w.mu.Lock()
			w.begun++
			w.mu.Unlock()
		}
		return err
	}
}

func (w *wire) delivered() []delivered {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]delivered(nil), w.calls...)
}

// wants checks how many deliveries began.
func (w *wire) wants(t reporter, n int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.begun != n {
		t.Errorf("%d deliveries have begun by %s, want %d", w.begun, w.name, n)
	}
}

// line is a wire whose deliveries share connections.
type line struct {
	*wire
	connects func(ctx context.Context) error // nil: it does
	dies     func(d channels.Delivery) bool  // the connection with the delivery

	mu       sync.Mutex
	tried    []time.Time
	standing int
	made     int
}

func (l *line) Connect(ctx context.Context) (channels.Session, error) {
	l.mu.Lock()
	l.tried = append(l.tried, time.Now())
	l.mu.Unlock()
	if l.connects != nil {
		if err := l.connects(ctx); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.standing++
	l.made++
	return &session{line: l}, nil
}

func (l *line) counts() (standing, made, tried int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.standing, l.made, len(l.tried)
}

type session struct {
	line *line
	dead bool
	shut bool
}

func (s *session) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if s.dead || s.shut {
		return channels.Receipt{}, &channels.Error{Class: channels.Unknown, Reason: "published over a dead connection"}
	}
	s.dead = s.line.dies != nil && s.line.dies(d)
	return s.line.Publish(ctx, d)
}

func (s *session) Alive() bool { return !s.dead }

func (s *session) Close() error {
	if s.shut {
		panic("closed twice")
	}
	s.shut = true
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.line.standing--
	return nil
}

// fault is an adapter's answer after it began.
func fault(class channels.Class) func(context.Context, channels.Delivery) error {
	return func(_ context.Context, d channels.Delivery) error {
		if err := d.Begin(); err != nil {
			return err
		}
		return &channels.Error{Class: class, Reason: "as scripted"}
	}
}

// rig is an engine over a store in memory.
type rig struct {
	*memory
	engine *queue.Engine
	seen   *observer
	stop   *button
}

func limits() queue.Limits {
	return queue.Limits{Concurrency: 2, Ahead: 4, Timeout: 10 * time.Second, Retry: message.Retry{Attempts: 5, First: time.Second, Max: time.Minute}}
}

func lane(c channels.Channel, name string, l queue.Limits) queue.Lane {
	return queue.Lane{Name: name, Channel: c, Rehearsal: rehearsal.Wrap(c), Limits: l}
}

func settings() queue.Settings {
	return queue.Settings{Links: queue.Links{
		Page: func(slug string) string { return "https://example.org/news/" + slug }, Zone: time.UTC,
		Unsubscribe: func(id int64) string { return fmt.Sprintf("https://example.org/unsubscribe/%d", id) },
	}}
}

func newRig(t *testing.T, lanes ...queue.Lane) *rig {
	t.Helper()
	r := &rig{memory: newMemory(t), seen: &observer{attempts: map[message.SendState]int{}}, stop: &button{}}
	r.engine = queue.New(r.memory, r.stop, r.seen, settings(), lanes)
	return r
}

// over puts another store under the rig's engine.
func (r *rig) over(store queue.Store, lanes ...queue.Lane) {
	r.engine = queue.New(store, r.stop, r.seen, settings(), lanes)
}

func (r *rig) start() {
	r.Helper()
	if err := r.engine.Start(context.Background()); err != nil {
		r.Fatalf("start: %v", err)
	}
}

// end stops the engine in good time.
func (r *rig) end() {
	r.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.engine.Stop(ctx); err != nil {
		r.Errorf("stop: %v", err)
	}
	r.memory.wants(message.Sending, 0)
	r.memory.wants(message.Claimed, 0)
}

func (r *rig) reload() {
	r.Helper()
	if err := r.engine.Reload(context.Background()); err != nil {
		r.Errorf("reload: %v", err)
	}
}

// button freezes.
type button struct {
	mu      sync.Mutex
	pressed bool
}

func (b *button) press(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pressed = on
}

func (b *button) Frozen() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pressed
}

// observer counts what it is told.
type observer struct {
	mu        sync.Mutex
	attempts  map[message.SendState]int
	stops     int
	published int
	paused    []string
	troubles  []string
	found     []message.Look
}

func (o *observer) Attempt(s message.Settlement) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.attempts[s.To]++
}

func (o *observer) Stopped(message.Stopped) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stops++
}

func (o *observer) Found(l message.Look) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.found = append(o.found, l)
}

func (o *observer) Published() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.published++
}

func (o *observer) Paused(channel, _ string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.paused = append(o.paused, channel)
}

func (o *observer) Trouble(doing string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.troubles = append(o.troubles, doing+": "+err.Error())
}

func (o *observer) told(state message.SendState) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.attempts[state]
}
