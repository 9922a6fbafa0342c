package office

import (
	"context"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
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
	Accepts   []Acceptance
	Decisions []Decision // about it, oldest first; of more than MaxList the newest
}

// PlannedSend is one send of a frozen plan with the text's length.
type PlannedSend struct {
	message.PlannedSend
	Length int
}

// Message shows one message.
func (o *Office) Message(ctx context.Context, id string) (Detail, error) {
	m, err := o.store.Message(ctx, id)
	if err != nil {
		return Detail{}, missing(err, "message "+id, tryList)
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
	for _, p := range plan {
		d.Plan = append(d.Plan, PlannedSend{PlannedSend: p.PlannedSend, Length: p.Length})
	}
	if d.Sends, err = o.store.Sends(ctx, store.SendFilter{Message: id, Limit: MaxList}); err != nil {
		return Detail{}, err
	}
	d.ReleaseBy = releaseBy(m, d.Sends)
	if d.Accepts, err = o.preview(ctx, m); err != nil {
		return Detail{}, err
	}
	d.Decisions, err = o.store.Decisions(ctx, id, MaxList)
	return d, err
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
func (o *Office) Messages(ctx context.Context, f store.MessageFilter) ([]message.Message, error) {
	f.Limit = listLimit(f.Limit)
	return o.store.Messages(ctx, f)
}

// Shown is one document of a rendering as it would leave, with its open slots
// named.
type Shown struct {
	Name      string
	MediaType string
	Text      []byte
}

// Rendering shows what a channel would publish of a message: the frozen bytes
// once it was submitted, a preview before. Slots stand as ⟦name⟧.
func (o *Office) Rendering(ctx context.Context, id, channel string) (digest string, docs []Shown, err error) {
	m, err := o.store.Message(ctx, id)
	if err != nil {
		return "", nil, missing(err, "message "+id, tryList)
	}
	plan, err := o.planFor(ctx, m)
	if err != nil {
		return "", nil, err
	}
	for _, p := range plan {
		if p.Channel == channel {
			docs, err = show(p.Body)
			return p.Rendering, docs, err
		}
	}
	return "", nil, refuse(NotFound, fmt.Sprintf("message %s does not go through a channel called %s", id, message.Quote(channel)), fmt.Sprintf("`clarion message show %s` lists its channels", id))
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
	plan, problems, err := o.plan(ctx, planInput{content: revision.Content, now: time.Now()})
	if err == nil && len(problems) > 0 {
		err = &Refusal{Says: "message " + m.ID + " can't be rendered", Problems: tidy(problems)}
	}
	return plan, err
}

func show(stored []byte) ([]Shown, error) {
	r, err := channels.UnmarshalRendering(stored)
	if err != nil {
		return nil, err
	}
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
	return docs, nil
}
