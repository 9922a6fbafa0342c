package office

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
	"clarion/store"
)

// planInput is a revision that is to be planned, with what is needed to say
// where its problems are.
type planInput struct {
	content message.Content
	file    string
	lines   map[string]int
	now     time.Time
}

// planner resolves who is reached by which channel, and renders.
type planner struct {
	planInput
	office    *Office
	audiences map[string]audience.Audience
	modes     map[string]store.ChannelState
	corrects  string // title of the message that is corrected
	problems  []Problem
}

// plan says what each channel would publish for a revision, or what keeps it
// from being submitted.
func (o *Office) plan(ctx context.Context, in planInput) ([]store.Rendered, []Problem, error) {
	p := &planner{planInput: in, office: o, audiences: map[string]audience.Audience{}}
	all, err := o.store.Audiences(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range all {
		p.audiences[a.Name] = a
	}
	if p.modes, err = o.store.ChannelStates(ctx); err != nil {
		return nil, nil, err
	}
	if err := p.original(ctx); err != nil {
		return nil, nil, err
	}
	p.checkTimes()
	p.checkVariants()
	return p.render(p.reach()), p.problems, nil
}

func (p *planner) problem(field, says, try string) {
	p.problems = append(p.problems, problemOf(channels.Problem{Field: field, Says: says, Try: try}, "", p.file, p.lines))
}

// original looks up the message that this one corrects.
func (p *planner) original(ctx context.Context) error {
	id := p.content.Corrects
	if id == "" {
		return nil
	}
	m, err := p.office.store.Message(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.problem("corrects", fmt.Sprintf("there is no message %s to correct", message.Quote(id)), "`clarion message list` shows the ids")
		return nil
	case err != nil:
		return err
	case m.Corrects != "":
		p.problem("corrects", fmt.Sprintf("message %s is a correction itself", id), "name what it corrects: "+m.Corrects)
	case m.State != message.Releasing && m.State != message.Released && m.State != message.ReleasedWithOpen:
		p.problem("corrects", fmt.Sprintf("message %s is %s: there is nothing public to correct", id, m.State), "edit it instead")
	}
	p.corrects = m.Title
	return nil
}

func (p *planner) checkTimes() {
	if err := p.content.Schedule.Past(p.now); err != nil {
		field := "publish"
		if e := p.content.Schedule.Earliest; e == nil || !e.At.Before(p.now) {
			field = "expires"
		}
		says, try := advice(err)
		p.problem(field, says, try)
	}
	e := p.content.Embargo
	if e == nil {
		return
	}
	leaves := message.BoundsOf(p.content.Schedule).Due(p.now)
	for _, name := range p.content.Plan.Audiences {
		if p.audiences[name].Public && leaves.Before(e.At) {
			p.problem("embargo", fmt.Sprintf("the message would be public to %s before its embargo of %s ends", name, e), "publish at or after the embargo, or leave the public audience out")
		}
	}
}

func (p *planner) checkVariants() {
	for _, name := range slices.Sorted(maps.Keys(p.content.Variants)) {
		if _, ok := p.office.channel(name); !ok {
			p.problem("variants["+name+"]", fmt.Sprintf("there is no channel called %s", message.Quote(name)), "the channels are "+p.office.channelNames())
		}
	}
}

func (o *Office) channelNames() string {
	names := make([]string, len(o.settings.Channels))
	for i, c := range o.settings.Channels {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// reached is one channel with the audiences that it is to serve.
type reached struct {
	Channel
	audiences []channels.Audience
}

// reach resolves the plan. Named channels must each serve somebody; with none
// named it is all that reach the audiences.
func (p *planner) reach() []reached {
	var wanted []audience.Audience
	for i, name := range p.content.Plan.Audiences {
		a, ok := p.audiences[name]
		if !ok {
			p.problem(fmt.Sprintf("audiences[%d]", i+1), fmt.Sprintf("there is no audience called %s", message.Quote(name)), "`clarion audience list` shows them")
			continue
		}
		wanted = append(wanted, a)
	}
	var all []reached
	for _, c := range p.office.settings.Channels {
		if r := serve(c, wanted); len(r.audiences) > 0 && p.chosen(c.Name) {
			all = append(all, r)
		}
	}
	p.checkChosen(all)
	return all
}

func (p *planner) chosen(name string) bool {
	return len(p.content.Plan.Channels) == 0 || slices.Contains(p.content.Plan.Channels, name)
}

// serve gives a channel the audiences that it reaches. One that makes public
// pages serves public audiences only.
func serve(c Channel, wanted []audience.Audience) reached {
	r := reached{Channel: c}
	for _, a := range wanted {
		if slices.Contains(a.Channels, c.Name) && (a.Public || !c.Channel.Capabilities().Page) {
			r.audiences = append(r.audiences, channels.Audience{Name: a.Name, Title: a.Title, Public: a.Public})
		}
	}
	slices.SortFunc(r.audiences, func(a, b channels.Audience) int { return strings.Compare(a.Name, b.Name) })
	return r
}

func (p *planner) checkChosen(all []reached) {
	for i, name := range p.content.Plan.Channels {
		field := fmt.Sprintf("channels[%d]", i+1)
		if _, ok := p.office.channel(name); !ok {
			p.problem(field, fmt.Sprintf("there is no channel called %s", message.Quote(name)), "the channels are "+p.office.channelNames())
			continue
		}
		if !slices.ContainsFunc(all, func(r reached) bool { return r.Name == name }) {
			p.problem(field, fmt.Sprintf("the channel %s reaches none of the message's audiences", name), "leave it out, or choose an audience that it reaches")
		}
	}
	if len(all) == 0 && len(p.problems) == 0 {
		p.problem("audiences", "no channel reaches any of the audiences", "`clarion audience list` shows which channels reach whom")
	}
}

// render makes what each channel would publish.
func (p *planner) render(all []reached) []store.Rendered {
	page := slices.ContainsFunc(all, func(r reached) bool { return r.Channel.Channel.Capabilities().Page })
	var plan []store.Rendered
	for _, r := range all {
		rendering, problems := r.Channel.Channel.Render(p.post(r, page))
		for _, problem := range problems {
			p.problems = append(p.problems, problemOf(problem, r.Name, p.file, p.lines))
		}
		if len(problems) > 0 {
			continue
		}
		body := rendering.Marshal()
		if _, err := channels.UnmarshalRendering(body); err != nil { // what is stored must be readable for years
			p.problems = append(p.problems, problemOf(channels.Problem{
				Field: "body", Says: fmt.Sprintf("what %s would publish can't be stored: %v", r.Name, err), Try: "shorten it, or use fewer or smaller assets",
			}, r.Name, p.file, p.lines))
			continue
		}
		plan = append(plan, store.Rendered{Body: body, Length: rendering.Length, PlannedSend: p.send(r, channels.Digest(body))})
	}
	slices.SortFunc(plan, func(a, b store.Rendered) int { return strings.Compare(a.Channel, b.Channel) })
	return plan
}

func (p *planner) send(r reached, digest string) message.PlannedSend {
	mode := message.Live
	if r.rehearses(p.modes) {
		mode = message.Rehearsal
	}
	return message.PlannedSend{
		Channel: r.Name, Audiences: r.audiences, Rendering: digest, Mode: mode,
		Destination: r.Channel.Channel.Destination(), Addressed: r.Channel.Channel.Capabilities().Addressed,
	}
}

func (p *planner) post(r reached, page bool) channels.Post {
	c := p.content
	post := channels.Post{
		Title: c.Title, Summary: c.Summary, Body: c.Body, Language: c.Language, Zone: p.office.settings.Zone,
		Department: c.Department, Topics: c.Topics, Audiences: r.audiences, Variant: c.Variants[r.Name], Assets: c.Assets,
		Notes: c.Notes, Contact: c.Contact, Corrects: p.corrects, HasPage: page,
	}
	if c.Embargo != nil {
		post.Embargo = c.Embargo.At
	}
	return post
}
