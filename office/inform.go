package office

import (
	"context"
	"errors"
	"fmt"
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
// all at once. What can't be asked is a problem of its channel.
func (p *planner) inform(ctx context.Context, all []reached, page bool) map[string]channels.Facts {
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
	facts := map[string]channels.Facts{}
	for len(waits) > 0 {
		select {
		case a := <-answers:
			delete(waits, a.channel)
			facts[a.channel] = a.facts
			p.uninformed(a)
		case <-ctx.Done():
			for name := range waits {
				p.uninformed(informed{channel: name, err: ctx.Err()})
			}
			return facts
		}
	}
	return facts
}

// uninformed says what a channel could not be told.
func (p *planner) uninformed(a informed) {
	if a.err == nil {
		return
	}
	says := a.err.Error()
	if classed, ok := errors.AsType[*channels.Error](a.err); ok && classed != nil {
		says = classed.Reason
	}
	if errors.Is(a.err, context.DeadlineExceeded) {
		says = fmt.Sprintf("it did not answer within %d seconds", int(informWithin/time.Second))
	}
	p.problems = append(p.problems, problemOf(channels.Problem{
		Field: "channels", Says: fmt.Sprintf("%s could not be asked for its limits: %s", a.channel, says),
		Try: fmt.Sprintf("try again in a while; `clarion channel check %s` tells whether it can be reached, and `clarion channel rehearse %s` does without it", a.channel, a.channel),
	}, a.channel, p.file, p.lines))
}
