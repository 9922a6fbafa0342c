package demo

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"time"

	"clarion/accounts"
	"clarion/audience"
	"clarion/examples"
	"clarion/message"
	"clarion/message/announcement"
	"clarion/office"
	"clarion/store"
)

func audiences() []audience.Audience {
	social := []string{"mastodon", "bluesky", "x", "intranet"}
	return []audience.Audience{
		{Name: "public", Title: "Everyone", Description: "Announcements for everyone", Public: true, Channels: append([]string{"web"}, social...)},
		{Name: "stakeholders", Title: "Stakeholders", Description: "For those who work with us on rivers and coasts", Public: true, Channels: []string{"web", "email"}},
		{Name: "press", Title: "Press", Description: "Newsrooms and correspondents", Channels: []string{"email"}},
	}
}

// departments are what the office is called in the samples in Welsh and Arabic.
func departments() []string {
	return []string{"Yr Adran Afonydd a Glannau", "وزارة الأنهار والسواحل"}
}

// sample is one announcement of the demonstration and how far it is.
type sample struct {
	file string
	in   time.Duration // until it is due, counted from the start; 0: when approved
	to   message.State
}

func samples() []sample {
	const day = 24 * time.Hour
	return []sample{
		{"new-river-gauges.md", 3 * time.Second, message.Approved},
		{"urgent-notice.md", 4 * time.Second, message.Approved},
		{"warning-service.en.md", 6 * time.Second, message.Approved},
		{"warning-service.cy.md", 6 * time.Second, message.Approved},
		{"flood-advice.ar.md", 8 * time.Second, message.Approved},
		{"bathing-water.md", 10 * time.Second, message.Approved},
		{"river-levels-data.md", 12 * time.Second, message.Approved},
		{"coastal-funding-statement.md", 14 * time.Second, message.Approved},
		{"barrier-test.md", 16 * time.Second, message.Approved},
		{"volunteers-week.md", time.Hour, message.Approved},
		{"weekly-bulletin.md", 2 * day, message.Approved},
		{"merrow-coast-plan.md", 0, message.InReview},
	}
}

// correction is added once what it corrects is public.
const (
	correctionFile = "correction.md"
	correctedFile  = "new-river-gauges.md"
)

// templates are approved from the start, for every department.
func templates() []string { return []string{"sent-in-error.md", "figure-wrong.md"} }

// prepare has a template approved.
func prepare(ctx context.Context, o *office.Office, file string) error {
	text, err := examples.Templates().ReadFile(path.Join("templates", file))
	if err != nil {
		return err
	}
	x, err := o.AddTemplate(ctx, office.TemplateFile{File: file, Text: text}, as(author))
	if err != nil {
		return err
	}
	digest, err := o.SubmitTemplate(ctx, x.Name, as(author))
	if err != nil {
		return err
	}
	_, err = o.ApproveTemplate(ctx, x.Name, digest, as(approver))
	return err
}

// Seed sets the office up, unless it is. It gives the id of the message that a
// correction waits for, or "" if there is nothing to wait for. What is due soon
// is counted from when everybody has an account: that takes its time by design.
func Seed(ctx context.Context, o *office.Office, a *accounts.Accounts, clock func() time.Time) (corrects string, err error) {
	done, err := peopled(ctx, a)
	if err != nil {
		return "", err
	}
	if done {
		return uncorrected(ctx, o)
	}
	if err := hire(ctx, a); err != nil {
		return "", err
	}
	for _, name := range departments() {
		if err := o.AddDepartment(ctx, name, as(admin)); err != nil {
			return "", err
		}
	}
	for _, group := range audiences() {
		if err := o.SetAudience(ctx, group, as(admin)); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"stakeholders", "press"} {
		list, err := read("subscribers-" + name + ".csv")
		if err != nil {
			return "", err
		}
		if _, err := o.Import(ctx, name, bytes.NewReader(list), false, as(admin)); err != nil {
			return "", err
		}
	}
	for _, file := range templates() {
		if err := prepare(ctx, o, file); err != nil {
			return "", fmt.Errorf("set up the template %s: %w", file, err)
		}
	}
	now := clock()
	for _, s := range samples() {
		id, err := place(ctx, o, s, "", now)
		if err != nil {
			return "", fmt.Errorf("set up %s: %w", s.file, err)
		}
		if s.file == correctedFile {
			corrects = id
		}
	}
	return corrects, nil
}

// uncorrected finds the message that is to be corrected and is not yet: the
// demonstration was stopped before.
func uncorrected(ctx context.Context, o *office.Office) (string, error) {
	parsed, _, err := parse(correctedFile)
	if err != nil {
		return "", err
	}
	all, err := o.View(office.Owner()).Messages(ctx, store.MessageFilter{Limit: office.MaxList})
	if err != nil {
		return "", err
	}
	waits := ""
	for _, m := range all {
		if m.Corrects != "" {
			return "", nil
		}
		if m.Title == parsed.Content.Title {
			waits = m.ID
		}
	}
	return waits, nil
}

// parse reads a sample, and gives its text as well.
func parse(file string) (announcement.Announcement, []byte, error) {
	text, err := read(file)
	if err != nil {
		return announcement.Announcement{}, nil, err
	}
	parsed, err := announcement.Parse(file, text, announcement.Defaults{Language: "en-GB", Zone: "Europe/London", Department: "demo"})
	return parsed, text, err
}

func read(name string) ([]byte, error) {
	return examples.Announcements().ReadFile(path.Join("announcements", name))
}

// place adds a sample and takes it as far as it goes.
func place(ctx context.Context, o *office.Office, s sample, corrects string, now time.Time) (string, error) {
	draft, err := draftOf(s, now)
	if err != nil {
		return "", err
	}
	draft.Corrects = corrects
	added, err := o.Add(ctx, draft, as(author))
	if err != nil {
		return "", err
	}
	submitted, err := o.Submit(ctx, added.ID, as(author))
	if err != nil || s.to != message.Approved {
		return added.ID, err
	}
	_, err = o.Approve(ctx, added.ID, submitted.Digest, as(approver))
	return added.ID, err
}

func draftOf(s sample, now time.Time) (office.Draft, error) {
	parsed, text, err := parse(s.file)
	if err != nil {
		return office.Draft{}, err
	}
	d := office.Draft{File: s.file, Text: text, Publish: "when approved"}
	if s.in > 0 {
		d.Publish = now.Add(s.in).Format(time.RFC3339)
	}
	for _, a := range parsed.Assets {
		content, err := read(a.Name)
		if err != nil {
			return office.Draft{}, err
		}
		d.Assets = append(d.Assets, office.Upload{Name: a.Name, Content: content})
	}
	return d, nil
}

// correctionWait bounds how long the correction waits for what it corrects.
const correctionWait = 5 * time.Minute

// AddCorrection puts the sample correction up for approval once the message
// that it corrects is public.
func AddCorrection(ctx context.Context, o *office.Office, corrects string) error {
	ctx, cancel := context.WithTimeout(ctx, correctionWait)
	defer cancel()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		detail, err := o.View(office.Owner()).Message(ctx, corrects)
		if err != nil {
			return fmt.Errorf("set up the correction: %w", err)
		}
		if detail.Message.State == message.Released {
			_, err := place(ctx, o, sample{file: correctionFile, to: message.InReview}, corrects, time.Now())
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("set up the correction: %w", ctx.Err())
		}
	}
}
