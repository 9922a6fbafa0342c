package config_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// The mail kind's channel keeps its secret in an unexported field of a value,
// which fmt prints whole if nobody stops it.
func TestNoSecretLeaks(t *testing.T) {
	t.Parallel()
	c := parse(t, office+"[[channel]]\nname = \"m\"\nkind = \"email\"\nhost = \"h\"\npassword = \"env:CLARION_TEST_SECRET\"")
	if got := c.Channels[0].Built.(mailer).password.Reveal(); got != secretValue {
		t.Fatalf("the channel was not given its secret")
	}
	if !strings.Contains(string(c.Show()), "password = '<secret>'") {
		t.Errorf("Show hides that there is a secret:\n%s", c.Show())
	}
	printed := map[string]string{"Show": string(c.Show())}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for name, value := range map[string]any{
			"pointer": c, "value": *c, "channels": c.Channels, "channel": c.Channels[0], "held": struct{ C any }{*c},
		} {
			printed[verb+" of "+name] = fmt.Sprintf(verb, value)
		}
	}
	for name, value := range map[string]any{"config": c, "value": *c, "channels": c.Channels} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		printed["JSON of "+name] = string(text)
	}
	for how, text := range printed {
		if strings.Contains(text, secretValue) || strings.Contains(text, fmt.Sprintf("%x", secretValue)) {
			t.Errorf("%s shows the secret: %s", how, text)
		}
	}
}

// A secret written where it may not be is not repeated by the fault.
func TestFaultsQuoteNoSecret(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"password = %s", "password = \"%s\"", "password = [\"%s\"]", "password = { value = \"%s\" }", "password = '%s",
		"port = \"%s\"", "grace = \"%s\"", "local = 1\nverify = \"%s\"", "password = \"env:CLARION_TEST_UNSET\"\nratio = \"%s\"",
	} {
		text := office + "[[channel]]\nname = \"m\"\nkind = \"email\"\nhost = \"h\"\n" + fmt.Sprintf(line, secretValue)
		found := faults(t, text)
		if len(found) == 0 || strings.Contains(found.Error(), secretValue) {
			t.Errorf("%s: %v", line, found)
		}
	}
}
