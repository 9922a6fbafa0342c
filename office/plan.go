package office

import (
	"context"
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
	reader  View // who may know of what it is about
	content message.Content
	file    string
	lines   map[string]int
	assets  []asset // that came with it and are not stored yet
	now     time.Time
}

// planning is what became of planning a revision.
type planning struct {
	plan     []store.Rendered
	problems []Problem // what keeps it from being submitted
	warnings []Problem // what does not, and may not be meant
	// unasked are the channels that could not be asked outside: a draft may
	// wait for them, a submit may not.
	unasked []Problem
}

// planner resolves who is reached by which channel, and renders.
type planner struct {
	planInput
	office    *Office
	audiences map[string]audience.Audience
	modes     map[string]store.ChannelState
	about     *amended // nil unless it corrects or withdraws a message
	problems  []Problem
	unasked   []Problem
}

// plan says what each channel would publish for a revision, or what keeps it
// from being submitted.
func (o *Office) plan(ctx context.Context, in planInput) (planning, error) {
	p := &planner{planInput: in, office: o, audiences: map[string]audience.Audience{}}
	all, err := o.store.Audiences(ctx)
	if err != nil {
		return planning{}, err
	}
	for _, a := range all {
		p.audiences[a.Name] = a
	}
	if p.modes, err = o.store.ChannelStates(ctx); err != nil {
		return planning{}, err
	}
	if err := p.original(ctx); err != nil {
		return planning{}, err
	}
	p.checkTimes()
	p.checkVariants()
	out := planning{plan: p.render(ctx, p.reach())}
	out.unasked = p.unasked
	if out.problems = p.problems; len(p.problems) == 0 {
		out.warnings, err = p.warnings(ctx, out.plan)
	}
	return out, err
}

func (p *planner) problem(field, says, try string) {
	p.problems = append(p.problems, problemOf(channels.Problem{Field: field, Says: says, Try: try}, "", p.file, p.lines))
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
	all := o.channels()
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// reached is one channel with the audiences that it is to serve.
type reached struct {
	Channel
	audiences []channels.Audience
	of        *store.Carrier    // what it is about; nil for a new publication
	actions   []channels.Action // about it, the best first
}

// action is the best that the channel can do.
func (r reached) action() channels.Action {
	if r.of == nil {
		return channels.Publish
	}
	return r.actions[0]
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
	for _, c := range p.office.channels() {
		if r := serve(c, wanted); len(r.audiences) > 0 && p.chosen(c.Name) {
			all = append(all, r)
		}
	}
	p.checkChosen(all)
	return p.amend(all)
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
func (p *planner) render(ctx context.Context, all []reached) []store.Rendered {
	page := p.about != nil && p.about.page ||
		slices.ContainsFunc(all, func(r reached) bool { return r.Channel.Channel.Capabilities().Page })
	facts, all := p.inform(ctx, all, page)
	var plan []store.Rendered
	for _, r := range all {
		action, rendering, problems := p.renderBy(r, page, facts[r.Name])
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
		send := p.send(r, action, channels.Digest(body))
		plan = append(plan, store.Rendered{Body: body, Length: rendering.Length, Facts: facts[r.Name], PlannedSend: send})
	}
	slices.SortFunc(plan, func(a, b store.Rendered) int { return strings.Compare(a.Channel, b.Channel) })
	return plan
}

// renderBy makes what a channel would publish by the best action that goes.
// Problems are those of the last.
func (p *planner) renderBy(r reached, page bool, facts channels.Facts) (channels.Action, channels.Rendering, []channels.Problem) {
	actions := r.actions
	if r.of == nil {
		actions = []channels.Action{channels.Publish}
	}
	var problems []channels.Problem
	for _, action := range actions {
		var rendering channels.Rendering
		if rendering, problems = r.Channel.Channel.Render(p.post(r, action, page, facts)); len(problems) == 0 {
			return action, rendering, nil
		}
	}
	return "", channels.Rendering{}, problems
}

func (p *planner) send(r reached, action channels.Action, digest string) message.PlannedSend {
	mode := message.Live
	if r.rehearses(p.modes) {
		mode = message.Rehearsal
	}
	send := message.PlannedSend{
		Channel: r.Name, Audiences: r.audiences, Rendering: digest, Mode: mode, Action: action,
		Destination: r.Channel.Channel.Destination(), Addressed: r.Channel.Channel.Capabilities().Addressed,
	}
	if r.of != nil {
		send.Of = r.of.Send
	}
	return send
}

func (p *planner) post(r reached, action channels.Action, page bool, facts channels.Facts) channels.Post {
	c := p.content
	post := channels.Post{
		Title: c.Title, Summary: c.Summary, Body: c.Body, Language: c.Language, Zone: p.office.settings.Zone,
		Department: c.Department, Topics: c.Topics, Audiences: r.audiences, Variant: c.Variants[r.Name], Assets: c.Assets,
		Notes: c.Notes, Contact: c.Contact, Action: action, Facts: facts, Content: p.assetContent, HasPage: page,
	}
	if p.about != nil {
		if p.about.withdraw {
			post.Withdraws = p.about.title
		} else {
			post.Corrects = p.about.title
		}
	}
	if r.of != nil {
		post.OriginalPosts = r.of.Posts
	}
	if c.Embargo != nil {
		post.Embargo = c.Embargo.At
	}
	return post
}

// assetContent reads an asset of the message, from what came with it or from
// the store.
func (p *planner) assetContent(sum string) ([]byte, error) {
	i := slices.IndexFunc(p.assets, func(a asset) bool { return a.SHA256 == sum })
	if i >= 0 {
		return p.assets[i].content, nil
	}
	if !slices.ContainsFunc(p.content.Assets, func(a channels.Asset) bool { return a.SHA256 == sum }) {
		return nil, fmt.Errorf("the message has no asset %s", sum)
	}
	return p.office.store.Asset(sum)
}
