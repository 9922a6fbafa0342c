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
	gate  func(send int64) *message.Verdict           // what the gate says where an attempt opens
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
	doubt   doubt
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
	if err := cmp.Or(ctx.Err(), m.fails("lease")); err != nil {
		return claim, err
	}
	for _, r := range m.due(message.ClaimRequest{Lane: lane, Limit: limit}, now) {
		if m.frozen || lane.Frozen {
			v := message.Verdict{Act: message.HoldIt, Hold: message.HoldFreeze}
			m.stop(r, v)
			claim.Stopped = append(claim.Stopped, stopped(r, v))
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

// Commit fails as a whole or not at all, as a transaction does.
func (m *memory) Commit(_ context.Context, settle []message.Settlement, claims []message.ClaimRequest, now time.Time) ([]message.Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var settled, due []int64
	for _, s := range settle {
		settled = append(settled, s.Item.Send)
	}
	for _, c := range claims {
		for _, r := range m.due(c, now) {
			due = append(due, r.item.Send)
		}
	}
	err := m.fails("commit", settled...)
	if len(claims) > 0 {
		err = cmp.Or(err, m.fails("claim", due...))
	}
	if err != nil {
		return nil, err
	}
	for _, s := range settle {
		m.settle(s)
	}
	answers := make([]message.Claim, len(claims))
	for i, c := range claims {
		answers[i] = m.openDue(c, now)
	}
	return answers, nil
}

// due is what a claim would take.
func (m *memory) due(c message.ClaimRequest, now time.Time) []*row {
	if c.Limit < 0 {
		m.Errorf("claim of %d", c.Limit)
	}
	all := m.waiting(c.Lane)
	n := 0
	for n < len(all) && n < c.Limit && !all[n].next.After(now) {
		n++
	}
	return all[:n]
}

func (m *memory) openDue(c message.ClaimRequest, now time.Time) message.Claim {
	var claim message.Claim
	for _, r := range m.due(c, now) {
		if v := m.verdict(c.Lane, r.item.Send); v != nil {
			if v.Act != message.NotYet {
				m.stop(r, *v)
			}
			claim.Stopped = append(claim.Stopped, stopped(r, *v))
			continue
		}
		m.move(r, message.Claimed)
		item := r.item
		item.Attempt++
		claim.Opened = append(claim.Opened, m.open(c.Lane, item, now))
	}
	return claim
}

func (m *memory) stop(r *row, v message.Verdict) {
	m.move(r, map[message.Act]message.SendState{message.HoldIt: message.SendHeld, message.NotYet: message.Planned, message.Discard: message.SendCancelled}[v.Act])
}

// open opens an attempt at what is claimed.
func (m *memory) open(lane message.Lane, item message.Item, now time.Time) message.Opened {
	r := m.rows[item.Send-1]
	if r.state != message.Claimed || lane.Channel != item.Channel {
		m.Errorf("an attempt at send %d opens on lane %q while it is %s", item.Send, lane.Channel, r.state)
	}
	m.move(r, message.Sending)
	m.attempts++
	r.attempt, r.item.Attempt = m.attempts, item.Attempt
	r.doubt.opens(r.attempt, now)
	if lane.Mode == message.Live && !item.Rehearsal {
		r.live++
	}
	return message.Opened{Item: item, Attempt: r.attempt, At: now}
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
	r.attempt, r.doubt.since = 0, s.ClosedAt
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
	answers := make([]message.Opened, len(all))
	for i := range all {
		item := all[i].Item
		if v := m.verdict(lane, item.Send); v != nil {
			r := m.rows[item.Send-1]
			m.stop(r, *v)
			s := stopped(r, *v)
			answers[i] = message.Opened{Item: item, At: now, Stopped: &s}
			continue
		}
		answers[i] = m.open(lane, item, now)
		all[i].Attempt = answers[i].Attempt
		m.settle(all[i])
	}
	return answers, nil
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
