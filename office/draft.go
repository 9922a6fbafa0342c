package office

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
	"clarion/message/announcement"
	"clarion/people"
	"clarion/store"
)

// Draft is an announcement as it comes in: the file and the assets beside it.
type Draft struct {
	File   string // what faults call it
	Text   []byte
	Assets []Upload
	// Publish, Corrects and Withdraws, if not empty, take the place of what the
	// file says.
	Publish   string
	Corrects  string
	Withdraws string

	keeps message.Message // what an edited message is about, unless the draft says otherwise
}

// Upload is the content of an asset.
type Upload struct {
	Name    string
	Content []byte
}

// Drafted is a message that was stored, or would be.
type Drafted struct {
	ID       string // empty after a dry run
	Revision int
	Title    string
	Sends    []PlannedSend // as they would be if it were submitted now
	Warnings []Problem     // of what keeps nothing from being submitted
}

// reading is a draft that was read and checked as a whole.
type reading struct {
	content message.Content
	assets  []asset
	sends   []PlannedSend

	warnings []Problem
}

func (r reading) drafted(id string, revision int) Drafted {
	return Drafted{ID: id, Revision: revision, Title: r.content.Title, Sends: r.sends, Warnings: r.warnings}
}

// read reads a draft, or refuses it with everything that is wrong with it.
func (o *Office) read(ctx context.Context, d Draft, by Actor) (reading, error) {
	parsed, err := announcement.Parse(d.File, d.Text, announcement.Defaults{Language: o.settings.Language, Zone: o.settings.Zone, Department: o.settings.Department})
	if faults, ok := errors.AsType[announcement.Faults](err); ok {
		return reading{}, refuseFaults(d.File, faults)
	}
	if err != nil {
		return reading{}, fmt.Errorf("read %s: %w", d.File, err)
	}
	r := reading{content: parsed.Content}
	if problems := r.override(d, parsed.Lines); len(problems) > 0 {
		return reading{}, notTaken(d, problems)
	}
	var problems []Problem
	r.assets, problems = readAssets(d, parsed)
	for i, a := range r.assets {
		r.content.Assets[i] = a.Asset
	}
	if len(problems) == 0 {
		out, err := o.plan(ctx, planInput{reader: o.View(by), content: r.content, file: d.File, lines: parsed.Lines, assets: r.assets, now: time.Now()})
		if err != nil {
			return reading{}, err
		}
		problems, r.warnings = out.problems, append(out.warnings, out.unasked...)
		if r.sends, err = o.seen(ctx, out.plan); err != nil {
			return reading{}, err
		}
	}
	if len(problems) > 0 {
		return reading{}, notTaken(d, problems)
	}
	return r, nil
}

// notTaken refuses a draft. What was given beside the file is called by its
// flag.
func notTaken(d Draft, problems []Problem) *Refusal {
	for i := range problems {
		p := &problems[i]
		if p.Field == "publish" && d.Publish != "" || p.Field == "corrects" && d.Corrects != "" || p.Field == "withdraws" && d.Withdraws != "" {
			p.File, p.Line, p.Field = "", 0, "--"+p.Field
		}
	}
	return &Refusal{Says: d.File + " was not taken", Problems: tidy(problems)}
}

func refuseFaults(file string, faults announcement.Faults) *Refusal {
	r := &Refusal{Says: file + " was not taken"}
	for _, f := range faults {
		r.Problems = append(r.Problems, Problem{File: f.File, Line: f.Line, channelProblem: channelProblem{Field: f.Key, Says: f.Says, Try: f.Try}})
	}
	return r
}

// override takes up what was given beside the file, which has no line in it,
// and looks whether it fits to the rest.
func (r *reading) override(d Draft, lines map[string]int) []Problem {
	r.overrideOriginal(d, lines)
	if d.Publish != "" {
		delete(lines, "publish")
		if err := r.publishAt(d.Publish); err != nil {
			says, try := advice(err)
			return []Problem{problemOf(channels.Problem{Field: "publish", Says: says, Try: try}, "", d.File, lines)}
		}
	}
	var problems []Problem
	for _, p := range announcement.Check(r.content) {
		problems = append(problems, problemOf(p, "", d.File, lines))
	}
	return problems
}

func (r *reading) overrideOriginal(d Draft, lines map[string]int) {
	if d.Corrects != "" {
		r.content.Corrects = d.Corrects
		delete(lines, "corrects")
	}
	if d.Withdraws != "" {
		r.content.Withdraws = d.Withdraws
		delete(lines, "withdraws")
	}
	if r.content.Original() == "" {
		r.content.Corrects, r.content.Withdraws = d.keeps.Corrects, d.keeps.Withdraws
	}
}

func (r *reading) publishAt(when string) error {
	if strings.EqualFold(when, "when approved") {
		r.content.Schedule.Earliest = nil
		return nil
	}
	at, err := message.ParseInstant(when)
	r.content.Schedule.Earliest = &at
	return err
}

// Check reads a draft as Add would, and stores nothing.
func (v View) Check(ctx context.Context, d Draft) (Drafted, error) {
	if err := v.may(ctx, people.ReadMessages); err != nil {
		return Drafted{}, err
	}
	return v.office.checkDraft(ctx, d, people.AddMessage, v.by)
}

// CheckEdit reads a draft as Edit would, and stores nothing.
func (v View) CheckEdit(ctx context.Context, id string, d Draft) (Drafted, error) {
	m, err := v.message(ctx, id)
	if err == nil {
		err = editable(m)
	}
	if err != nil {
		return Drafted{}, err
	}
	d.keeps = m
	return v.office.checkDraft(ctx, d, people.EditMessage, v.by)
}

func (o *Office) checkDraft(ctx context.Context, d Draft, act people.Act, by Actor) (Drafted, error) {
	r, err := o.read(ctx, d, by)
	if err != nil {
		return Drafted{}, err
	}
	err = o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if by.owns() { // whoever has the folder may know what would be said
			return mustHaveDepartment(t, r.content.Department)
		}
		if d.keeps.ID != "" {
			if err := Allowed(t, by, act, d.keeps.Department); err != nil {
				return err
			}
		}
		return o.mayDraft(t, by, act, r.content)
	})
	return r.drafted("", 0), err
}

func planned(plan []store.Rendered) []message.PlannedSend {
	sends := make([]message.PlannedSend, len(plan))
	for i, p := range plan {
		sends[i] = p.PlannedSend
	}
	return sends
}

// Add stores a draft as a new message.
func (o *Office) Add(ctx context.Context, d Draft, by Actor) (Drafted, error) {
	return o.add(ctx, d, by, func(*store.Tx, string) error { return nil })
}

// add stores a draft and what belongs to it in one transaction.
func (o *Office) add(ctx context.Context, d Draft, by Actor, also func(t *store.Tx, id string) error) (Drafted, error) {
	if err := o.decide(ctx, by, people.ReadMessages, "", func(*store.Tx) error { return nil }); err != nil { // nothing is read or kept for a stranger
		return Drafted{}, fmt.Errorf("add %s: %w", d.File, err)
	}
	r, err := o.read(ctx, d, by)
	if err != nil {
		return Drafted{}, err
	}
	m := message.Message{
		ID: message.NewID("m"), State: message.Draft, SlugKey: message.NewID(""), EntryID: message.NewEntryID(),
	}
	if err := o.storeAssets(r.assets); err != nil {
		return Drafted{}, err
	}
	err = o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := o.mayDraft(t, by, people.AddMessage, r.content); err != nil {
			return err
		}
		if err := insertAssets(t, r.assets); err != nil {
			return err
		}
		if err := t.InsertMessage(m, r.content, by.Name); err != nil {
			return err
		}
		if err := also(t, m.ID); err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageAdded, by, "", ledger.MessageBody{
			Message: m.ID, Revision: 1, Content: r.content.Digest(), To: message.Draft, Corrects: r.content.Corrects, Withdraws: r.content.Withdraws,
		})
	})
	if err != nil {
		return Drafted{}, fmt.Errorf("add %s: %w", d.File, err)
	}
	return r.drafted(m.ID, 1), nil
}

// Edit stores a draft as a new revision of a message. Every approval is void.
// A correction or withdrawal stays about what it was, unless the draft names
// another message.
func (o *Office) Edit(ctx context.Context, id string, d Draft, by Actor) (Drafted, error) {
	err := o.onMessage(ctx, by, people.EditMessage, id, func(_ *store.Tx, m message.Message) error {
		d.keeps = m
		return editable(m)
	})
	if err != nil {
		return Drafted{}, fmt.Errorf("edit %s: %w", id, err)
	}
	r, err := o.read(ctx, d, by)
	if err != nil {
		return Drafted{}, err
	}
	if err := o.storeAssets(r.assets); err != nil {
		return Drafted{}, err
	}
	var revision int
	err = o.onMessage(ctx, by, people.EditMessage, id, func(t *store.Tx, m message.Message) error {
		if err := editable(m); err != nil {
			return err
		}
		if err := o.mayDraft(t, by, people.EditMessage, r.content); err != nil {
			return err
		}
		if err := insertAssets(t, r.assets); err != nil {
			return err
		}
		if err := t.InsertRevision(m, r.content, by.Name); err != nil {
			return err
		}
		if err := errors.Join(t.ForgetCountersign(actRelease, id), t.DropDebt(id)); err != nil {
			return err
		}
		revision = m.Revision + 1
		return recordMessage(t, ledger.MessageEdited, by, "", ledger.MessageBody{
			Message: id, Revision: revision, Content: r.content.Digest(), Digest: m.ApprovedDigest, From: m.State, To: message.Draft,
			Corrects: r.content.Corrects, Withdraws: r.content.Withdraws,
		})
	})
	if err != nil {
		return Drafted{}, fmt.Errorf("edit %s: %w", id, err)
	}
	return r.drafted(id, revision), nil
}

// editable refuses to edit a message that is under way or over.
func editable(m message.Message) error {
	if m.State.Editable() {
		return nil
	}
	try := fmt.Sprintf("add a correction with --corrects %s, or withdraw it with --withdraws %s", m.ID, m.ID)
	if m.State == message.Cancelled || m.State == message.Expired {
		try = "nothing of it is public: add it anew"
	}
	return Refuse(Conflict, fmt.Sprintf("message %s is %s and can't be edited any more", m.ID, m.State), try)
}

// mayDraft refuses a draft of a department that is not there, or in which its
// author may not draft, and one about a message of such a department.
func (o *Office) mayDraft(t *store.Tx, by Actor, act people.Act, c message.Content) error {
	if err := mustHaveDepartment(t, c.Department); err != nil {
		return err
	}
	if err := Allowed(t, by, act, c.Department); err != nil {
		return err
	}
	return mayAlso(t, by, act, c.Original())
}

func mustHaveDepartment(t *store.Tx, name string) error {
	there, err := t.HasDepartment(name)
	if err == nil && !there {
		err = noDepartment(name)
	}
	return err
}

// recordMessage ties who and why to an entry about a message.
func recordMessage(t *store.Tx, kind ledger.Kind, by Actor, reason string, body ledger.MessageBody) error {
	var err error
	if body.By, body.Reason, err = decision(t, by, reason); err != nil {
		return err
	}
	body.Verified = by.Verified
	return t.Record(kind, body)
}

// Source writes a revision back as an announcement file.
func (v View) Source(ctx context.Context, id string) ([]byte, error) {
	detail, err := v.Message(ctx, id)
	if err != nil {
		return nil, err
	}
	return announcement.Format(detail.Content), nil
}
