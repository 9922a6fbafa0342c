package courier

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"clarion/channels/receiver"
	"clarion/hooks"
	"clarion/ledger"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// memory is a ledger of messages that were added, with hooks that follow it.
type memory struct {
	mu         sync.Mutex
	news       chan struct{}
	entries    int64 // numbers from 1
	hooks      map[string]hooks.Hook
	deliveries map[string]map[int64]hooks.Delivery // by hook and entry
	asked      int                                 // how often anything was read
	fails      int                                 // so often it can't be
}

func newMemory() *memory {
	return &memory{news: make(chan struct{}, 1), hooks: map[string]hooks.Hook{}, deliveries: map[string]map[int64]hooks.Delivery{}}
}

func (m *memory) News() <-chan struct{} { return m.news }

// happen adds entries.
func (m *memory) happen(n int) {
	m.change(func() { m.entries += int64(n) })
}

func (m *memory) change(change func()) {
	m.mu.Lock()
	change()
	m.mu.Unlock()
	signal(m.news)
}

// hook adds a hook, or another in its place.
func (m *memory) hook(name, url string) hooks.Hook {
	h := hooks.Hook{Name: name, URL: url, Types: []hooks.Type{hooks.MessageAdded}, Secret: receiver.NewSecret()}
	m.change(func() {
		h.Place = hooks.Place{Writer: 1, Seq: m.entries}
		m.hooks[name], m.deliveries[name] = h, map[int64]hooks.Delivery{}
	})
	return h
}

func (m *memory) Hooks(context.Context) ([]hooks.Hook, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	var all []hooks.Hook
	for _, h := range m.hooks {
		all = append(all, h)
	}
	return all, nil
}

func (m *memory) EnabledHook(_ context.Context, name string) (hooks.Hook, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	h, there := m.hooks[name]
	return h, there && h.Enabled(), nil
}

func entry(n int64) hooks.Entry {
	return hooks.Entry{Place: hooks.Place{Writer: 1, Seq: n}, Writer: "w", Entry: ledger.Entry{
		Seq: n, At: time.Unix(1_800_000_000+n, 0), Kind: ledger.MessageAdded, Body: fmt.Appendf(nil, `{"message":"m%d"}`, n),
	}}
}

func id(n int) string { return fmt.Sprintf("evt_w_%d", n) }

func (m *memory) HookEntries(_ context.Context, h hooks.Hook, limit int) ([]hooks.Entry, hooks.Place, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []hooks.Entry
	for n := h.Place.Seq + 1; n <= m.entries && len(all) < limit; n++ {
		all = append(all, entry(n))
	}
	return all, hooks.Place{Writer: 1, Seq: h.Place.Seq + int64(len(all))}, nil
}

func (m *memory) HookDue(_ context.Context, name string, now time.Time, limit int) ([]hooks.Due, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []hooks.Due
	for n, d := range m.deliveries[name] {
		if d.State == hooks.Waiting && !d.NextAt.After(now) {
			all = append(all, hooks.Due{Entry: entry(n), Delivery: d})
		}
	}
	slices.SortFunc(all, func(a, b hooks.Due) int { return a.Delivery.NextAt.Compare(b.Delivery.NextAt) })
	return all[:min(limit, len(all))], nil
}

func (m *memory) HookWaiting(_ context.Context, name string) (n int, next time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.deliveries[name] {
		if d.State == hooks.Waiting {
			n++
			if next.IsZero() || d.NextAt.Before(next) {
				next = d.NextAt
			}
		}
	}
	return n, next, nil
}

func (m *memory) HookAnswered(_ context.Context, name string, since time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.deliveries[name] {
		if d.State == hooks.Delivered && !d.LastAt.Before(since) {
			return true, nil
		}
	}
	return false, nil
}

func (m *memory) SettleHook(_ context.Context, h hooks.Hook, all []hooks.Delivery, to hooks.Place, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails > 0 {
		m.fails--
		return fmt.Errorf("the disk is full")
	}
	now, there := m.hooks[h.Name]
	if !there {
		return nil
	}
	for _, d := range all {
		m.deliveries[h.Name][d.Place.Seq] = d
	}
	if now.Place == h.Place {
		now.Place = to
		m.hooks[h.Name] = now
	}
	return nil
}

func (m *memory) reads() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked
}

// delivery gives how an event stands with a hook.
func (m *memory) delivery(name string, n int) hooks.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.deliveries[name][int64(n)]
}

func (m *memory) place(name string) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hooks[name].Place.Seq
}

// HookFailed implements Office.
func (m *memory) HookFailed(_ context.Context, name, why string) error {
	m.change(func() {
		h := m.hooks[name]
		h.DisabledAt, h.Why = time.Now(), why
		m.hooks[name] = h
	})
	return nil
}

// HookGaveUp implements Office.
func (m *memory) HookGaveUp(_ context.Context, name, event string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.hooks[name]
	h.Why += "gave up " + event
	m.hooks[name] = h
	return nil
}

func (m *memory) now(name string) hooks.Hook {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hooks[name]
}

// witness fails a test whenever there is trouble that was not expected.
type witness struct {
	t        *testing.T
	expected bool
	told     func(hook string, d hooks.Delivery)
}

func (w witness) Told(hook string, d hooks.Delivery) {
	if w.told != nil {
		w.told(hook, d)
	}
}

func (w witness) Disabled(string, string) {}

func (w witness) Trouble(doing string, err error) {
	if !w.expected {
		w.t.Errorf("%s: %v", doing, err)
	}
}

// system is a receiver that keeps what it was told.
type system struct {
	*httptest.Server
	mu     sync.Mutex
	events []event
}

type event struct {
	id     string
	header http.Header
	body   []byte
}

// receive starts a system that answers as it is told; nil: 204.
func receive(t *testing.T, answer http.HandlerFunc) *system {
	t.Helper()
	s := &system{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.events = append(s.events, event{r.Header.Get("webhook-id"), r.Header.Clone(), body})
		s.mu.Unlock()
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *system) told() []event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// counts gives how often each event came.
func (s *system) counts() map[string]int {
	counts := map[string]int{}
	for _, e := range s.told() {
		counts[e.id]++
	}
	return counts
}

// begin starts a courier that may reach these addresses, and stops it at the end.
func begin(t *testing.T, m *memory, w witness, allow ...string) *Courier {
	t.Helper()
	c := New(m, w, Settings{Agent: "Clarion", Allow: allow})
	c.Start(m)
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Courier) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// await asks again and again, bounded in time.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience); !done(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}
