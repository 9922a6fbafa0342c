package office

import (
	"context"
	"fmt"
	"io"
	"strings"

	"clarion/audience"
	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// AudienceDetail is an audience with the number of people whom mail reaches.
type AudienceDetail struct {
	audience.Audience
	Size int
}

// Audiences lists every audience.
func (v View) Audiences(ctx context.Context) ([]AudienceDetail, error) {
	o := v.office
	if err := v.may(ctx, people.ReadAudiences); err != nil {
		return nil, err
	}
	all, err := o.store.Audiences(ctx)
	if err != nil {
		return nil, err
	}
	sizes, err := o.store.AudienceSizes(ctx)
	if err != nil {
		return nil, err
	}
	details := make([]AudienceDetail, len(all))
	for i, a := range all {
		details[i] = AudienceDetail{Audience: a, Size: sizes[a.Name]}
	}
	return details, nil
}

// SetAudience adds an audience, or changes the one of that name.
func (o *Office) SetAudience(ctx context.Context, a audience.Audience, by Actor) error {
	if err := a.Check(); err != nil {
		return Refuse(Invalid, fmt.Sprintf("the audience was not taken: %s", strings.ReplaceAll(err.Error(), "\n", "; ")), "")
	}
	for _, name := range a.Channels {
		if _, ok := o.channel(name); !ok {
			return Refuse(Invalid, fmt.Sprintf("there is no channel called %s", message.Quote(name)), "the channels are "+o.channelNames())
		}
	}
	err := o.decide(ctx, by, people.SetAudience, "", func(t *store.Tx) error {
		if err := t.PutAudience(a); err != nil {
			return err
		}
		if err := t.TouchAudience(a.Name, by.Name); err != nil {
			return err
		}
		return Record(t, ledger.AudienceChanged, by, "", ledger.DecisionBody{Subject: a.Name})
	})
	if err != nil {
		return fmt.Errorf("set audience %s: %w", a.Name, err)
	}
	if o.settings.PublicChanged != nil {
		o.settings.PublicChanged()
	}
	return nil
}

// Imported tells what became of a list of subscribers.
type Imported struct {
	Rows   int // good ones in the list
	Added  int // of those, new to the audience
	Faults []audience.Fault
}

// Import puts the people of a CSV list into an audience. With a fault in it
// nothing is taken, unless the good rows are asked for. What was approved for a
// smaller audience than the policies allow for is held.
func (o *Office) Import(ctx context.Context, name string, list io.Reader, goodRows bool, by Actor) (Imported, error) {
	rows, faults := audience.ReadCSV(list, audience.DefaultLimits())
	result := Imported{Rows: len(rows), Faults: faults}
	if len(faults) > 0 && !goodRows {
		r := Refuse(Invalid, fmt.Sprintf("the list was not taken: %d of its lines have a fault", len(faults)), "mend them, or take the good rows alone with --good-rows")
		for _, f := range faults {
			r.Problems = append(r.Problems, Problem{Line: f.Line, channelProblem: channelProblem{Says: f.Says}})
		}
		return result, r
	}
	err := o.decide(ctx, by, people.ImportAudience, "", func(t *store.Tx) error {
		approved, err := sizedFor(t, name)
		if err != nil {
			return err
		}
		added, err := t.AddMembers(name, rows)
		if err != nil {
			return missing(err, fmt.Sprintf("audience called %s", message.Quote(name)), "`clarion audience list` shows them")
		}
		if err := t.TouchAudience(name, by.Name); err != nil {
			return err
		}
		result.Added = added
		if err := holdOutgrown(t, approved); err != nil {
			return err
		}
		return Record(t, ledger.AudienceImported, by, "", ledger.DecisionBody{Subject: name, Count: added})
	})
	if err != nil {
		return Imported{}, fmt.Errorf("import into %s: %w", name, err)
	}
	return result, nil
}
