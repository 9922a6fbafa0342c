// Package audience holds the rules of audiences: their names, the addresses of
// subscribers, what an imported list of subscribers may hold, and why an
// address is left out. It does no I/O of its own.
//
// Failure rules. A fault in a list never shows an address or a name, since
// faults are logged and printed; it gives the line and the reason. A row with
// a fault is not among the rows read, and a row without one always is.
package audience

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Limits of an audience.
const (
	MaxName        = 40    // characters of an audience's or channel's name
	MaxTitle       = 200   // characters
	MaxDescription = 1_000 // characters
	MaxRule        = 1_000 // characters
	MaxChannels    = 50
)

// Audience is a named group of stakeholders.
type Audience struct {
	Name        string   `json:"name"`
	Title       string   `json:"title"` // as readers see it
	Description string   `json:"description,omitempty"`
	Public      bool     `json:"public"`         // has feeds and shows on public pages
	Channels    []string `json:"channels"`       // that reach it
	Rule        string   `json:"rule,omitempty"` // which subscribers are in it; empty means all of its list
}

// Check gives every fault of an audience, joined, or nil.
func (a Audience) Check() error {
	faults := []error{
		CheckName(a.Name),
		checkText("title", a.Title, MaxTitle),
		checkText("description", a.Description, MaxDescription),
		checkText("rule", a.Rule, MaxRule),
		checkChannels(a.Channels),
	}
	if a.Title == "" {
		faults = append(faults, errors.New("the title is missing; give one that readers understand"))
	}
	return errors.Join(faults...)
}

func checkText(field, text string, limit int) error {
	if n := utf8.RuneCountInString(text); n > limit {
		return fmt.Errorf("the %s has %d characters; the limit is %d", field, n, limit)
	}
	if !plain(text) {
		return fmt.Errorf("the %s holds a control character or is not UTF-8; type it again", field)
	}
	return nil
}

func checkChannels(names []string) error {
	if len(names) > MaxChannels {
		return fmt.Errorf("there are %d channels; the limit is %d", len(names), MaxChannels)
	}
	var faults []error
	for i, name := range names {
		if !WellFormed(name) {
			faults = append(faults, fmt.Errorf("%.60q is no name of a channel; %s", name, nameRule))
		}
		if slices.Contains(names[:i], name) {
			faults = append(faults, fmt.Errorf("the channel %.60q is named twice; name it once", name))
		}
	}
	return errors.Join(faults...)
}
