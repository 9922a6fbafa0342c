package config_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestAllowedHooks(t *testing.T) {
	t.Parallel()
	allow := func(n int) string {
		return office + "[hooks]\nallow = [" + strings.Repeat(`"https://h.example", `, n) + "]\n"
	}
	if c := parse(t, allow(50)); len(c.Hooks.Allow) != 50 {
		t.Errorf("%d are allowed", len(c.Hooks.Allow))
	}
	expect(t, faults(t, allow(51)), "hooks.allow", "more than 50")
	for _, good := range []string{"https://h.example", "http://10.0.0.7:9000", "https://[fd00::7]:8443", "http://localhost"} {
		if c := parse(t, office+fmt.Sprintf("[hooks]\nallow = [%q]\n", good)); len(c.Hooks.Allow) != 1 {
			t.Errorf("%s is not allowed", good)
		}
	}
	for _, bad := range []string{"", "h.example", "ftp://h.example", "https://h.example/", "https://h.example/x", "https://u@h.example", "https://h.example?q", "https://h example", "https://"} {
		expect(t, faults(t, office+fmt.Sprintf("[hooks]\nallow = [%q]\n", bad)), "hooks.allow[0]", "no scheme and host")
	}
}
