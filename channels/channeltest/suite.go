// Package channeltest is the conformance suite that every channel kind passes.
//
// Failure rules. The suite counts at the destination and believes nothing that
// the channel says of itself: a Publish is one request there, or none. A kind
// that knows more of its destination than the suite does says so in
// Subject.Also, where a reviewer sees it. A fault that a destination cannot
// play is skipped and shows in the test's output.
package channeltest

import (
	"errors"
	"testing"

	"clarion/channels"
)

// Subject is a channel kind under test.
type Subject struct {
	// New gives a fresh channel bound to a fresh destination, in which nothing
	// has happened yet. The destination is nil if the channel has none: it is
	// local, or it rehearses.
	New func(tb testing.TB) (channels.Channel, Destination)
	// Secrets are the credentials that New gives the channel. They must show
	// nowhere.
	Secrets []string
	// Also names classes that the kind may answer a fault with besides those
	// of the suite, because it knows what the fault means at its destination.
	Also map[Fault][]channels.Class
}

// errNotPlayed says that the destination cannot play a fault.
var errNotPlayed = errors.New("the destination cannot play this fault")

// check is one thing that the suite proves.
type check struct {
	name  string
	prove func(tb testing.TB, s Subject) error
}

// Run proves that a kind keeps the contract of channels.Channel. Its checks
// run in parallel, each on a channel and destination of its own.
func Run(t *testing.T, subject Subject) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.prove(t, subject)
			if errors.Is(err, errNotPlayed) {
				t.Skip(err)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func checks() []check {
	list := []check{
		{"capabilities", proveCapabilities},
		{"destination holds no secret", proveNoSecret},
		{"describing and rendering do no I/O", proveNoIO},
		{"rendering is deterministic", proveDeterministic},
		{"renderings round-trip and fill", proveRenderings},
		{"author text forms no slot", proveClosedSlots},
		{"publish is one request", provePublish},
		{"a second attempt is at most one request", proveSecondAttempt},
		{"publish in parallel", proveParallel},
		{"an error of Begin stops everything", proveBegin},
		{"a cancelled context publishes nothing", proveCancelled},
	}
	for _, f := range Faults() {
		list = append(list, check{"fault/" + string(f), func(tb testing.TB, s Subject) error {
			return proveFault(tb, s, f)
		}})
	}
	return list
}
