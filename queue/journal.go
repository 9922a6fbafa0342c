package queue

import (
	"context"
	"time"

	"clarion/channels"
	"clarion/message"
)

// Steps is what the queue needs of a store for the journal of a send.
type Steps interface {
	Step(ctx context.Context, send int64, revision int, name string) (string, bool, error)
	OriginalStep(ctx context.Context, send int64, name string) (string, bool, error)
	RecordStep(ctx context.Context, send int64, revision int, step channels.Step, now time.Time) error
}

// journal is the journal of one send. It reads when it is asked.
type journal struct {
	steps    Steps
	send     int64
	revision int
}

// journalOf gives the journal of a send; nil where people are addressed one by
// one, and where the publication is ours.
func (l *lane) journalOf(i message.Item) channels.Journal {
	if l.can.Addressed || l.can.Local {
		return nil
	}
	return journal{l.engine.store, i.Send, i.Revision}
}

// Done implements channels.Journal.
func (j journal) Done(ctx context.Context, step string) (string, bool, error) {
	return j.steps.Step(ctx, j.send, j.revision, step)
}

// Record implements channels.Journal. What was done is recorded even if the
// time of the delivery is over.
func (j journal) Record(ctx context.Context, step channels.Step) error {
	return j.steps.RecordStep(context.WithoutCancel(ctx), j.send, j.revision, step, time.Now())
}

// Original implements channels.Journal.
func (j journal) Original(ctx context.Context, step string) (string, bool, error) {
	return j.steps.OriginalStep(ctx, j.send, step)
}
