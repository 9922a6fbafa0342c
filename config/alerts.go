package config

import (
	"fmt"
	"net/mail"
	"strings"

	"clarion/channels"
)

// Limits of alerts.to.
const (
	maxAlertsTo = 20
	maxAddress  = 254 // bytes; RFC 5321, 4.5.3.1.3, without the angle brackets
)

// alerts comes after the channels, of whose names declared holds every one,
// faulty or not.
func (r *reader) alerts(declared []string) {
	t := r.section("alerts", &r.config.Alerts)
	a := r.config.Alerts
	switch {
	case !t.sound("channel") || !t.sound("to"):
	case a.Channel == "" && len(a.To) > 0:
		t.fault("to", "stands without channel", "give both, or neither")
	case a.Channel != "" && len(a.To) == 0:
		t.fault("channel", "stands without to", "give both, or neither")
	}
	if len(a.To) > maxAlertsTo {
		t.fault("to", fmt.Sprintf("has more than %d addresses", maxAlertsTo), "use a mailing list")
	}
	for i, to := range a.To {
		if key := fmt.Sprintf("to[%d]", i); t.sound(key) && !isAddress(to) {
			t.fault(key, "is not a mail address", `write the address alone, such as "duty@example.org"`)
		}
	}
	if a.Channel != "" {
		r.alertsChannel(t, declared)
	}
}

func (r *reader) alertsChannel(t *table, declared []string) {
	name := r.config.Alerts.Channel
	for _, c := range r.config.Channels {
		if c.Name == name {
			if _, ok := c.Built.(channels.Notifier); !ok {
				t.fault("channel", fmt.Sprintf("%s, of kind %s, cannot carry notices", name, c.Kind), "name an email channel")
			}
			return
		}
	}
	for _, d := range declared {
		if d == name {
			return // the channel's own faults come first
		}
	}
	try := "name one of the channels of this file"
	if near, ok := nearest(name, declared); ok {
		try = "did you mean " + near + "?"
	}
	t.fault("channel", "is no channel of this file", try)
}

func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= maxAddress && !strings.ContainsAny(s, " \t\r\n")
}
