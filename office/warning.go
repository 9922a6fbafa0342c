package office

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clarion/channels"
	"clarion/message"
	"clarion/store"
)

// warnings are what an author or approver should know of a plan, although it
// may go as it is: audiences in which nobody can be reached.
func (p *planner) warnings(ctx context.Context, plan []store.Rendered) ([]Problem, error) {
	unreached, err := p.unreached(ctx, plan)
	if err != nil || p.about == nil {
		return unreached, err
	}
	amending, err := p.amending(ctx, plan)
	return append(unreached, amending...), err
}

// unreached warns of audiences in which mail reaches nobody.
func (p *planner) unreached(ctx context.Context, plan []store.Rendered) ([]Problem, error) {
	by := map[string][]string{} // channels that address an audience
	var names []string
	for _, send := range plan {
		for _, a := range send.Audiences {
			if !send.Addressed || send.Of != 0 {
				continue
			}
			if by[a.Name] == nil {
				names = append(names, a.Name)
			}
			by[a.Name] = append(by[a.Name], send.Channel)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	unreached, err := p.office.store.Unreached(ctx, names)
	if err != nil {
		return nil, err
	}
	var all []Problem
	for _, name := range unreached {
		all = append(all, problemOf(channels.Problem{
			Field: fmt.Sprintf("audiences[%d]", 1+slices.Index(p.content.Plan.Audiences, name)),
			Says:  fmt.Sprintf("nobody in the audience %s can be reached by %s: nothing would go to it there", name, strings.Join(by[name], ", ")),
			Try:   fmt.Sprintf("bring in its people with `clarion audience import %s FILE`", name),
		}, "", p.file, p.lines))
	}
	slices.SortStableFunc(all, byLine)
	return all, nil
}

// amending warns of what a correction or withdrawal leaves as it is.
func (p *planner) amending(ctx context.Context, plan []store.Rendered) ([]Problem, error) {
	var all []Problem
	warn := func(channel, says, try string) {
		all = append(all, problemOf(channels.Problem{Field: p.about.field, Says: says, Try: try}, channel, p.file, p.lines))
	}
	for _, name := range slices.Sorted(maps.Keys(p.about.carriers)) {
		i := slices.IndexFunc(plan, func(r store.Rendered) bool { return r.Channel == name })
		if i < 0 {
			warn(name, fmt.Sprintf("message %s went out by %s as well, and this does not go there", p.about.id, name), "name the audiences and channels that it was for, if that is not meant")
			continue
		}
		if !plan[i].Addressed {
			continue
		}
		n, err := p.office.store.Within(ctx, plan[i].Of)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			warn(name, fmt.Sprintf("of the %d people who got message %s by %s, none may be written to any more", p.about.carriers[name].Reached, p.about.id, name), "")
		}
	}
	left, err := p.leftStanding(ctx, plan)
	for _, s := range left {
		warn(s.Channel, fmt.Sprintf("the correction %s stays at %s as a post of its own", s.Message, cmp.Or(s.RemoteURL, s.Channel)), "take it away there by hand")
	}
	return all, err
}

// leftStanding lists the posts of corrections that stay when what they correct
// is taken away.
func (p *planner) leftStanding(ctx context.Context, plan []store.Rendered) ([]message.Send, error) {
	if !p.about.withdraw {
		return nil, nil
	}
	amendments, err := p.office.store.Amendments(ctx, p.about.id)
	if err != nil {
		return nil, err
	}
	var left []message.Send
	for _, m := range amendments {
		sends, err := p.office.store.Sends(ctx, store.SendFilter{Message: m.ID, Limit: MaxList})
		if err != nil {
			return nil, err
		}
		corrections, err := p.office.store.Plan(ctx, m.ID, m.Revision)
		if err != nil {
			return nil, err
		}
		for _, s := range sends {
			i := slices.IndexFunc(corrections, func(r store.Rendered) bool { return r.Channel == s.Channel })
			if s.Run == 0 && s.State == message.Sent && !s.Addressed && i >= 0 && standsAlone(corrections[i], plan) {
				left = append(left, s)
			}
		}
	}
	return left, nil
}

// standsAlone tells whether a correction is a post of its own beside what a
// plan takes away.
func standsAlone(correction store.Rendered, plan []store.Rendered) bool {
	if correction.Of == 0 || correction.Action != channels.Publish && correction.Action != channels.Reply {
		return false
	}
	return slices.ContainsFunc(plan, func(r store.Rendered) bool {
		return r.Channel == correction.Channel && r.Action == channels.Delete
	})
}

// doubts are what an approver should know of a message that goes round again.
func (o *Office) doubts(ctx context.Context, id string) ([]Problem, error) {
	doubtful, err := o.store.DoubtfulChannels(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []Problem
	for _, channel := range doubtful {
		all = append(all, Problem{channelProblem: channelProblem{
			Field: "channels", Channel: channel,
			Says: "something was given up there that may have been published; an approval sends it again",
			Try:  "look there before it is approved",
		}})
	}
	return all, nil
}
