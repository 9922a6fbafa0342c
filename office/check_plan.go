package office

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clarion/channels"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Bounds of the checks before an approval.
const (
	approvalTime = 10 * time.Second // for all channels together
	freshCheck   = time.Minute      // a good answer is not asked for again
)

// checkBeforeApproval asks the channels of what is about to be approved how
// they stand. What may not be approved asks nobody.
func (o *Office) checkBeforeApproval(ctx context.Context, id, digest string, by Actor) ([]Problem, error) {
	var m message.Message
	var plan []store.Rendered
	err := o.onMessage(ctx, by, people.ApproveMessage, id, func(t *store.Tx, found message.Message) (err error) {
		m = found
		c, err := o.candidate(t, m)
		if err != nil {
			return err
		}
		if err := o.mayApprove(t, c, digest, by); err != nil {
			return err
		}
		plan, err = t.Plan(id, m.Revision)
		return err
	})
	if err != nil {
		return nil, err
	}
	return o.checkPlan(ctx, m, plan)
}

// checkPlan checks the live channels of a plan, all at once and within a bound.
func (o *Office) checkPlan(ctx context.Context, m message.Message, plan []store.Rendered) ([]Problem, error) {
	states, err := o.store.ChannelStates(ctx)
	if err != nil {
		return nil, err
	}
	known, err := o.store.ChannelChecks(ctx)
	if err != nil {
		return nil, err
	}
	var all []Problem
	var toAsk []Channel
	for _, send := range plan {
		c, ok := o.channel(send.Channel)
		_, asks := c.Channel.(channels.Checker)
		switch {
		case !ok || send.Mode != message.Live || c.rehearses(states):
		case states[c.Name].Paused:
			all = append(all, standsStill(c.Name, states[c.Name].Reason))
		case asks && (!known[c.Name].Good() || time.Since(known[c.Name].At) >= freshCheck):
			toAsk = append(toAsk, c)
		}
	}
	asked, err := o.askTogether(ctx, toAsk)
	if err != nil {
		return nil, err
	}
	expiring, err := o.expireBefore(ctx, plan, m.Schedule.Due(time.Now()))
	return slices.Concat(all, asked, expiring), err
}

// expireBefore warns of credentials that are still good and will not be when
// they are needed.
func (o *Office) expireBefore(ctx context.Context, plan []store.Rendered, due time.Time) ([]Problem, error) {
	live, err := o.liveCheckers(ctx)
	if err != nil {
		return nil, err
	}
	known, err := o.store.ChannelChecks(ctx)
	if err != nil {
		return nil, err
	}
	var all []Problem
	for _, c := range live {
		planned := slices.ContainsFunc(plan, func(p store.Rendered) bool { return p.Channel == c.Name })
		expires := known[c.Name].Expires
		if !planned || expires.IsZero() || expires.After(due) {
			continue
		}
		all = append(all, channelWarning(c.Name, "its credentials expire before the message is due, at "+expires.UTC().Format(time.RFC3339),
			"renew them before then, or what is due waits"))
	}
	return all, nil
}

// askTogether checks channels and puts in words what is wrong with them.
func (o *Office) askTogether(ctx context.Context, all []Channel) ([]Problem, error) {
	ctx, cancel := context.WithTimeout(ctx, approvalTime)
	defer cancel()
	answers, err := o.checkTogether(ctx, all, len(all))
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for _, a := range answers {
		switch {
		case a.OK:
		case a.Paused:
			problems = append(problems, standsStill(a.Name, a.Says))
		default:
			problems = append(problems, channelWarning(a.Name, "it can't be told whether it can be used: "+a.Says,
				fmt.Sprintf("ask again with `clarion channel check %s`; what is due is tried again by itself", a.Name)))
		}
	}
	return problems, nil
}

// standsStill warns of a channel that is paused.
func standsStill(name, why string) Problem {
	says := "it is paused"
	if why != "" {
		says += ": " + why
	}
	return channelWarning(name, says, fmt.Sprintf("what is due there waits until somebody mends it and resumes it with `clarion channel resume %s`", name))
}

func channelWarning(name, says, try string) Problem {
	return Problem{channelProblem: channelProblem{Field: "channels", Channel: name, Says: says, Try: try}}
}
