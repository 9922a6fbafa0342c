package channeltest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
)

// patience bounds a delivery that should have ended by itself.
const patience = 20 * time.Second

// publisher is a channel or a session.
type publisher interface {
	Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error)
}

// trial is one channel with its destination and one way to publish.
type trial struct {
	subject Subject
	via     publisher
	to      Destination
	each    int // requests that an accepted delivery makes: 1, or 0 without a destination
	text    channels.Rendering
	keys    atomic.Int64
}

// eachWay proves something of a fresh channel, and of a session of another
// one if the channel is a Connector.
func eachWay(tb testing.TB, s Subject, prove func(t *trial) error) error {
	direct, err := newTrial(tb, s)
	if err != nil {
		return err
	}
	err = prove(direct)
	if _, ok := direct.via.(channels.Connector); !ok || err != nil {
		return err
	}
	over, err := newTrial(tb, s)
	if err != nil {
		return err
	}
	line := &line{connector: over.via.(channels.Connector)}
	tb.Cleanup(line.drop)
	over.via = line
	if err := prove(over); err != nil {
		return fmt.Errorf("over a session: %w", err)
	}
	return nil
}

func newTrial(tb testing.TB, s Subject) (*trial, error) {
	ch, to := s.New(tb)
	r, problems := ch.Render(Post())
	if len(problems) > 0 {
		return nil, fmt.Errorf("the plain post has problems: %+v", problems)
	}
	if to == nil {
		return &trial{subject: s, via: ch, to: none{}, text: r}, nil
	}
	return &trial{subject: s, via: ch, to: to, each: 1, text: r}, nil
}

// line publishes over one session. As the queue does, it connects when there
// is none, and takes a session's word for it that it is still alive.
type line struct {
	connector channels.Connector
	session   channels.Session
}

func (l *line) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if l.session != nil && !l.session.Alive() {
		l.drop()
	}
	if l.session == nil {
		session, err := l.connector.Connect(ctx)
		if err != nil {
			return channels.Receipt{}, err
		}
		l.session = session
	}
	return l.session.Publish(ctx, d)
}

func (l *line) drop() {
	if l.session != nil {
		_ = l.session.Close() // it may be broken already
		l.session = nil
	}
}

// outcome is what a delivery came to.
type outcome struct {
	receipt  channels.Receipt
	err      error
	begun    int // calls of Begin
	requests int // that reached the destination
	early    int // of these, before Begin
}

func (t *trial) delivery() channels.Delivery {
	key := fmt.Sprintf("%032x", t.keys.Add(1))
	return channels.Delivery{
		Key: key, Attempt: 1, Digest: channels.Digest(t.text.Marshal()), Rendering: t.text, Values: Values(key),
		Begin: func() error { return nil }, Journal: NewJournal(),
	}
}

// send makes one delivery and counts.
func (t *trial) send(ctx context.Context, d channels.Delivery) outcome {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var o outcome
	before := t.to.Requests()
	begin := d.Begin
	d.Begin = func() error {
		o.begun++
		o.early = t.to.Requests() - before
		return begin()
	}
	o.receipt, o.err = t.via.Publish(ctx, d)
	o.requests = t.to.Requests() - before
	return o
}

// accepted says whether a delivery to a healthy destination went as it must.
func (t *trial) accepted(o outcome) error {
	switch {
	case o.err != nil:
		return fmt.Errorf("a healthy destination: %w", o.err)
	case o.begun != 1:
		return fmt.Errorf("%d calls of Begin, want 1", o.begun)
	case o.early != 0:
		return errors.New("a request left before Begin was called")
	case o.requests != t.each:
		return fmt.Errorf("%d requests for one Publish, want %d", o.requests, t.each)
	case o.receipt == channels.Receipt{}:
		return errors.New("accepted without a receipt")
	}
	return t.discreet("the receipt", fmt.Sprintf("%+v", o.receipt))
}

// discreet says whether a text shows a secret or the recipient.
func (t *trial) discreet(where, text string) error {
	if strings.Contains(text, recipient) {
		return fmt.Errorf("%s shows the recipient's address: %s", where, text)
	}
	return t.subject.silent(where, text)
}
