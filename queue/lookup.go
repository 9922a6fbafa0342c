package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
)

// Doubts is what the queue needs of a store to look for sends of which nobody
// knows whether they were published.
type Doubts interface {
	NextDoubt(ctx context.Context, channel string, first time.Duration) (message.Doubt, time.Time, bool, error)
	Doubt(ctx context.Context, send int64) (message.Doubt, bool, error)
	Looked(ctx context.Context, l message.Look, now time.Time) (bool, error)
}

// Why a person's look is not made.
var (
	ErrBlind   = errors.New("the channel cannot look at its destination")
	ErrSettled = errors.New("the send is not in doubt any more")
)

// looker looks, one after the other, for the unknown sends of a lane. Reading
// is harmless: it goes on while everything is frozen.
type looker struct {
	lane    *lane
	finder  channels.Finder
	woken   chan struct{}
	turn    chan struct{} // holds one token: whoever has it looks
	trouble backoff       // with the store
}

// newLooker gives nil for a channel that can't look, and for one whose doubts
// are not of a whole send.
func newLooker(l *lane) *looker {
	finder, can := l.live.(channels.Finder)
	if !can || l.can.Addressed || l.can.Local {
		return nil
	}
	k := &looker{
		lane: l, finder: finder, woken: make(chan struct{}, 1), turn: make(chan struct{}, 1),
		trouble: backoff{first: troubleFirst, longest: storeMax},
	}
	k.turn <- struct{}{}
	return k
}

// wake makes it look again at what is to be looked for.
func (k *looker) wake() {
	if k == nil {
		return
	}
	select {
	case k.woken <- struct{}{}:
	default:
	}
}

func (k *looker) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-k.woken:
		case <-k.lane.claiming.Done():
			return
		}
		timer.Reset(k.step())
	}
}

// step looks for one send and gives how long to wait for the next.
func (k *looker) step() time.Duration {
	wait, err := k.lookNext()
	switch {
	case k.lane.claiming.Err() != nil:
	case err != nil:
		k.lane.engine.observer.Trouble("look for unknown sends of "+k.lane.name, err)
		wait = k.trouble.next()
	default:
		k.trouble.reset()
	}
	return min(wait, wallCheck)
}

func (k *looker) lookNext() (time.Duration, error) {
	l, now := k.lane, time.Now().Round(0)
	if wait := l.held(now); wait > 0 {
		return wait, nil
	}
	if l.view().lane.Mode != message.Live {
		return wallCheck, nil
	}
	d, next, any, err := l.engine.store.NextDoubt(l.claiming, l.name, l.limits.Patience.First)
	if err != nil || !any {
		return wallCheck, err
	}
	if wait := next.Sub(now); wait > 0 {
		return wait, nil
	}
	_, err = k.look(l.claiming, d.Item.Send, false)
	if errors.Is(err, ErrSettled) {
		err = nil
	}
	return 0, err
}

// look looks for one send and makes what it came to durable. One is made at a
// time; what happened while it waited for its turn counts.
func (k *looker) look(ctx context.Context, send int64, asked bool) (message.Look, error) {
	select {
	case <-k.turn:
	case <-ctx.Done():
		return message.Look{}, ctx.Err()
	}
	defer func() { k.turn <- struct{}{} }()
	d, err := k.lane.engine.doubt(ctx, send)
	if err != nil {
		return message.Look{}, err
	}
	finding, err := k.find(ctx, d)
	if ctx.Err() != nil {
		return message.Look{}, fmt.Errorf("look for send %d: %w", send, ctx.Err())
	}
	look := k.outcome(d, finding, err)
	look.Asked = asked
	return look, k.settle(ctx, look)
}

// settle makes a look durable, and tells of it.
func (k *looker) settle(ctx context.Context, look message.Look) error {
	e := k.lane.engine
	ours, err := e.store.Looked(context.WithoutCancel(ctx), look, time.Now())
	if err != nil {
		return err
	}
	if !ours {
		return ErrSettled
	}
	e.observer.Found(look)
	if look.To == message.Planned {
		k.lane.wake()
	}
	return nil
}

// find asks the adapter, within the lane's time.
func (k *looker) find(ctx context.Context, d message.Doubt) (channels.Finding, error) {
	l := k.lane
	rendering, err := l.rendering(d.Item)
	if err != nil {
		return channels.Finding{}, err
	}
	delivery := channels.Delivery{
		Key: d.Item.Key, Attempt: d.Item.Attempt, Digest: d.Item.Digest, Rendering: rendering, Values: l.values(d.Item, d.Opened),
		Opened: d.Opened, Ended: d.Since, Journal: l.journalOf(d.Item),
		Begin: func() error { return &channels.Error{Class: channels.NotBegun, Reason: "a look changes nothing"} },
	}
	ctx, cancel := context.WithTimeout(ctx, l.limits.Timeout)
	defer cancel()
	return call(ctx, func(ctx context.Context) (channels.Finding, error) {
		return k.finder.Find(ctx, delivery)
	}, func(channels.Finding) {})
}

// outcome says where a look takes its send.
func (k *looker) outcome(d message.Doubt, f channels.Finding, err error) message.Look {
	now := time.Now().Round(0)
	patience := k.lane.limits.Patience
	look := message.Look{Doubt: d, At: now, Verdict: f.Verdict, Evidence: f.Evidence, Receipt: f.Receipt, To: message.SendUnknown}
	switch {
	case err != nil:
		classed := channels.AsError(err)
		look.Failed, look.Verdict, look.Evidence = true, channels.CannotTell, "it could not look: "+classed.Reason
		look.Receipt = channels.Receipt{}
		look.NextAt = later(patience.Again(now, d.Looks+1), classed.Until)
		k.heed(classed)
	case f.Verdict == channels.Found:
		look.To = message.Sent
	case f.Verdict == channels.Absent && d.Restored: // an adapter's proof may rest on the journal, which the backup cut short
		look.Verdict, look.Evidence = channels.CannotTell, f.Evidence+"; but it comes from a backup, and may have gone on after that"
		look.NextAt, _ = patience.Next(d.Since, now, d.Looks+1)
	case f.Verdict == channels.Absent:
		look.To = message.Planned
		if _, again := k.lane.limits.Retry.Next(d.Item.Attempt, d.Item.Due, now, time.Time{}); !again {
			look.To = message.Failed
		}
	default:
		look.Verdict = channels.CannotTell
		look.NextAt, _ = patience.Next(d.Since, now, d.Looks+1)
	}
	return look
}

// heed does what the class of a failure asks of the whole lane.
func (k *looker) heed(classed *channels.Error) {
	switch classed.Class {
	case channels.Unavailable:
		k.lane.pause(classed.Reason)
	case channels.RateLimited:
		k.lane.rest(classed.Until)
	}
}

// Look looks for an unknown send now, because a person asks.
func (e *Engine) Look(ctx context.Context, send int64) (message.Look, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d, err := e.doubt(ctx, send)
	if err != nil {
		return message.Look{}, err
	}
	for _, l := range e.current() {
		if l.name == d.Item.Channel && l.looker != nil && l.view().lane.Mode == message.Live {
			defer context.AfterFunc(l.claiming, cancel)()
			return l.looker.look(ctx, send, true)
		}
	}
	return message.Look{}, fmt.Errorf("look for send %d by %s: %w", send, d.Item.Channel, ErrBlind)
}

func (e *Engine) doubt(ctx context.Context, send int64) (message.Doubt, error) {
	d, in, err := e.store.Doubt(ctx, send)
	if err == nil && !in {
		err = ErrSettled
	}
	return d, err
}
