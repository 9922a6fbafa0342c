package office

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clarion/channels"
	"clarion/store"
)

// warnings are what an author or approver should know of a plan, although it
// may go as it is: audiences in which nobody can be reached.
func (o *Office) warnings(ctx context.Context, in planInput, plan []store.Rendered) ([]Problem, error) {
	by := map[string][]string{} // channels that address an audience
	var names []string
	for _, p := range plan {
		for _, a := range p.Audiences {
			if !p.Addressed {
				continue
			}
			if by[a.Name] == nil {
				names = append(names, a.Name)
			}
			by[a.Name] = append(by[a.Name], p.Channel)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	unreached, err := o.store.Unreached(ctx, names)
	if err != nil {
		return nil, err
	}
	var all []Problem
	for _, name := range unreached {
		all = append(all, problemOf(channels.Problem{
			Field: fmt.Sprintf("audiences[%d]", 1+slices.Index(in.content.Plan.Audiences, name)),
			Says:  fmt.Sprintf("nobody in the audience %s can be reached by %s: nothing would go to it there", name, strings.Join(by[name], ", ")),
			Try:   fmt.Sprintf("bring in its people with `clarion audience import %s FILE --as NAME`", name),
		}, "", in.file, in.lines))
	}
	slices.SortStableFunc(all, byLine)
	return all, nil
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
