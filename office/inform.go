package office

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"clarion/channels"
)

// informWithin bounds how long all channels together may ask outside before
// what they publish is rendered.
const informWithin = 10 * time.Second

// informed is what one channel learned from outside.
type informed struct {
	channel string
	facts   channels.Facts
	err     error
}

// inform lets the channels that publish ask outside for what rendering needs,
// all at once. One that can't be asked is told of, and is left out of those that
// are rendered.
func (p *planner) inform(ctx context.Context, all []reached, page bool) (map[string]channels.Facts, []reached) {
	ctx, cancel := context.WithTimeout(ctx, informWithin)
	defer cancel()
	answers := make(chan informed, len(all)) // room for all: one that comes too late holds nobody up
	waits := map[string]bool{}
	for _, r := range all {
		informer, ok := r.Channel.Channel.(channels.Informer)
		if !ok || r.rehearses(p.modes) {
			continue
		}
		waits[r.Name] = true
		post := p.post(r, r.action(), page, nil)
		go func() {
			facts, err := informer.Inform(ctx, post)
			answers <- informed{r.Name, facts, err}
		}()
	}
	facts, failed := collect(ctx, waits, answers)
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		p.uninformed(name, failed[name])
	}
	return facts, slices.DeleteFunc(slices.Clone(all), func(r reached) bool { return failed[r.Name] != nil })
}

// collect waits for the answers of channels until the context ends.
func collect(ctx context.Context, waits map[string]bool, answers <-chan informed) (map[string]channels.Facts, map[string]error) {
	facts, failed := map[string]channels.Facts{}, map[string]error{}
	for len(waits) > 0 {
		select {
		case a := <-answers:
			delete(waits, a.channel)
			if a.err != nil {
				failed[a.channel] = a.err
				continue
			}
			facts[a.channel] = a.facts
		case <-ctx.Done():
			for name := range waits {
				failed[name] = ctx.Err()
			}
			return facts, failed
		}
	}
	return facts, failed
}

// uninformed says what a channel could not be told.
func (p *planner) uninformed(name string, err error) {
	says := err.Error()
	if classed, ok := errors.AsType[*channels.Error](err); ok && classed != nil {
		says = classed.Reason
	}
	if errors.Is(err, context.DeadlineExceeded) {
		says = fmt.Sprintf("it did not answer within %d seconds", int(informWithin/time.Second))
	}
	p.unasked = append(p.unasked, problemOf(channels.Problem{
		Field: "channels", Says: fmt.Sprintf("%s could not be asked for its limits: %s", name, says),
		Try: fmt.Sprintf("try again in a while; `clarion channel check %s` tells whether it can be reached, and `clarion channel rehearse %s` does without it", name, name),
	}, name, p.file, p.lines))
}
