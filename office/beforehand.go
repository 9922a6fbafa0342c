package office

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"clarion/message"
	"clarion/store"
)

// Beforehand is what the approval of a message owes to a template. Where it
// counts, nothing of the message was written for it: one approver releases it,
// who may have made it from the template.
type Beforehand struct {
	Template string // that the current revision was filled in from; empty: from none
	Digest   string // of the template as it was then
	Why      string // it does not count any more; empty: it counts
}

// Counts reports whether one approver is enough.
func (b Beforehand) Counts() bool { return b.Template != "" && b.Why == "" }

// lapsed says in words why the ordinary rules go for what was made from a
// template; empty if it was made from none.
func (b Beforehand) lapsed() string {
	if b.Why == "" {
		return ""
	}
	return fmt.Sprintf(": %s, so the rules are those of any message", b.Why)
}

// candidate is a message that is to be approved.
type candidate struct {
	message.Message
	revision   store.Revision
	beforehand Beforehand
}

func (o *Office) candidate(t *store.Tx, m message.Message) (c candidate, err error) {
	c.Message = m
	if c.revision, err = t.Revision(m.ID, m.Revision); err != nil {
		return c, err
	}
	c.beforehand, err = o.beforehandOf(t, m, c.revision)
	return c, err
}

// sources is what a message that is made from a template derives from.
type sources interface {
	Template(name string) (Template, error)
	Message(id string) (message.Message, error)
	Revision(id string, number int) (store.Revision, error)
	Amendments(id string) ([]message.Message, error)
	FirstSent(id string) (time.Time, error)
}

// beforehandOf looks whether a message is, to the letter, what its template and
// its original give now. It trusts no mark that was made before: it fills the
// template in again.
func (o *Office) beforehandOf(t sources, m message.Message, r store.Revision) (Beforehand, error) {
	b := Beforehand{Template: r.Template, Digest: r.TemplateDigest}
	if b.Template == "" {
		return b, nil
	}
	x, err := t.Template(b.Template)
	if errors.Is(err, store.ErrNotFound) {
		b.Why = fmt.Sprintf("the template %s is gone", b.Template)
		return b, nil
	}
	if err != nil {
		return b, err
	}
	original, err := o.originalOf(t, m.Original())
	if err != nil {
		return b, err
	}
	unfit, _ := x.Unfit(original)
	switch {
	case x.State == message.TemplateDropped:
		b.Why = fmt.Sprintf("the template %s was dropped since", x.Name)
	case x.State != message.TemplateApproved || x.Digest != b.Digest:
		b.Why = fmt.Sprintf("the template %s was edited since", x.Name)
	case unfit != "":
		b.Why = unfit
	case x.Fill(original).Digest() != r.Digest:
		b.Why = fmt.Sprintf("message %s is not what it was when the template was filled in", original.ID)
	}
	return b, nil
}

// originalOf gives a message as readers have it: corrected, if a correction of
// it went out.
func (o *Office) originalOf(t sources, id string) (message.Original, error) {
	zone, err := time.LoadLocation(o.settings.Zone)
	if err != nil {
		return message.Original{}, fmt.Errorf("load the office's zone: %w", err)
	}
	m, err := t.Message(id)
	if err != nil {
		return message.Original{}, err
	}
	amendments, err := t.Amendments(id)
	if err != nil {
		return message.Original{}, err
	}
	original := message.Original{ID: id, Department: m.Department}
	for _, c := range o.channels() {
		original.Channels = append(original.Channels, c.Name)
	}
	if original.First, err = t.FirstSent(id); err != nil {
		return original, err
	}
	if !original.First.IsZero() {
		original.First = original.First.In(zone)
	}
	for _, version := range append([]message.Message{m}, amendments...) {
		if version.ID != id && !corrected(version) {
			continue
		}
		r, err := t.Revision(version.ID, version.Revision)
		if err != nil {
			return original, err
		}
		original.Content = r.Content
		for _, audience := range r.Content.Plan.Audiences {
			if !slices.Contains(original.Audiences, audience) {
				original.Audiences = append(original.Audiences, audience)
			}
		}
	}
	return original, nil
}

// corrected tells a correction that readers have.
func corrected(m message.Message) bool {
	return m.Corrects != "" && (m.State == message.Released || m.State == message.ReleasedWithOpen)
}
