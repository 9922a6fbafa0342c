package queue_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"clarion/channels"
	"clarion/message"
)

// reporter is what of a test a helper needs.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// memory is a store that keeps everything in memory and is strict: whatever
// the engine asks that does not fit where a send stands is a fault of the test.
type memory struct {
	reporter
	mu       sync.Mutex
	rows     []*row
	attempts int64
	modes    map[string]message.ChannelMode
	moves    map[[2]message.SendState]int
	frozen   bool // by row
	looks    int  // at what is due

	fault func(operation string, sends []int64) error // what an operation fails with
	gate  func(send int64) *message.Verdict           // what the gate says when an attempt opens
}

// row is a send or a recipient.
type row struct {
	item    message.Item
	state   message.SendState
	next    time.Time
	class   channels.Class
	reason  string
	attempt int64 // the open one
	live    int   // attempts opened live
}

func newMemory(t reporter) *memory {
	return &memory{reporter: t, modes: map[string]message.ChannelMode{}, moves: map[[2]message.SendState]int{}}
}

// add plans a send and gives its number.
func (m *memory) add(channel string, due time.Time) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := int64(len(m.rows) + 1)
	m.rows = append(m.rows, &row{state: message.Planned, next: due, item: message.Item{
		Send: id, Message: fmt.Sprintf("m%d", id), Channel: channel, Due: due, Key: fmt.Sprintf("k%d", id),
		Digest: "digest", Rendering: channels.Rendering{}.Marshal(), Slug: fmt.Sprintf("slug-%d", id),
	}})
	return id
}

func (m *memory) addAll(n int, channel string, due time.Time) {
	for range n {
		m.add(channel, due)
	}
}

// get is a copy of a row.
func (m *memory) get(id int64) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.rows[id-1]
}

// count counts rows in a state.
func (m *memory) count(state message.SendState) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, r := range m.rows {
		if r.state == state {
			n++
		}
	}
	return n
}

func (m *memory) wants(state message.SendState, n int) {
	m.Helper()
	if got := m.count(state); got != n {
		m.Errorf("%d sends are %s, want %d", got, state, n)
	}
}

// decide is a person's decision about a channel.
func (m *memory) decide(channel string, mode message.ChannelMode) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.modes[channel] = mode
}

func (m *memory) failing(fault func(operation string, sends []int64) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = fault
}

func (m *memory) fails(operation string, sends ...int64) error {
	if m.fault == nil {
		return nil
	}
	return m.fault(operation, sends)
}

// move is strict about the design's arrows.
func (m *memory) move(r *row, to message.SendState) {
	if !r.state.Can(to) {
		m.Errorf("send %d goes from %s to %s", r.item.Send, r.state, to)
	}
	m.moves[[2]message.SendState{r.state, to}]++
	r.state = to
}

func (m *memory) waiting(lane message.Lane) []*row {
	var all []*row
	for _, r := range m.rows {
		if r.item.Channel == lane.Channel && (r.state == message.Planned || r.state == message.Waiting) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b *row) int { return a.next.Compare(b.next) })
	return all
}

func (m *memory) NextDue(_ context.Context, lane message.Lane, _ time.Duration) (time.Time, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks++
	if err := m.fails("next"); err != nil {
		return time.Time{}, false, err
	}
	all := m.waiting(lane)
	if len(all) == 0 {
		return time.Time{}, false, nil
	}
	return all[0].next, true, nil
}

func (m *memory) Claim(ctx context.Context, lane message.Lane, limit int, now time.Time) (message.Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var claim message.Claim
	if err := cmp.Or(ctx.Err(), m.fails("claim")); err != nil {
		return claim, err
	}
	if limit < 1 {
		m.Errorf("claim of %d", limit)
	}
	for _, r := range m.waiting(lane) {
		if len(claim.Items) == limit || r.next.After(now) {
			break
		}
		if m.frozen || lane.Frozen {
			m.move(r, message.SendHeld)
			claim.Stopped = append(claim.Stopped, stopped(r, message.Verdict{Act: message.HoldIt, Hold: message.HoldFreeze}))
			continue
		}
		m.move(r, message.Claimed)
		item := r.item
		item.Attempt++
		claim.Items = append(claim.Items, item)
	}
	return claim, nil
}

func stopped(r *row, v message.Verdict) message.Stopped {
	return message.Stopped{Send: r.item.Send, Message: r.item.Message, Channel: r.item.Channel, Due: r.item.Due, Verdict: v}
}

func (m *memory) Materialise(context.Context, message.Lane, time.Duration, time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fails("materialise")
}

func (m *memory) Commit(_ context.Context, lanes map[string]message.Lane, settle []message.Settlement, open []message.Item, now time.Time) ([]message.Opened, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []int64
	for _, s := range settle {
		ids = append(ids, s.Item.Send)
	}
	for _, i := range open {
		ids = append(ids, i.Send)
	}
	if err := m.fails("commit", ids...); err != nil {
		return nil, err
	}
	for _, s := range settle {
		m.settle(s)
	}
	opened := make([]message.Opened, len(open))
	for i, item := range open {
		opened[i] = m.open(lanes[item.Channel], item, now)
	}
	return opened, nil
}

func (m *memory) open(lane message.Lane, item message.Item, now time.Time) message.Opened {
	r, o := m.rows[item.Send-1], message.Opened{Item: item, At: now}
	if r.state != message.Claimed || lane.Channel != item.Channel {
		m.Errorf("an attempt at send %d opens on lane %q while it is %s", item.Send, lane.Channel, r.state)
	}
	verdict := m.verdict(lane, item.Send)
	if verdict != nil {
		m.move(r, map[message.Act]message.SendState{message.HoldIt: message.SendHeld, message.NotYet: message.Planned, message.Discard: message.SendCancelled}[verdict.Act])
		s := stopped(r, *verdict)
		o.Stopped = &s
		return o
	}
	m.move(r, message.Sending)
	m.attempts++
	r.attempt, o.Attempt = m.attempts, m.attempts
	r.item.Attempt = item.Attempt
	if lane.Mode == message.Live && !item.Rehearsal {
		r.live++
	}
	return o
}

func (m *memory) verdict(lane message.Lane, send int64) *message.Verdict {
	if m.frozen || lane.Frozen {
		return &message.Verdict{Act: message.HoldIt, Hold: message.HoldFreeze}
	}
	if m.gate != nil {
		return m.gate(send)
	}
	return nil
}

func (m *memory) settle(s message.Settlement) {
	r := m.rows[s.Item.Send-1]
	if r.attempt != s.Attempt || s.Attempt == 0 {
		m.Errorf("attempt %d at send %d is settled, the open one is %d", s.Attempt, s.Item.Send, r.attempt)
	}
	r.attempt = 0
	m.move(r, s.To)
	r.class, r.reason = s.Class, s.Reason
	if !s.NextAt.IsZero() {
		r.next = s.NextAt
	}
}

func (m *memory) Publish(_ context.Context, lane message.Lane, all []message.Settlement, now time.Time) ([]message.Opened, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []int64
	for _, s := range all {
		ids = append(ids, s.Item.Send)
	}
	if err := m.fails("publish", ids...); err != nil {
		return nil, err
	}
	opened := make([]message.Opened, len(all))
	for i := range all {
		if opened[i] = m.open(lane, all[i].Item, now); opened[i].Attempt != 0 {
			all[i].Attempt = opened[i].Attempt
			m.settle(all[i])
		}
	}
	return opened, nil
}

func (m *memory) Rendering(context.Context, int64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return channels.Rendering{}.Marshal(), m.fails("rendering")
}

func (m *memory) Asset(string) ([]byte, error) { return nil, nil }

func (m *memory) ChannelModes(context.Context) (map[string]message.ChannelMode, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	modes := map[string]message.ChannelMode{}
	for name, mode := range m.modes {
		modes[name] = mode
	}
	return modes, m.fails("modes")
}

func (m *memory) PauseChannel(_ context.Context, name, _ string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fails("pause"); err != nil {
		return err
	}
	mode := m.modes[name]
	mode.Paused = true
	m.modes[name] = mode
	return nil
}
