package office

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clarion/channels"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Bounds of a list.
const (
	DefaultList = 100
	MaxList     = 1_000
)

func listLimit(n int) int {
	if n <= 0 {
		return DefaultList
	}
	return min(n, MaxList)
}

// Detail is everything about one message.
type Detail struct {
	Message   message.Message
	Content   message.Content
	EditedBy  string
	EditedAt  time.Time
	Plan      []PlannedSend // frozen at submit; empty before
	Sends     []message.Send
	ReleaseBy int // how many people must release what is held; 0 if nothing is, or nobody can
	// Accepts are the changed channels that a release accepts as they are now.
	Accepts []Acceptance
	// Amendments are its corrections and withdrawals that may be seen, oldest
	// first.
	Amendments []message.Message
	// Approvals of what is in review, and what it takes besides.
	Approvals []people.Approval
	Missing   string
	// Beforehand tells whether one approver is enough for what is in review,
	// because a template of it was approved beforehand.
	Beforehand Beforehand
	Comments   []Comment
	Decisions  []Decision // about it, oldest first; of more than MaxList the newest
}

// PlannedSend is one send of a plan with the text's length.
type PlannedSend struct {
	message.PlannedSend
	Length     int
	Posts      int // that a network's text becomes; 0 where the channel can't tell
	Limit      int // of one of them, by what the server said when it was rendered
	Recipients int // of an addressed one about an original: those who got that and may still be written to
}

// seen gives a plan as people see it.
func (o *Office) seen(ctx context.Context, plan []store.Rendered) ([]PlannedSend, error) {
	all := make([]PlannedSend, len(plan))
	for i, p := range plan {
		all[i] = PlannedSend{PlannedSend: p.PlannedSend, Length: p.Length}
		if !p.Addressed || p.Of == 0 {
			continue
		}
		var err error
		if all[i].Recipients, err = o.store.Within(ctx, p.Of); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Message shows one message.
func (v View) Message(ctx context.Context, id string) (Detail, error) {
	o := v.office
	m, err := v.message(ctx, id)
	if err != nil {
		return Detail{}, err
	}
	revision, err := o.store.Revision(ctx, id, m.Revision)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Message: m, Content: revision.Content, EditedBy: revision.Editor, EditedAt: revision.CreatedAt}
	plan, err := o.store.Plan(ctx, id, m.Revision)
	if err != nil {
		return Detail{}, err
	}
	if d.Plan, err = o.seen(ctx, plan); err != nil {
		return Detail{}, err
	}
	if err := o.measure(ctx, m, plan, d.Plan); err != nil {
		return Detail{}, err
	}
	if d.Sends, err = o.store.Sends(ctx, store.SendFilter{Message: id, Limit: MaxList}); err != nil {
		return Detail{}, err
	}
	d.ReleaseBy = releaseBy(m, d.Sends)
	if d.Accepts, err = o.preview(ctx, m); err != nil {
		return Detail{}, err
	}
	if d.Amendments, err = v.amendments(ctx, id); err != nil {
		return Detail{}, err
	}
	if err := o.addApprovals(ctx, &d, revision); err != nil {
		return Detail{}, err
	}
	d.Decisions, err = o.store.Decisions(ctx, id, MaxList)
	return d, err
}

// amendments lists the corrections and withdrawals of a message that may be
// seen.
func (v View) amendments(ctx context.Context, id string) ([]message.Message, error) {
	all, err := v.office.store.Amendments(ctx, id)
	if err != nil {
		return nil, err
	}
	seen, err := v.departments(ctx)
	if err != nil || seen == nil {
		return all, err
	}
	return slices.DeleteFunc(all, func(m message.Message) bool { return !slices.Contains(seen, m.Department) }), nil
}

// measure counts a plan's posts as their channels do. One that can't be shown
// keeps the length that it was rendered with.
func (o *Office) measure(ctx context.Context, m message.Message, plan []store.Rendered, all []PlannedSend) error {
	values, err := o.previewValues(ctx, m)
	if err != nil {
		return err
	}
	for i, p := range plan {
		c, _ := o.channel(p.Channel)
		previewer, ok := c.Channel.(channels.Previewer)
		r, unreadable := channels.UnmarshalRendering(p.Body)
		if !ok || unreadable != nil {
			continue
		}
		posts, err := previewer.Preview(r, values)
		if err != nil || len(posts) == 0 || posts[0].Limit == 0 {
			continue
		}
		all[i].Posts, all[i].Limit, all[i].Length = len(posts), posts[0].Limit, 0
		for _, post := range posts {
			all[i].Length = max(all[i].Length, post.Length)
		}
	}
	return nil
}

// addApprovals tells who approved what is in review, what it takes besides, and
// what was said about it.
func (o *Office) addApprovals(ctx context.Context, d *Detail, r store.Revision) (err error) {
	if d.Comments, err = o.store.Comments(ctx, d.Message.ID); err != nil || d.Message.State != message.InReview {
		return err
	}
	now := readings{ctx, o.store}
	if d.Beforehand, err = o.beforehandOf(now, d.Message, r); err != nil {
		return err
	}
	a, err := approvingOf(now, d.Message, d.Content.Plan.Audiences, d.Beforehand)
	d.Approvals, d.Missing = a.given, a.missing()
	return err
}

// releaseBy is how many people must release what is held of a message.
func releaseBy(m message.Message, sends []message.Send) int {
	var holds []message.HoldReason
	if m.State == message.Held {
		holds = append(holds, m.Hold)
	}
	for _, s := range sends {
		if s.Hold != "" {
			holds = append(holds, s.Hold)
		}
	}
	people, err := peopleFor(m, holds)
	if err != nil {
		return 0 // nobody can
	}
	return people
}

// Messages lists messages, newest first.
func (v View) Messages(ctx context.Context, f store.MessageFilter) ([]message.Message, error) {
	var err error
	if f.Departments, err = v.departments(ctx); err != nil {
		return nil, err
	}
	f.Limit = listLimit(f.Limit)
	return v.office.store.Messages(ctx, f)
}

// Shown is one document of a rendering as it would leave, with its open slots
// named.
type Shown struct {
	Name      string
	MediaType string
	Text      []byte
}

// RenderingDetail is what a channel would publish of a message.
type RenderingDetail struct {
	Digest    string
	Previews  []channels.Preview // as readers will see it, if the channel can tell
	Documents []Shown
}

// Rendering shows what a channel would publish of a message: the frozen bytes
// once it was submitted, a preview before. Slots stand as ⟦name⟧.
func (v View) Rendering(ctx context.Context, id, channel string) (RenderingDetail, error) {
	o := v.office
	m, err := v.message(ctx, id)
	if err != nil {
		return RenderingDetail{}, err
	}
	plan, err := o.planFor(ctx, m)
	if err != nil {
		return RenderingDetail{}, err
	}
	var names []string
	for _, p := range plan {
		if p.Channel == channel {
			return o.detailOf(ctx, m, p)
		}
		names = append(names, p.Channel)
	}
	return RenderingDetail{}, Refuse(NotFound, fmt.Sprintf("message %s does not go through a channel called %s", id, message.Quote(channel)), "it goes by "+strings.Join(names, ", "))
}

func (o *Office) detailOf(ctx context.Context, m message.Message, p store.Rendered) (RenderingDetail, error) {
	r, err := channels.UnmarshalRendering(p.Body)
	if err != nil {
		return RenderingDetail{}, err
	}
	d := RenderingDetail{Digest: p.Rendering, Documents: show(r)}
	c, _ := o.channel(p.Channel)
	previewer, ok := c.Channel.(channels.Previewer)
	if !ok {
		return d, nil
	}
	values, err := o.previewValues(ctx, m)
	if err != nil {
		return d, err
	}
	if d.Previews, err = previewer.Preview(r, values); err != nil {
		return d, fmt.Errorf("preview what %s would publish of %s: %w", p.Channel, m.ID, err)
	}
	return d, nil
}

// previewValues is what is known of a delivery before there is one. What a
// correction or withdrawal links to is the original's page.
func (o *Office) previewValues(ctx context.Context, m message.Message) (channels.Values, error) {
	if id := m.Original(); id != "" {
		var err error
		if m, err = o.store.Message(ctx, id); err != nil {
			return channels.Values{}, err
		}
	}
	links := o.settings.Links
	return channels.Values{
		PageAddress: links.Page(m.Slug), EntryID: m.EntryID, AssetBase: links.AssetBase, Zone: links.Zone, Asset: o.store.Asset,
	}, nil
}

// planFor gives the frozen plan of a message, or what it would be.
func (o *Office) planFor(ctx context.Context, m message.Message) ([]store.Rendered, error) {
	plan, err := o.store.Plan(ctx, m.ID, m.Revision)
	if err != nil || len(plan) > 0 {
		return plan, err
	}
	revision, err := o.store.Revision(ctx, m.ID, m.Revision)
	if err != nil {
		return nil, err
	}
	out, err := o.plan(ctx, planInput{reader: o.View(Owner()), content: revision.Content, now: time.Now()})
	if problems := append(out.problems, out.unasked...); err == nil && len(problems) > 0 {
		err = &Refusal{Says: "message " + m.ID + " can't be rendered", Problems: tidy(problems)}
	}
	return out.plan, err
}

func show(r channels.Rendering) []Shown {
	docs := make([]Shown, len(r.Documents))
	for i, d := range r.Documents {
		docs[i] = Shown{Name: d.Name, MediaType: d.MediaType}
		for _, p := range d.Parts {
			if p.Slot == channels.NoSlot {
				docs[i].Text = append(docs[i].Text, p.Literal...)
				continue
			}
			docs[i].Text = append(docs[i].Text, "⟦"+p.Slot.String()+"⟧"...)
		}
	}
	return docs
}
