package daemon

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"clarion/message"
	"clarion/store"
)

// observer writes the delivery log and counts. Everything it tells is durable
// already.
type observer struct {
	log       zerolog.Logger
	figures   figures
	store     *store.Store
	published func()                              // the public pages changed
	alert     func(channel, subject, text string) // staff is to know

	mu     sync.Mutex
	active map[int64]*progress // addressed sends under way
}

func newObserver(log zerolog.Logger, registry prometheus.Registerer, s *store.Store) *observer {
	return &observer{log: log, figures: newFigures(registry), store: s, active: map[int64]*progress{}}
}

// Attempt logs one line for each attempt at a send; an addressed send logs its
// progress instead of a line for each recipient.
func (o *observer) Attempt(s message.Settlement) {
	o.figures.attempt(s)
	if s.Item.Recipient != 0 {
		o.follow(s)
		return
	}
	event := o.log.Info()
	if s.Failed {
		event = o.log.Warn()
	}
	event = sendFields(event, s.Item.Message, s.Item.Audiences, s.Item.Channel).
		Str("outcome", string(s.To)).Int("attempt", s.Item.Attempt).
		Time("scheduled_for", s.Item.Due).Int64("lateness_ms", lateness(s).Milliseconds()).
		Str("remote_id", s.Receipt.RemoteID).Str("remote_url", s.Receipt.RemoteURL).Str("digest", s.Item.Digest)
	if s.Rehearsed() {
		event = event.Bool("rehearsal", true)
	}
	if s.Failed {
		event = event.Stringer("class", s.Class).Str("reason", s.Reason)
	}
	if s.To == message.Waiting {
		event = event.Time("next_attempt", s.NextAt)
	}
	event.Msg(describe(s))
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
		return "nobody can know whether it was sent; a person must look"
	default:
		return string(s.To)
	}
}

// Stopped logs what the gate did not let pass.
func (o *observer) Stopped(s message.Stopped) {
	outcome := map[message.Act]string{
		message.HoldIt: "held", message.Expire: "expired", message.Discard: "cancelled",
		message.NotYet: "planned", message.Refuse: "left",
	}[s.Verdict.Act]
	o.figures.stopped(s.Channel, outcome)
	event := o.log.Debug()
	if s.Recipient == 0 {
		event = o.log.Warn()
	}
	event = sendFields(event, s.Message, s.Audiences, s.Channel).Str("outcome", outcome).
		Time("scheduled_for", s.Due).Str("reason", s.Verdict.Why)
	if s.Verdict.Hold != "" {
		event = event.Str("hold", string(s.Verdict.Hold))
	}
	event.Msg("stopped by a rule")
}

// Published is told when the public pages changed.
func (o *observer) Published() { o.published() }

// Paused tells that a channel is unusable: in the log, in the figures, and to
// staff by mail.
func (o *observer) Paused(channel, reason string) {
	o.log.Error().Str("event", "channel_paused").Str("mechanism", channel).Str("reason", reason).
		Msg("the channel is unusable and was paused; what is due waits")
	o.alert(channel, fmt.Sprintf("Clarion paused the channel %s", channel),
		fmt.Sprintf("The channel %s is unusable and was paused:\n\n%s\n\nWhat is due waits; nothing is lost. Mend it, check it with\n\n  clarion channel check %s\n\nand let it go on with\n\n  clarion channel resume %s\n", channel, reason, channel, channel))
}

// Trouble logs a fault that Clarion lives with.
func (o *observer) Trouble(doing string, err error) {
	o.figures.trouble.Inc()
	o.log.Error().Str("event", "trouble").Str("doing", doing).Err(err).Msg("it will be tried again")
}

// reportEvery is how often an addressed send under way is reported.
const reportEvery = 2 * time.Second

// progress is an addressed send under way.
type progress struct {
	first    message.Settlement
	outcomes map[message.SendState]int
}

func (o *observer) follow(s message.Settlement) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, ok := o.active[s.Item.Send]
	if !ok {
		p = &progress{first: s, outcomes: map[message.SendState]int{}}
		o.active[s.Item.Send] = p
		time.AfterFunc(reportEvery, func() { o.report(s.Item.Send) })
	}
	p.outcomes[s.To]++
}

// report logs an addressed send's progress, and its summary once nothing of it
// moves any more.
func (o *observer) report(id int64) {
	o.mu.Lock()
	p := o.active[id]
	delete(o.active, id)
	o.mu.Unlock()
	send, err := o.store.Send(context.Background(), id)
	if err != nil {
		o.Trouble("read a send's progress", err)
		return
	}
	outcome, says := string(send.State), "summary"
	if send.State == message.Sending {
		outcome, says = "progress", "under way"
	}
	counts := zerolog.Dict()
	for state, n := range send.Tally {
		counts = counts.Int(string(state), n)
	}
	event := sendFields(o.log.Info(), send.Message, send.Audiences, send.Channel).Str("outcome", outcome).
		Int("candidates", send.Tally.Total()).Dict("recipients", counts).
		Time("scheduled_for", send.Due).Int64("lateness_ms", lateness(p.first).Milliseconds()).Str("digest", send.Digest)
	if send.Rehearsal {
		event = event.Bool("rehearsal", true)
	}
	event.Msg(says)
}
