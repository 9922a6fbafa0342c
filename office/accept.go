package office

import (
	"context"
	"fmt"
	"strings"

	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
	"clarion/store"
)

// Acceptance is a channel that changed after an approval, as it is now: what
// two people accept who release what is held for that.
type Acceptance struct {
	Channel     string
	Destination channels.Destination
	Mode        message.Mode
}

func (a Acceptance) String() string {
	d := a.Destination
	parts := []string{d.Kind}
	for _, part := range []string{d.Endpoint, d.Account, d.Sender} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return fmt.Sprintf("%s as it is now: %s, %s", a.Channel, strings.Join(parts, " "), a.Mode)
}

// accepting is what a release does to one send that is held for its channel.
type accepting struct {
	Acceptance
	send     int64
	approved bool // the channel is again what was approved
}

// acceptances are all of one message.
type acceptances []accepting

// accept says what a release of changed channels accepts. A channel that is no
// longer configured can't be accepted.
func (o *Office) accept(m message.Message, changed []store.ChangedChannel, modes map[string]store.ChannelState) (acceptances, error) {
	var all acceptances
	for _, s := range changed {
		c, ok := o.channel(s.Channel)
		if !ok {
			return nil, Refuse(Conflict, fmt.Sprintf("message %s can't be released: its channel %s is no longer configured, so there is nothing to accept", m.ID, s.Channel),
				"configure it again, "+instead(m))
		}
		if s.Run > 0 {
			continue // a rehearsal goes nowhere
		}
		a := accepting{send: s.Send, Acceptance: Acceptance{Channel: s.Channel, Destination: c.Channel.Destination(), Mode: message.Live}}
		if c.rehearses(modes) {
			a.Mode = message.Rehearsal
		}
		a.approved = a.Destination.Fingerprint() == s.Fingerprint && (a.Mode == message.Rehearsal || s.Mode == message.Live)
		all = append(all, a)
	}
	return all, nil
}

// instead is what else to do about a message that can't be released.
func instead(m message.Message) string {
	if m.State.Editable() {
		return "or edit the message: a new revision is approved anew"
	}
	return fmt.Sprintf("or cancel what has not left with `clarion message cancel %s --reason WHY`", m.ID)
}

// acceptable looks within a transaction what a release of one message accepts.
func (o *Office) acceptable(t *store.Tx, m message.Message) (acceptances, error) {
	changed, err := t.ChangedChannels(m.ID)
	if err != nil || len(changed) == 0 {
		return nil, err
	}
	modes, err := t.ChannelStates()
	if err != nil {
		return nil, err
	}
	return o.accept(m, changed, modes)
}

// preview is what a release of a message would accept; nothing if it can't be
// released.
func (o *Office) preview(ctx context.Context, m message.Message) ([]Acceptance, error) {
	changed, err := o.store.ChangedChannels(ctx, m.ID)
	if err != nil || len(changed) == 0 {
		return nil, err
	}
	modes, err := o.store.ChannelStates(ctx)
	if err != nil {
		return nil, err
	}
	all, err := o.accept(m, changed, modes)
	if err != nil {
		return nil, nil //nolint:nilerr // the release itself says why
	}
	return all.changed(), nil
}

// changed lists the channels that are not what was approved.
func (all acceptances) changed() []Acceptance {
	var changed []Acceptance
	for _, a := range all {
		if !a.approved {
			changed = append(changed, a.Acceptance)
		}
	}
	return changed
}

// about names what is accepted, so that two people accept the same.
func (all acceptances) about() string {
	var b strings.Builder
	for _, a := range all.changed() {
		fmt.Fprintf(&b, " %s=%s/%s", a.Channel, a.Destination.Fingerprint(), a.Mode)
	}
	return b.String()
}

// write lets the sends go as was accepted, and gives what the ledger says.
func (all acceptances) write(t *store.Tx) ([]ledger.Accepted, error) {
	var accepted []ledger.Accepted
	for _, a := range all {
		if a.approved {
			if err := t.Accept(a.send, "", ""); err != nil {
				return nil, err
			}
			continue
		}
		d := a.Destination
		if err := t.Accept(a.send, d.Fingerprint(), a.Mode); err != nil {
			return nil, err
		}
		accepted = append(accepted, ledger.Accepted{
			Send: a.send, Mechanism: a.Channel, Kind: d.Kind, Endpoint: d.Endpoint, Account: d.Account, Sender: d.Sender,
			Fingerprint: d.Fingerprint(), Mode: a.Mode,
		})
	}
	return accepted, nil
}
