// Package hooks holds the rules of hooks, by which the office's own systems are
// told what happens: which events there are, what each says, and when one that
// did not arrive is told again. It does no I/O; package courier delivers.
//
// Failure rules. The ledger is the only source: an event is what one entry of it
// says, and its id is the entry's, so that it is the same however often and to
// whomever it is told. Whether an entry is an event depends on nothing that can
// change. An event holds no person's name, no free text, no words of a
// destination and nothing that an author wrote but the title.
package hooks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/receiver"
	"clarion/ledger"
)

// Bounds of hooks.
const (
	MaxHooks   = 50
	MaxAddress = 2_000 // bytes
	MaxOverlap = 30 * 24 * time.Hour
)

// Hook is one system that is told.
type Hook struct {
	Name       string
	URL        string
	Types      []Type
	Department string // whose messages it is told of; empty: every one's
	Secret     channels.Secret
	OldSecret  channels.Secret // signs as well until OldUntil
	OldUntil   time.Time
	CreatedAt  time.Time
	DisabledAt time.Time // zero: it is told
	Why        string    // it is disabled
	Place      Place     // up to which everything was told, or noted to be told again
}

// Place is an entry's place in the ledger, over all its writers.
type Place struct{ Writer, Seq int64 }

// Enabled reports whether it is told.
func (h Hook) Enabled() bool { return h.DisabledAt.IsZero() }

// Signers sign an attempt at an instant: while one secret takes the place of
// another, with both.
func (h Hook) Signers(now time.Time) (receiver.Signers, error) {
	secrets := []channels.Secret{h.Secret}
	if !h.OldSecret.IsZero() && now.Before(h.OldUntil) {
		secrets = append(secrets, h.OldSecret)
	}
	list := make(receiver.Signers, len(secrets))
	for i, s := range secrets {
		var says string
		if list[i], says = receiver.NewSigner(s); says != "" {
			return nil, fmt.Errorf("a secret of the hook %s %s", h.Name, says)
		}
	}
	return list, nil
}

// Wants reports whether it is to be told of an event.
func (h Hook) Wants(e Event) bool {
	return slices.Contains(h.Types, e.Type) && (h.Department == "" || e.Everyone || e.Department == h.Department)
}

// Kinds lists the kinds of entries among which its events are.
func (h Hook) Kinds() []ledger.Kind {
	var kinds []ledger.Kind
	for _, t := range h.Types {
		for _, k := range t.kinds() {
			if !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	return kinds
}

// Fault is what is wrong with a hook, and what to do.
type Fault struct{ Field, Says, Try string }

// Check says what is wrong with a new hook.
func Check(name, address string, types []string) []Fault {
	var faults []Fault
	if !regexp.MustCompile(`^[a-z0-9-]{1,40}$`).MatchString(name) {
		faults = append(faults, Fault{"name", "is no name of a hook", "write 1 to 40 lower-case letters, digits and hyphens"})
	}
	if len(address) > MaxAddress {
		faults = append(faults, Fault{"url", fmt.Sprintf("has %d bytes, the limit is %d", len(address), MaxAddress), "give a shorter one"})
	} else if says, try := receiver.CheckAddress(address); says != "" {
		faults = append(faults, Fault{"url", says, try})
	}
	if _, unknown := ParseTypes(types); len(unknown) > 0 || len(types) == 0 {
		faults = append(faults, typesFault(unknown))
	}
	return faults
}

func typesFault(unknown []string) Fault {
	try := "choose from " + joinTypes(Types()) + "; or a whole family, such as send.*; or *"
	if len(unknown) == 0 {
		return Fault{"types", "no type of event is given", try}
	}
	return Fault{"types", "there is no type of event " + strings.Join(unknown, ", "), try}
}

func joinTypes(all []Type) string {
	words := make([]string, len(all))
	for i, t := range all {
		words[i] = string(t)
	}
	return strings.Join(words, ", ")
}
