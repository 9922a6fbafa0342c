package office_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"clarion/message"
	"clarion/office"
)

// templateUse is what somebody tries with a template.
type templateUse struct {
	name string
	try  func(b *bundle, name string, by office.Actor) error
}

func templateUses(original string) []templateUse {
	return []templateUse{
		{"edit", func(b *bundle, name string, by office.Actor) error {
			_, err := b.EditTemplate(b.ctx, name, template(name, "summary: Sorry."), by)
			return err
		}},
		{"submit", func(b *bundle, name string, by office.Actor) error {
			_, err := b.SubmitTemplate(b.ctx, name, by)
			return err
		}},
		{"approve", func(b *bundle, name string, by office.Actor) error {
			d, err := b.Template(b.ctx, name)
			b.no(err)
			_, err = b.ApproveTemplate(b.ctx, name, d.Digest, by)
			return err
		}},
		{"return", func(b *bundle, name string, by office.Actor) error {
			return b.ReturnTemplate(b.ctx, name, "say sorry", by)
		}},
		{"drop", func(b *bundle, name string, by office.Actor) error { return b.DropTemplate(b.ctx, name, "", by) }},
		{"use", func(b *bundle, name string, by office.Actor) error {
			_, err := b.UseTemplate(b.ctx, name, original, by)
			return err
		}},
	}
}

// TestTemplateRoles tries every use case on a template of every state by a
// person of every role. The expected table is testdata/templates.golden: dan
// wrote the first revision, which bob approved; cat edited it since, and ann
// submitted it.
func TestTemplateRoles(t *testing.T) {
	b := setup(t)
	b.hireNewcomers()
	names := append([]string{"ann", "cat", "dan", "eve"}, append(newcomers(), "mallory")...)
	states := []message.TemplateState{message.TemplateDraft, message.TemplateInReview, message.TemplateApproved, message.TemplateDropped}
	var out strings.Builder
	made := 0
	for _, use := range templateUses(b.public()) {
		fmt.Fprintf(&out, "%-12s", use.name)
		for _, name := range names {
			fmt.Fprintf(&out, "%-11s", name)
		}
		for _, state := range states {
			fmt.Fprintf(&out, "\n%-12s", state)
			subject := ""
			for _, name := range names {
				if subject == "" {
					made++
					subject = fmt.Sprintf("t%d", made)
					b.templateIn(subject, state)
				}
				cell, done := b.templateCell(use, subject, name)
				fmt.Fprintf(&out, "%-11s", cell)
				if done {
					subject = ""
				}
			}
		}
		out.WriteString("\n\n")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	golden(t, "testdata/templates.golden", strings.Join(lines, "\n")+"\n")
}

// templateIn makes a template and brings it into a state.
func (b *bundle) templateIn(name string, state message.TemplateState) {
	b.Helper()
	_, err := b.AddTemplate(b.ctx, template(name), as("dan"))
	b.no(err)
	approve := func(by office.Actor) {
		digest, err := b.SubmitTemplate(b.ctx, name, ann())
		b.no(err)
		_, err = b.ApproveTemplate(b.ctx, name, digest, by)
		b.no(err)
	}
	approve(bob())
	_, err = b.EditTemplate(b.ctx, name, template(name, "summary: Gone."), cat())
	b.no(err)
	switch state {
	case message.TemplateInReview:
		_, err = b.SubmitTemplate(b.ctx, name, ann())
		b.no(err)
	case message.TemplateApproved:
		approve(bob())
	case message.TemplateDropped:
		b.no(b.DropTemplate(b.ctx, name, "", bob()))
	}
	if got := b.templateState(name); got != state {
		b.Fatalf("the template is %s, want %s", got, state)
	}
}

// templateCell tries once. A refusal must have changed nothing, and an act must
// stand in the ledger.
func (b *bundle) templateCell(use templateUse, subject, name string) (cell string, done bool) {
	b.Helper()
	before := b.counts()
	err := use.try(b, subject, as(name))
	after := b.counts()
	if err == nil {
		if after["ledger_entries"] == before["ledger_entries"] {
			b.Errorf("%s by %s left no entry in the ledger", use.name, name)
		}
		return string(b.templateState(subject)), true
	}
	r, ok := errors.AsType[*office.Refusal](err)
	if !ok {
		b.Fatalf("%s by %s: not a refusal: %v", use.name, name, err)
	}
	if !maps.Equal(before, after) {
		b.Errorf("%s by %s was refused and changed the database", use.name, name)
	}
	discreet(b.T, err)
	return map[office.Code]string{
		office.Invalid: "invalid", office.NotFound: "not found", office.Conflict: "conflict", office.Forbidden: "forbidden",
	}[r.Code], false
}
