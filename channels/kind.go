package channels

import (
	"fmt"
	"slices"
)

// Kind is a sort of channel: one line in the registry.
type Kind struct {
	Name    string // as in `kind = "email"`
	Summary string // one sentence for people
	// New makes a channel from its part of the configuration. It does no I/O.
	// Faults are reported all at once, each as a *SettingError joined with
	// errors.Join.
	New func(s Settings) (Channel, error)
}

// Settings is what a kind's New gets: the common facts, and its own part of
// the configuration file.
type Settings struct {
	Name    string // the channel's name
	Office  string // the office's name, as readers see it
	BaseURL string // public address of this installation, no slash at the end
	// Decode fills the struct that into points to from the channel's own keys
	// (tag `toml`). It is strict: unknown keys, wrong types and missing
	// secrets come back joined, each with its place.
	Decode func(into any) error
	// Vault keeps what a destination renews; nil where a configuration is only
	// checked.
	Vault Vault
}

// SettingError is a fault of one key of a channel's settings.
type SettingError struct {
	Key  string // within the channel's table
	Says string // what is wrong
	Try  string // what to do
}

func (e *SettingError) Error() string { return fmt.Sprintf("%s: %s; %s", e.Key, e.Says, e.Try) }

// Registry is the list of known kinds.
type Registry []Kind

// Lookup finds a kind by name.
func (r Registry) Lookup(name string) (Kind, bool) {
	i := slices.IndexFunc(r, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return r[i], true
}

// Names lists the kinds in their order.
func (r Registry) Names() []string {
	names := make([]string, len(r))
	for i, k := range r {
		names[i] = k.Name
	}
	return names
}
