package config

import (
	"fmt"
	"net/url"
)

// maxAllowed bounds hooks.allow.
const maxAllowed = 50

func (r *reader) hooks() {
	t := r.section("hooks", &r.config.Hooks)
	allow := r.config.Hooks.Allow
	if len(allow) > maxAllowed {
		t.fault("allow", fmt.Sprintf("has more than %d entries", maxAllowed), "let one receiver inside pass events on")
	}
	for i, address := range allow {
		if key := fmt.Sprintf("allow[%d]", i); t.sound(key) && !isOrigin(address) {
			t.fault(key, "is no scheme and host", `write them alone, such as "https://intranet.example.org" or "http://10.0.0.7:9000"`)
		}
	}
}

// isOrigin reports whether an address is scheme, host and perhaps a port, and
// nothing else.
func isOrigin(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !isHost(u.Hostname()) {
		return false
	}
	return u.Scheme+"://"+u.Host == address
}
