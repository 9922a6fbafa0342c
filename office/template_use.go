package office

import (
	"context"
	"fmt"
	"time"

	"clarion/ledger"
	"clarion/message"
	"clarion/message/announcement"
	"clarion/people"
	"clarion/store"
)

// Used is a correction or withdrawal that was made from a template and put up
// for approval, or would be.
type Used struct {
	ID       string // empty after a dry run
	Digest   string // that an approval names; empty after a dry run
	Title    string
	Source   []byte // as an announcement file
	Sends    []PlannedSend
	Warnings []Problem
}

// filling is a template that was filled in and planned.
type filling struct {
	template Template
	content  message.Content
	plan     []store.Rendered
	used     Used
}

// TryTemplate fills a template in and stores nothing.
func (v View) TryTemplate(ctx context.Context, name, original string) (Used, error) {
	f, err := v.fill(ctx, name, original)
	if err != nil {
		return Used{}, fmt.Errorf("use the template %s: %w", name, err)
	}
	return f.used, nil
}

// fill makes what a template gives about a message, and what each channel would
// publish of it, or refuses it with everything that keeps it from being
// submitted.
func (v View) fill(ctx context.Context, name, id string) (filling, error) {
	o := v.office
	var err error
	var f filling
	if f.template, err = v.template(ctx, name); err != nil {
		return f, err
	}
	if _, err := v.message(ctx, id); err != nil {
		return f, err
	}
	if f.content, err = o.filledIn(readings{ctx, o.store}, f.template, id); err != nil {
		return f, err
	}
	out, err := o.plan(ctx, planInput{reader: v, content: f.content, now: time.Now()})
	if err != nil {
		return f, err
	}
	problems := append(out.problems, out.unasked...)
	for _, p := range announcement.Check(f.content) {
		problems = append(problems, problemOf(p, "", "", nil))
	}
	if len(problems) > 0 {
		return f, &Refusal{Says: fmt.Sprintf("the template %s can't be used for message %s", name, id), Problems: tidy(problems)}
	}
	f.plan = out.plan
	f.used = Used{Title: f.content.Title, Source: announcement.Format(f.content), Warnings: out.warnings}
	f.used.Sends, err = o.seen(ctx, f.plan)
	return f, err
}

// filledIn fills an approved template in, or refuses what it can't be used for.
func (o *Office) filledIn(t sources, x Template, id string) (message.Content, error) {
	if x.State != message.TemplateApproved {
		return message.Content{}, wrongTemplate(x, "used", message.TemplateApproved)
	}
	original, err := o.originalOf(t, id)
	if err != nil {
		return message.Content{}, err
	}
	if says, try := x.Unfit(original); says != "" {
		return message.Content{}, Refuse(Conflict, says, try)
	}
	return x.Fill(original), nil
}

// UseTemplate makes the correction or withdrawal of a message that a template
// gives, and puts it up for approval. As long as template and original stay what
// they are, one approver releases it.
func (o *Office) UseTemplate(ctx context.Context, name, original string, by Actor) (Used, error) {
	f, err := o.View(by).fill(ctx, name, original)
	if err != nil {
		return Used{}, fmt.Errorf("use the template %s: %w", name, err)
	}
	var told notice
	err = o.store.Update(ctx, time.Now(), func(t *store.Tx) (err error) {
		if err := o.mayDraft(t, by, people.AddMessage, f.content); err != nil {
			return err
		}
		if err := Allowed(t, by, people.SubmitMessage, f.content.Department); err != nil {
			return err
		}
		if err := o.sameFilling(t, f, original); err != nil {
			return err
		}
		told, err = o.insertFilled(t, &f, by)
		return err
	})
	if err != nil {
		return Used{}, fmt.Errorf("use the template %s: %w", name, err)
	}
	o.tell(told)
	return f.used, nil
}

// sameFilling refuses what template and original do not give any more.
func (o *Office) sameFilling(t *store.Tx, f filling, original string) error {
	x, err := t.Template(f.template.Name)
	if err != nil {
		return err
	}
	again, err := o.filledIn(t, x, original)
	if err != nil {
		return err
	}
	if x.Digest != f.template.Digest || again.Digest() != f.content.Digest() {
		return Refuse(Conflict, fmt.Sprintf("the template %s or message %s changed just now", x.Name, original), "try again")
	}
	return nil
}

// insertFilled stores a filled template as a message in review.
func (o *Office) insertFilled(t *store.Tx, f *filling, by Actor) (told notice, err error) {
	m := message.Message{ID: message.NewID("m"), State: message.Draft, SlugKey: message.NewID(""), EntryID: message.NewEntryID()}
	if err := t.InsertMessage(m, f.content, by.Name); err != nil {
		return told, err
	}
	if m, err = t.Message(m.ID); err != nil {
		return told, err
	}
	if err := t.SetFilledIn(m, f.template.Name, f.template.Digest); err != nil {
		return told, err
	}
	if err := t.FreezePlan(m.ID, m.Revision, f.plan); err != nil {
		return told, err
	}
	f.used.ID = m.ID
	if f.used.Digest, err = o.approvable(t, m, f.content, planned(f.plan)); err != nil {
		return told, err
	}
	if err := t.SetSubmitted(m.ID, f.used.Digest, by.Name); err != nil {
		return told, err
	}
	body := ledger.MessageBody{
		Message: m.ID, Revision: m.Revision, Content: f.content.Digest(), To: message.Draft,
		Template: f.template.Name, TemplateDigest: f.template.Digest, Why: "filled in from the template " + f.template.Name,
		Corrects: f.content.Corrects, Withdraws: f.content.Withdraws,
	}
	if err := recordMessage(t, ledger.MessageAdded, by, "", body); err != nil {
		return told, err
	}
	body.Digest, body.From, body.To = f.used.Digest, message.Draft, message.InReview
	if err := recordMessage(t, ledger.MessageSubmitted, by, "", body); err != nil {
		return told, err
	}
	return waits(t, m, by.Name)
}
