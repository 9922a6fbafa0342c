package daemon

import (
	"context"
	"fmt"
	"sync"

	"clarion/channels"
	"clarion/channels/rehearsal"
)

// scripted is a channel that answers as it is told. It renders like the
// rehearsal kind.
type scripted struct {
	channels.Channel
	mu      sync.Mutex
	answers []error // nil: accepted. Accepted once there are no more
	finds   []channels.Finding
}

func scriptedKind() channels.Kind {
	return channels.Kind{Name: "scripted", Summary: "Answers as it is told.", New: func(s channels.Settings) (channels.Channel, error) {
		built, err := rehearsal.Kind().New(s)
		return &scripted{Channel: built}, err
	}}
}

func (s *scripted) Capabilities() channels.Capabilities {
	return channels.Capabilities{Media: true, Limit: 500, Unit: "characters", Concurrency: 1, Ahead: 1}
}

func (s *scripted) Destination() channels.Destination {
	return channels.Destination{Kind: "scripted", Endpoint: "scripted:", Account: "wire"}
}

// answer tells what to answer next.
func (s *scripted) answer(errs ...error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, errs...)
}

func (s *scripted) Publish(_ context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := d.Begin(); err != nil {
		return channels.Receipt{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) > 0 {
		err := s.answers[0]
		s.answers = s.answers[1:]
		if err != nil {
			return channels.Receipt{}, err
		}
	}
	return channels.Receipt{RemoteID: "post-1", RemoteURL: fmt.Sprintf("https://wire.example.org/%d", d.Attempt)}, nil
}

// find tells what the next looks come to.
func (s *scripted) find(all ...channels.Finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finds = append(s.finds, all...)
}

func (s *scripted) Find(context.Context, channels.Delivery) (channels.Finding, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.finds) == 0 {
		return channels.Finding{}, &channels.Error{Class: channels.Temporary, Reason: "no look is scripted"}
	}
	f := s.finds[0]
	s.finds = s.finds[1:]
	return f, nil
}

// wire gives the scripted channel of the configuration.
func (b *bundle) wire() *scripted {
	b.Helper()
	for _, c := range b.config.Channels {
		if s, ok := c.Built.(*scripted); ok {
			return s
		}
	}
	b.Fatal("no channel is scripted")
	return nil
}
