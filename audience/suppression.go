package audience

import "slices"

// Suppression is why an address, or a whole addressed send, gets no mail.
type Suppression string

// The reasons of a suppression. The list is closed.
const (
	Unsubscribed  Suppression = "unsubscribed"   // the subscriber asked
	Bounced       Suppression = "bounced"        // the address does not exist
	Complained    Suppression = "complained"     // the subscriber reported a mail as unwanted
	Manual        Suppression = "manual"         // a person of the office decided
	EmptyAudience Suppression = "empty-audience" // nobody is in the audience
)

// Suppressions lists every reason.
func Suppressions() []Suppression {
	return []Suppression{Unsubscribed, Bounced, Complained, Manual, EmptyAudience}
}

// Valid reports whether s is one of the reasons.
func (s Suppression) Valid() bool { return slices.Contains(Suppressions(), s) }
