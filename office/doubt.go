package office

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
	"clarion/store"
)

// Evidence is what is known of what a send did at its destination, and what is
// to be done where that is in doubt.
type Evidence struct {
	Steps    []message.Step
	Looks    []message.Seen
	NextLook time.Time // zero: none is planned, or the first is about to come
	Decide   bool      // Clarion does no more about it by itself
	Advice   string    // what to do; empty if nothing is
}

// evidence reads what is known of a send that is not addressed.
func (o *Office) evidence(ctx context.Context, s message.Send) (Evidence, error) {
	var e Evidence
	var err error
	if e.Steps, err = o.store.Steps(ctx, s.ID, s.Revision); err != nil {
		return e, err
	}
	if e.Looks, err = o.store.Looks(ctx, s.ID); err != nil {
		return e, err
	}
	return e, o.advise(ctx, s, &e)
}

// advise says what becomes of a failed or unknown send.
func (o *Office) advise(ctx context.Context, s message.Send, e *Evidence) error {
	switch {
	case s.State == message.Failed:
		e.Decide = true
		e.Advice = fmt.Sprintf("mend the cause, then `clarion send retry %d`; or give it up, with --abandon", s.ID)
		return nil
	case s.State != message.SendUnknown:
		return nil
	case s.Addressed:
		e.Decide = true
		e.Advice = fmt.Sprintf("look into the relay's log, then `clarion send resolve %d`, with --recipient for one alone", s.ID)
		return nil
	}
	yourself := fmt.Sprintf("look at the account yourself, then `clarion send resolve %d`", s.ID)
	if why := o.blind(s.Channel); why != "" {
		e.Decide, e.Advice = true, why+": "+yourself
		return nil
	}
	doubt, in, err := o.store.Doubt(ctx, s.ID)
	if err != nil || !in {
		return err
	}
	states, err := o.store.ChannelStates(ctx)
	if err != nil {
		return err
	}
	c, _ := o.channel(s.Channel)
	looked := lastLook(e.Looks, doubt.Attempt)
	switch {
	case looked != nil && looked.NextAt.IsZero():
		e.Decide, e.Advice = true, "Clarion looked for it and found no proof: "+yourself
	case c.rehearses(states):
		e.Decide, e.Advice = true, "Clarion does not look while the channel rehearses: "+yourself
	case states[s.Channel].Paused:
		e.Advice = fmt.Sprintf("Clarion looks for it once the channel is resumed: `clarion channel resume %s`", s.Channel)
	default:
		e.Advice = fmt.Sprintf("Clarion looks for it by itself; `clarion send look %d` looks now", s.ID)
	}
	if looked != nil {
		e.NextLook = looked.NextAt
	}
	return nil
}

// lastLook is the newest one after an attempt; nil if there was none.
func lastLook(all []message.Seen, attempt int64) *message.Seen {
	if n := len(all); n > 0 && all[n-1].Attempt == attempt {
		return &all[n-1]
	}
	return nil
}

// blind says why Clarion can't look at a channel's destination; empty if it
// can.
func (o *Office) blind(channel string) string {
	c, ok := o.channel(channel)
	if !ok {
		return "the channel is no longer configured"
	}
	if _, can := c.Channel.(channels.Finder); !can {
		return fmt.Sprintf("Clarion can't look for what a channel of kind %s published", c.Kind)
	}
	return ""
}

// Look looks for an unknown send at its destination now, however long ago the
// last look was.
func (v View) Look(ctx context.Context, id int64) (message.Look, error) {
	o := v.office
	s, err := v.send(ctx, id)
	if err != nil {
		return message.Look{}, err
	}
	if err := o.mayLook(ctx, s); err != nil {
		return message.Look{}, err
	}
	look, err := o.queue.Look(ctx, id)
	if err == nil {
		return look, nil
	}
	if now, again := o.store.Send(ctx, id); again == nil && now.State != message.SendUnknown {
		return message.Look{}, notUnknown(now)
	}
	return message.Look{}, fmt.Errorf("look for send %d: %w", id, err)
}

func (o *Office) mayLook(ctx context.Context, s message.Send) error {
	resolve := fmt.Sprintf("settle it with `clarion send resolve %d`", s.ID)
	if s.State != message.SendUnknown {
		return notUnknown(s)
	}
	if why := o.blind(s.Channel); why != "" {
		return Refuse(Conflict, why, resolve)
	}
	states, err := o.store.ChannelStates(ctx)
	if err != nil {
		return err
	}
	if c, _ := o.channel(s.Channel); c.rehearses(states) {
		return Refuse(Conflict, fmt.Sprintf("the channel %s rehearses: nothing leaves the machine", s.Channel), resolve)
	}
	return nil
}

func notUnknown(s message.Send) error {
	return Refuse(Conflict, fmt.Sprintf("send %d is not unknown: it is %s", s.ID, s.State), "")
}

// monthStart is the first instant of the month, where the office is.
func (o *Office) monthStart(now time.Time) time.Time {
	zone := o.settings.Links.Zone
	if zone == nil {
		zone = time.UTC
	}
	now = now.In(zone)
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
}

// resolveOne settles one recipient of an addressed send, named by address or
// number.
func resolveOne(t *store.Tx, s message.Send, who string, from, to message.SendState) (int64, error) {
	if !s.Addressed {
		return 0, Refuse(Invalid, fmt.Sprintf("send %d has no recipients", s.ID), "leave --recipient out")
	}
	number, _ := strconv.ParseInt(who, 10, 64) // 0 is nobody's
	address, _ := audience.ParseAddress(who)   // nor is the empty one's key
	r, err := t.Recipient(s.ID, number, address.Key())
	if err != nil {
		return 0, missing(err, fmt.Sprintf("recipient %s of send %d", message.Quote(who), s.ID), fmt.Sprintf("`clarion send recipients %d` shows them", s.ID))
	}
	if r.State != from {
		return 0, Refuse(Conflict, fmt.Sprintf("recipient %d of send %d is not %s: it is %s", r.ID, s.ID, from, r.State), "")
	}
	return r.ID, t.ResolveRecipient(s, r.ID, from, to)
}
