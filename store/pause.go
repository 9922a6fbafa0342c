package store

import (
	"context"
	"fmt"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// ChannelModes reads which channels are paused or rehearse.
func (s *Store) ChannelModes(ctx context.Context) (map[string]message.ChannelMode, error) {
	states, err := s.ChannelStates(ctx)
	if err != nil {
		return nil, err
	}
	modes := make(map[string]message.ChannelMode, len(states))
	for name, c := range states {
		modes[name] = message.ChannelMode{Paused: c.Paused, Rehearsal: c.Rehearsal}
	}
	return modes, nil
}

// PauseChannel records that the queue paused a channel that is unusable.
func (s *Store) PauseChannel(ctx context.Context, name, reason string, now time.Time) error {
	err := s.update(ctx, now, func(t *Tx) error {
		if err := t.SetPaused(name, true, "", reason); err != nil {
			return err
		}
		return t.Record(ledger.ChannelPaused, ledger.DecisionBody{Subject: name})
	})
	if err != nil {
		return fmt.Errorf("pause channel %s: %w", name, err)
	}
	return nil
}
