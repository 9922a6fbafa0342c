package audience

import (
	"fmt"
	"strings"
)

const nameRule = "use 1 to 40 lower-case letters a-z, digits and hyphens, with no hyphen at either end"

// allName is not free: /feeds/all.atom holds every public audience.
const allName = "all"

// WellFormed reports whether a name of an audience or a channel has the form
// that all of them have: [a-z0-9-], 1 to 40 characters, no hyphen at an end.
func WellFormed(name string) bool {
	if name == "" || len(name) > MaxName || name[0] == '-' || name[len(name)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(name, notOfName)
}

func notOfName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
}

// CheckName says what is wrong with an audience's name, or nil.
func CheckName(name string) error {
	if !WellFormed(name) {
		return fmt.Errorf("%.60q is no name of an audience; %s", name, nameRule)
	}
	if name == allName {
		return fmt.Errorf("the name %q is taken by the feed of all public audiences; choose another", name)
	}
	return nil
}
