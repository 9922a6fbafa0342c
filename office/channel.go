package office

import (
	"context"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// ChannelDetail is a configured channel with what was decided about it.
type ChannelDetail struct {
	Name         string
	Kind         string
	Capabilities channels.Capabilities
	Destination  channels.Destination
	State        store.ChannelState
	Month        store.Charged      // published and paid for since the month began
	Check        store.ChannelCheck // zero if its account was never asked for
}

// configured is what can change while the office runs.
type configured struct {
	channels []Channel
	fetcher  Fetcher
}

// Configure takes over other channels, and what may be fetched beside them.
func (o *Office) Configure(all []Channel, fetcher Fetcher) {
	o.configured.Store(&configured{all, fetcher})
}

// channels are the configured channels at this instant.
func (o *Office) channels() []Channel { return o.configured.Load().channels }

// HoldGone holds what is due by channels that are no longer configured, and
// gives what was stopped.
func (o *Office) HoldGone(ctx context.Context, now time.Time) ([]message.Stopped, error) {
	all := o.channels()
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return o.store.HoldGone(ctx, names, o.freezer.Frozen(), now)
}

// Channels lists the configured channels in their order.
func (v View) Channels(ctx context.Context) ([]ChannelDetail, error) {
	o := v.office
	if err := v.may(ctx, people.ReadChannels); err != nil {
		return nil, err
	}
	states, err := o.store.ChannelStates(ctx)
	if err != nil {
		return nil, err
	}
	month, err := o.store.ChargedSince(ctx, o.monthStart(time.Now()))
	if err != nil {
		return nil, err
	}
	checks, err := o.store.ChannelChecks(ctx)
	if err != nil {
		return nil, err
	}
	configured := o.channels()
	all := make([]ChannelDetail, len(configured))
	for i, c := range configured {
		state := states[c.Name]
		state.Rehearsal = c.rehearses(states)
		all[i] = ChannelDetail{
			Name: c.Name, Kind: c.Kind, Capabilities: c.Channel.Capabilities(), Destination: c.Channel.Destination(), State: state, Month: month[c.Name],
			Check: checks[c.Name],
		}
	}
	return all, nil
}

func (o *Office) mustChannel(name string) (Channel, error) {
	c, ok := o.channel(name)
	if !ok {
		return c, Refuse(NotFound, fmt.Sprintf("there is no channel called %s", message.Quote(name)), "the channels are "+o.channelNames())
	}
	return c, nil
}

// PauseChannel keeps a channel from sending until it is resumed.
func (o *Office) PauseChannel(ctx context.Context, name, reason string, by Actor) error {
	return o.decideChannel(ctx, name, "pause", by, func(t *store.Tx) error {
		if err := t.SetPaused(name, true, by.Name, reason); err != nil {
			return err
		}
		return Record(t, ledger.ChannelPaused, by, reason, ledger.DecisionBody{Subject: name})
	})
}

// ResumeChannel lets a paused channel go on.
func (o *Office) ResumeChannel(ctx context.Context, name string, by Actor) error {
	return o.decideChannel(ctx, name, "resume", by, func(t *store.Tx) error {
		if err := t.SetPaused(name, false, by.Name, ""); err != nil {
			return err
		}
		return Record(t, ledger.ChannelResumed, by, "", ledger.DecisionBody{Subject: name})
	})
}

// RehearseChannel switches a channel to rehearsal or live. What was approved
// for rehearsal holds when the channel goes live.
func (o *Office) RehearseChannel(ctx context.Context, name string, rehearsal bool, by Actor) error {
	if c, ok := o.channel(name); ok && !rehearsal && c.Channel.Capabilities().Rehearses {
		return Refuse(Conflict, fmt.Sprintf("the channel %s can only rehearse, by its configuration", name), "take `rehearse` out of it there, or give it another kind than rehearsal")
	}
	return o.decideChannel(ctx, name, "mode", by, func(t *store.Tx) error {
		if err := t.SetRehearsal(name, rehearsal, by.Name); err != nil {
			return err
		}
		mode := "live"
		if rehearsal {
			mode = "rehearsal"
		}
		return Record(t, ledger.ChannelMode, by, "", ledger.DecisionBody{Subject: name, Mode: mode})
	})
}

func (o *Office) decideChannel(ctx context.Context, name, decision string, by Actor, change func(*store.Tx) error) error {
	c, err := o.mustChannel(name)
	if err != nil {
		return err
	}
	var state store.ChannelState
	err = o.decide(ctx, by, people.DecideChannel, "", func(t *store.Tx) error {
		if err := change(t); err != nil {
			return err
		}
		states, err := t.ChannelStates()
		state = states[name]
		state.Rehearsal = c.rehearses(states)
		return err
	})
	if err != nil {
		return fmt.Errorf("decide about channel %s: %w", name, err)
	}
	o.settings.Watcher.ChannelDecided(by.Name, decision, state)
	if err := o.queue.Reload(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("the decision about channel %s is stored, but the queue has not taken it up: %w", name, err)
	}
	return nil
}
