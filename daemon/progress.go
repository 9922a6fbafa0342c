package daemon

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"clarion/message"
)

// Bounds of what is told of addressed sends.
const (
	reportEvery = 2 * time.Second // while one is under way
	maxReasons  = 10              // in a summary, the most frequent first
	faultsPage  = 1_000           // recipients read at once
)

// progress is an addressed send under way.
type progress struct {
	timer *time.Timer    // to the next report; nil while there is no news
	late  *time.Duration // of the first attempt that this process made; nil before
}

// follow sees to it that an addressed send is reported. The lateness is of an
// attempt at one of its recipients, if there was one.
func (o *observer) follow(send int64, late *time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, known := o.active[send]
	if !known {
		p = &progress{}
		o.active[send] = p
	}
	p.late = cmp.Or(p.late, late)
	if p.timer == nil {
		p.timer = time.AfterFunc(reportEvery, func() { o.report(send) })
	}
}

// flush reports what is not reported yet. Nothing is under way any more.
func (o *observer) flush() {
	o.mu.Lock()
	ids := slices.Sorted(maps.Keys(o.active))
	o.mu.Unlock()
	for _, id := range ids {
		o.report(id)
	}
}

// report logs an addressed send's progress, and its summary once nothing of it
// moves any more.
func (o *observer) report(id int64) {
	o.reporting.Lock() // so that a flush waits for a report that has begun
	defer o.reporting.Unlock()
	late, news := o.news(id)
	if !news {
		return
	}
	send, err := o.store.Send(context.Background(), id)
	if err != nil {
		o.Trouble("read a send's progress", err)
		return
	}
	if moves(send) {
		tally(o.log.Info(), send, "progress", late).Str("says", "under way").Send()
		return
	}
	o.forget(id)
	o.summarise(send, late)
}

// news tells whether there is anything to report, once.
func (o *observer) news(id int64) (late *time.Duration, news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, known := o.active[id]
	if !known || p.timer == nil {
		return nil, false
	}
	p.timer.Stop()
	p.timer = nil
	return p.late, true
}

func (o *observer) forget(id int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if p, known := o.active[id]; known && p.timer == nil {
		delete(o.active, id)
	}
}

// moves reports whether the queue has anything left to do for a send.
func moves(s message.Send) bool {
	t := s.Tally
	return s.Hold == "" && t[message.Planned]+t[message.Claimed]+t[message.Sending]+t[message.Waiting] > 0
}

// tally writes what a report and a summary have in common.
func tally(e *zerolog.Event, s message.Send, outcome string, late *time.Duration) *zerolog.Event {
	counts := zerolog.Dict()
	for _, state := range message.SendStates() {
		if n := s.Tally[state]; n > 0 {
			counts = counts.Int(string(state), n)
		}
	}
	e = sendFields(e, s.Message, s.Audiences, s.Channel).Str("outcome", outcome).
		Int("candidates", s.Tally.Total()).Dict("recipients", counts).Time("scheduled_for", s.Due.UTC())
	if late != nil {
		e = e.Int64("lateness_ms", late.Milliseconds())
	}
	e = e.Str("digest", s.Digest)
	if s.Rehearsal {
		e = e.Bool("rehearsal", true)
	}
	if s.Hold != "" {
		e = e.Str("hold", string(s.Hold))
	}
	return e
}

// summarise logs how an addressed send ended, or where it stands until a
// person decides.
func (o *observer) summarise(s message.Send, late *time.Duration) {
	outcome, faults := string(s.State), s.Tally[message.Failed]+s.Tally[message.SendUnknown]
	if s.Hold != "" {
		outcome = string(message.SendHeld)
	}
	event := o.log.Info()
	if s.Hold != "" || faults > 0 {
		event = o.log.Warn()
	}
	event = tally(event, s, outcome, late)
	if faults > 0 {
		event = o.logFaults(event, s.ID)
	}
	event.Str("says", "summary").Send()
}

// logFaults counts the classes and reasons of the recipients that failed or
// are unknown.
func (o *observer) logFaults(e *zerolog.Event, send int64) *zerolog.Event {
	classes, reasons := map[string]int{}, map[string]int{}
	for _, state := range []message.SendState{message.Failed, message.SendUnknown} {
		if err := o.countFaults(send, state, classes, reasons); err != nil {
			o.Trouble("count what failed of a send", err)
			return e
		}
	}
	return e.Dict("classes", counted(classes)).Dict("reasons", counted(reasons))
}

func (o *observer) countFaults(send int64, state message.SendState, classes, reasons map[string]int) error {
	for after := int64(0); ; {
		page, err := o.store.Recipients(context.Background(), send, state, after, faultsPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			classes[r.Class]++
			reasons[r.Reason]++
			after = r.ID
		}
		if len(page) < faultsPage {
			return nil
		}
	}
}

// counted gives the most frequent words with their counts, and how many others
// there are.
func counted(all map[string]int) *zerolog.Event {
	words := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a, b))
	})
	dict, others := zerolog.Dict(), 0
	for i, word := range words {
		if i < maxReasons {
			dict = dict.Int(word, all[word])
		} else {
			others += all[word]
		}
	}
	if others > 0 {
		dict = dict.Int("others", others)
	}
	return dict
}
