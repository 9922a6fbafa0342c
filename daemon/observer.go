package daemon

import (
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"clarion/message"
	"clarion/store"
)

// observer writes the delivery log and counts. Everything it tells is durable
// already. What a line means stands in its field `says`: `message` is the
// message that it speaks of.
type observer struct {
	log       zerolog.Logger
	figures   figures
	store     *store.Store
	published func()                              // the public pages changed
	alert     func(channel, subject, text string) // staff is to know

	reporting sync.Mutex
	mu        sync.Mutex
	active    map[int64]*progress // addressed sends under way
}

func newObserver(log zerolog.Logger, registry prometheus.Registerer, s *store.Store) *observer {
	return &observer{log: log, figures: newFigures(registry), store: s, active: map[int64]*progress{}}
}

// Attempt logs one line for each attempt at a send; an addressed send logs its
// progress instead of a line for each recipient.
func (o *observer) Attempt(s message.Settlement) {
	o.figures.attempt(s)
	if s.Item.Recipient != 0 {
		late := lateness(s)
		o.follow(s.Item.Send, &late)
		return
	}
	event := o.log.Info()
	if s.Failed {
		event = o.log.Warn()
	}
	event = sendFields(event, s.Item.Message, s.Item.Audiences, s.Item.Channel).
		Str("outcome", string(s.To)).Int("attempt", s.Item.Attempt).
		Time("scheduled_for", s.Item.Due.UTC()).Int64("lateness_ms", lateness(s).Milliseconds()).
		Str("remote_id", s.Receipt.RemoteID).Str("remote_url", s.Receipt.RemoteURL).Str("digest", s.Item.Digest)
	if s.Rehearsed() {
		event = event.Bool("rehearsal", true)
	}
	if s.Failed {
		event = event.Stringer("class", s.Class).Str("reason", s.Reason)
	}
	if s.To == message.Waiting {
		event = event.Time("next_attempt", s.NextAt.UTC())
	}
	event.Str("says", describe(s)).Send()
}

func sendFields(e *zerolog.Event, id string, audiences []string, mechanism string) *zerolog.Event {
	return e.Str("event", "send").Str("message", id).Strs("audience", audiences).Str("mechanism", mechanism)
}

// lateness is from the instant a send was due to its attempt's opening.
func lateness(s message.Settlement) time.Duration { return s.OpenedAt.Sub(s.Item.Due) }

func describe(s message.Settlement) string {
	switch s.To {
	case message.Sent:
		return "sent"
	case message.SendRehearsed:
		return "rehearsed: nothing left the machine"
	case message.Waiting:
		return "not sent; it will be tried again"
	case message.Planned:
		return "not begun"
	case message.Failed:
		return "failed; a person can retry it"
	case message.SendUnknown:
		return "nobody can know whether it was sent; it is looked for, or a person decides"
	default:
		return string(s.To)
	}
}

// Stopped logs what the gate did not let pass. Recipients show in the report of
// their send.
func (o *observer) Stopped(s message.Stopped) {
	outcome := map[message.Act]string{
		message.HoldIt: "held", message.Expire: "expired", message.Discard: "cancelled",
		message.NotYet: "planned", message.Refuse: "left",
	}[s.Verdict.Act]
	o.figures.stopped(s.Channel, outcome)
	if s.Recipient != 0 {
		o.follow(s.Send, nil)
		return
	}
	event := sendFields(o.log.Warn(), s.Message, s.Audiences, s.Channel).Str("outcome", outcome).
		Time("scheduled_for", s.Due.UTC()).Str("reason", s.Verdict.Why)
	if s.Verdict.Hold != "" {
		event = event.Str("hold", string(s.Verdict.Hold))
	}
	event.Str("says", "stopped by a rule").Send()
}

// Found logs one line for each look for an unknown send, and tells staff once
// when Clarion gives up looking.
func (o *observer) Found(l message.Look) {
	item := l.Doubt.Item
	verdict := l.Verdict.String()
	event := o.log.Info()
	if l.Failed {
		verdict = "failed"
	}
	if l.To == message.SendUnknown {
		event = o.log.Warn()
	}
	o.figures.looked(item.Channel, verdict)
	event = event.Str("event", "send_found").Str("message", item.Message).Strs("audience", item.Audiences).Str("mechanism", item.Channel).
		Str("verdict", verdict).Str("outcome", string(l.To)).Int("look", l.Doubt.Looks+1).Str("evidence", l.Evidence).
		Str("remote_id", l.Receipt.RemoteID).Str("remote_url", l.Receipt.RemoteURL)
	if !l.NextAt.IsZero() {
		event = event.Time("next_look", l.NextAt.UTC())
	}
	event.Str("says", lookSays(l)).Send()
	if l.To == message.SendUnknown && l.NextAt.IsZero() && !l.Asked {
		o.alert(item.Channel, fmt.Sprintf("Clarion cannot tell whether send %d went out", item.Send),
			fmt.Sprintf("Nobody knows whether message %s was published by %s. Clarion looked for it and found no proof:\n\n%s\n\nLook at the account yourself, see\n\n  clarion send show %d\n\nand say what you found with\n\n  clarion send resolve %d\n",
				item.Message, item.Channel, l.Evidence, item.Send, item.Send))
	}
}

func lookSays(l message.Look) string {
	switch {
	case l.To == message.Sent:
		return "it was published: found at the destination"
	case l.To == message.Planned:
		return "it was not published, and goes again"
	case l.To == message.Failed:
		return "it was not published, and its attempts or time are used up; a person can retry it"
	case l.NextAt.IsZero():
		return "nobody can know whether it was published; a person must decide"
	default:
		return "not known yet; it is looked for again"
	}
}

// Published is told when the public pages changed.
func (o *observer) Published() { o.published() }

// Paused tells that a channel is unusable: in the log, in the figures, and to
// staff by mail.
func (o *observer) Paused(channel, reason string) {
	o.log.Error().Str("event", "channel_paused").Str("mechanism", channel).Str("reason", reason).
		Str("says", "the channel is unusable and was paused; what is due waits").Send()
	o.alert(channel, fmt.Sprintf("Clarion paused the channel %s", channel),
		fmt.Sprintf("The channel %s is unusable and was paused:\n\n%s\n\nWhat is due waits; nothing is lost. Mend it, check it with\n\n  clarion channel check %s\n\nand let it go on with\n\n  clarion channel resume %s\n", channel, reason, channel, channel))
}

// Trouble logs a fault that Clarion lives with.
func (o *observer) Trouble(doing string, err error) {
	o.figures.trouble.Inc()
	o.log.Error().Str("event", "trouble").Str("doing", doing).Err(err).Str("says", "it will be tried again").Send()
}

// Fault logs a request that failed through no fault of whoever made it.
func (o *observer) Fault(doing string, err error) {
	o.figures.trouble.Inc()
	o.log.Error().Str("event", "fault").Str("doing", doing).Err(err).Str("says", "the request failed").Send()
}
