package email

import (
	"strings"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// destination lets the conformance suite count envelopes at the scripted
// relay.
type destination struct{ *relay }

// Requests counts envelopes by their first command.
func (d destination) Requests() int { return len(d.heard("MAIL")) }

// Stalled tells of a mail that came whole and is never answered.
func (d destination) Stalled() <-chan struct{} { return d.hung }

// Fail plays a fault. A relay never limits by time, points elsewhere, or
// breaks in a way that leaves the mail's fate open but by a lost connection.
func (d destination) Fail(f channeltest.Fault) bool {
	script := map[channeltest.Fault]map[string]string{
		channeltest.Healthy:     {},
		channeltest.Unreachable: {"GREET": drop},
		channeltest.CutBefore:   {"MAIL": drop},
		channeltest.CutAfter:    {"DOT": drop},
		channeltest.Stall:       {"DOT": hang},
		channeltest.StallAnswer: {"DOT": half},
		channeltest.Garble:      {"DOT": "2nonsense"},
		channeltest.Refuse:      {"RCPT": "554 5.1.1 " + strings.Repeat("<rhian.price@reader.example.org> ", 2)},
		channeltest.Deny:        {"MAIL": "530 5.7.0 authentication required"},
	}[f]
	if script == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.script = script
	return true
}

func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			r := startRelay(tb, map[string]string{}, func(r *relay) { r.offers = append(r.offers, "AUTH PLAIN") })
			set := base(r.addr)
			set.Username, set.Password = "press", channels.NewSecret("sesame-under-test")
			return open(tb, set), destination{relay: r}
		},
		Secrets: []string{"sesame-under-test"},
	})
}
