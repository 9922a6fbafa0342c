package office

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"clarion/ledger"
	"clarion/message"
	"clarion/message/announcement"
	"clarion/people"
	"clarion/store"
)

// TemplateFile is a template as it comes in.
type TemplateFile struct {
	File string // what faults call it
	Text []byte
}

// TemplateDetail is everything about one template.
type TemplateDetail struct {
	Template
	Approvals []people.Approval // of the current revision
	Missing   string            // what it takes besides, while it is in review
	Source    []byte            // as a file
}

const tryTemplates = "`clarion template list` shows them"

// Templates lists the templates that may be seen, by name.
func (v View) Templates(ctx context.Context) ([]Template, error) {
	seen, err := v.departments(ctx)
	if err != nil {
		return nil, err
	}
	return v.office.store.Templates(ctx, seen)
}

// template gives a template that may be seen. Names can be guessed, so a
// stranger is not told which are there.
func (v View) template(ctx context.Context, name string) (Template, error) {
	if err := v.may(ctx, people.ReadTemplates); err != nil {
		return Template{}, err
	}
	x, err := v.office.store.Template(ctx, name)
	if err != nil {
		return x, missing(err, "template "+message.Quote(name), tryTemplates)
	}
	return x, v.sees(ctx, x.Department, "template "+message.Quote(name), tryTemplates)
}

// Template shows one template.
func (v View) Template(ctx context.Context, name string) (TemplateDetail, error) {
	x, err := v.template(ctx, name)
	if err != nil {
		return TemplateDetail{}, err
	}
	d := TemplateDetail{Template: x, Source: announcement.FormatTemplate(x.Template)}
	a, err := approvingTemplate(readings{ctx, v.office.store}, x)
	if d.Approvals = a.given; x.State == message.TemplateInReview {
		d.Missing = a.missing()
	}
	return d, err
}

// readTemplate reads a template file, or refuses it with everything that is
// wrong with it.
func (o *Office) readTemplate(f TemplateFile) (message.Template, error) {
	x, err := announcement.ParseTemplate(f.File, f.Text, announcement.Defaults{Language: o.settings.Language, Zone: o.settings.Zone})
	if faults, ok := errors.AsType[announcement.Faults](err); ok {
		return x, refuseFaults(f.File, faults)
	}
	if err != nil {
		return x, err
	}
	r := &Refusal{Says: f.File + " was not taken"}
	for _, name := range slices.Sorted(maps.Keys(x.Variants)) {
		if _, ok := o.channel(name); !ok {
			r.Problems = append(r.Problems, Problem{File: f.File, channelProblem: channelProblem{
				Field: "variants[" + name + "]", Says: fmt.Sprintf("there is no channel called %s", message.Quote(name)), Try: "the channels are " + o.channelNames(),
			}})
		}
	}
	if len(r.Problems) > 0 {
		return x, r
	}
	return x, nil
}

// CheckTemplate reads a template file and stores nothing.
func (v View) CheckTemplate(ctx context.Context, f TemplateFile) (message.Template, error) {
	if err := v.may(ctx, people.ReadTemplates); err != nil {
		return message.Template{}, err
	}
	return v.office.readTemplate(f)
}

// AddTemplate stores a new template as a draft.
func (o *Office) AddTemplate(ctx context.Context, f TemplateFile, by Actor) (message.Template, error) {
	x, err := o.readTemplate(f)
	if err != nil {
		return x, err
	}
	err = o.decide(ctx, by, people.EditTemplate, x.Department, func(t *store.Tx) error {
		if err := departmentThere(t, x.Department); err != nil {
			return err
		}
		switch _, err := t.Template(x.Name); {
		case err == nil: // names are the office's: that one is taken is no secret
			return Refuse(Conflict, fmt.Sprintf("the name %s is taken by a template", x.Name),
				fmt.Sprintf("choose another, or make a new revision with `clarion template edit %s FILE`", x.Name))
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		return putTemplate(t, ledger.TemplateAdded, x, by)
	})
	if err != nil {
		return x, fmt.Errorf("add the template %s: %w", x.Name, err)
	}
	return x, nil
}

// EditTemplate stores a new revision of a template. Every approval is void.
func (o *Office) EditTemplate(ctx context.Context, name string, f TemplateFile, by Actor) (message.Template, error) {
	x, err := o.readTemplate(f)
	if err != nil {
		return x, err
	}
	if x.Name != name {
		return x, Refuse(Invalid, fmt.Sprintf("%s holds the template %s, not %s", f.File, message.Quote(x.Name), message.Quote(name)), "name the one that it holds; a name stays")
	}
	err = o.onTemplate(ctx, by, people.EditTemplate, name, func(t *store.Tx, _ Template) error {
		if err := Allowed(t, by, people.EditTemplate, x.Department); err != nil {
			return err
		}
		if err := departmentThere(t, x.Department); err != nil {
			return err
		}
		return putTemplate(t, ledger.TemplateEdited, x, by)
	})
	if err != nil {
		return x, fmt.Errorf("edit the template %s: %w", name, err)
	}
	return x, nil
}

// departmentThere refuses a department that is not there; none stands for every
// one.
func departmentThere(t *store.Tx, name string) error {
	if name == "" {
		return nil
	}
	there, err := t.HasDepartment(name)
	if err == nil && !there {
		err = noDepartment(name)
	}
	return err
}

func putTemplate(t *store.Tx, kind ledger.Kind, x message.Template, by Actor) error {
	if _, err := t.PutTemplate(x, by.Name); err != nil {
		return err
	}
	return recordTemplate(t, kind, x, message.TemplateDraft, "", by)
}

func recordTemplate(t *store.Tx, kind ledger.Kind, x message.Template, to message.TemplateState, reason string, by Actor) error {
	return Record(t, kind, by, reason, ledger.DecisionBody{Subject: x.Name, Digest: x.Digest(), Mode: string(to)})
}

// DropTemplate keeps a template from being used. What was made from it and is
// in review goes by the ordinary rules from now on.
func (o *Office) DropTemplate(ctx context.Context, name, reason string, by Actor) error {
	err := o.onTemplate(ctx, by, people.DropTemplate, name, func(t *store.Tx, x Template) error {
		if x.State == message.TemplateDropped {
			return Refuse(Conflict, fmt.Sprintf("the template %s is dropped already", name), "")
		}
		if err := t.SetTemplateDropped(name); err != nil {
			return err
		}
		return recordTemplate(t, ledger.TemplateDropped, x.Template, message.TemplateDropped, reason, by)
	})
	if err != nil {
		return fmt.Errorf("drop the template %s: %w", name, err)
	}
	return nil
}

// onTemplate runs a use case about a template, as onMessage does.
func (o *Office) onTemplate(ctx context.Context, by Actor, act people.Act, name string, change func(*store.Tx, Template) error) error {
	what := "template " + message.Quote(name)
	return o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := Allowed(t, by, people.ReadTemplates, ""); err != nil {
			return err
		}
		x, err := t.Template(name)
		if err != nil {
			return missing(err, what, tryTemplates)
		}
		if err := mayOn(t, by, act, x.Department, what, tryTemplates); err != nil {
			return err
		}
		return change(t, x)
	})
}
