package queue_test

import (
	"cmp"
	"context"
	"time"

	"clarion/channels"
	"clarion/message"
)

// doubt is what a row keeps for looks.
type doubt struct {
	attempt  int64 // the newest
	opened   time.Time
	since    time.Time
	looks    []message.Look // for that attempt
	restored bool
	steps    map[string]channels.Step
}

func (d *doubt) opens(attempt int64, now time.Time) { d.attempt, d.opened, d.looks = attempt, now, nil }

// next is the instant of the next look; zero if there is none.
func (d *doubt) next(first time.Duration) time.Time {
	if len(d.looks) == 0 {
		return d.since.Add(first)
	}
	return d.looks[len(d.looks)-1].NextAt
}

func (m *memory) NextDoubt(_ context.Context, channel string, first time.Duration) (message.Doubt, time.Time, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found *row
	for _, r := range m.rows {
		next := r.doubt.next(first)
		if r.item.Channel != channel || r.state != message.SendUnknown || next.IsZero() {
			continue
		}
		if found == nil || next.Before(found.doubt.next(first)) {
			found = r
		}
	}
	if err := m.fails("doubt"); err != nil || found == nil {
		return message.Doubt{}, time.Time{}, false, err
	}
	return found.doubted(), found.doubt.next(first), true, nil
}

func (r *row) doubted() message.Doubt {
	return message.Doubt{Item: r.item, Attempt: r.doubt.attempt, Opened: r.doubt.opened, Since: r.doubt.since, Looks: len(r.doubt.looks), Restored: r.doubt.restored}
}

func (m *memory) Doubt(_ context.Context, send int64) (message.Doubt, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[send-1]
	return r.doubted(), r.state == message.SendUnknown, nil
}

func (m *memory) Looked(_ context.Context, l message.Look, now time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[l.Doubt.Item.Send-1]
	if err := m.fails("looked", l.Doubt.Item.Send); err != nil {
		return false, err
	}
	if r.state != message.SendUnknown || r.doubt.attempt != l.Doubt.Attempt {
		return false, nil
	}
	r.doubt.looks = append(r.doubt.looks, l)
	if l.To != message.SendUnknown {
		m.move(r, l.To)
		r.next = now
	}
	return true, nil
}

// resolve is a person's word about an unknown send.
func (m *memory) resolve(send int64, to message.SendState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.move(m.rows[send-1], to)
}

func (m *memory) Step(_ context.Context, send int64, _ int, name string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	step, ok := m.rows[send-1].doubt.steps[name]
	return step.Value, ok, m.fails("step", send)
}

func (m *memory) OriginalStep(_ context.Context, send int64, name string) (string, bool, error) {
	return "", false, nil
}

func (m *memory) RecordStep(ctx context.Context, send int64, _ int, step channels.Step, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := cmp.Or(ctx.Err(), m.fails("record", send)); err != nil {
		return err
	}
	r := m.rows[send-1]
	if r.doubt.steps == nil {
		r.doubt.steps = map[string]channels.Step{}
	}
	r.doubt.steps[step.Name] = step
	return nil
}
