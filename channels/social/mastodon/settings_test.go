package mastodon

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clarion/channels"
)

func TestSettings(t *testing.T) {
	t.Setenv("CLARION_TEST_TOKEN", token)
	for _, test := range []struct{ line, faults string }{
		{`server = "https://m.example"`, ""},
		{`server = "https://m.example/"`, ""},
		{`server = "http://127.0.0.1:8090"`, ""},
		{`server = "http://10.1.2.3"`, ""},
		{`server = "http://[::1]:80"`, ""},
		{`server = "http://localhost:1"`, ""},
		{`server = "http://m.example"`, "server"},
		{`server = "http://93.184.216.34"`, "server"},
		{`server = "m.example"`, "server"},
		{`server = "ftp://m.example"`, "server"},
		{`server = "https://"`, "server"},
		{`server = "https://:443"`, "server"},
		{`server = "https://m.example/api"`, "server"},
		{`server = "https://m.example/?a"`, "server"},
		{`server = "https://me:pw@m.example"`, "server"},
		{`server = "https://m.example/#x"`, "server"},
		{`server = ""`, "server"},
		{"account = \"@office\"", ""},
		{"account = \"office\"", ""},
		{"account = \"@office@m.example\"", "account"},
		{"account = \"a b\"", "account"},
		{"visibility = \"unlisted\"", ""},
		{"visibility = \"private\"", ""},
		{"visibility = \"direct\"", "visibility"},
		{"visibility = \"Public\"", "visibility"},
		{"settle_after = \"1s\"", ""},
		{"settle_after = \"1h\"", ""},
		{"settle_after = \"999ms\"", "settle_after"},
		{"settle_after = \"61m\"", "settle_after"},
		{"token_expires = \"2027-05-01\"", ""},
		{"token_expires = \"May\"", "token_expires"},
		{"server = \"\"\naccount = \"?\"\nvisibility = \"x\"\nsettle_after = \"x\"\ntoken_expires = \"x\"",
			"account server settle_after token_expires visibility"},
	} {
		text := test.line + "\ntoken = \"env:CLARION_TEST_TOKEN\""
		if !strings.Contains(text, "server") {
			text += "\nserver = \"https://m.example\""
		}
		c, err := configured(text)
		if got := strings.Join(keys(err), " "); got != test.faults {
			t.Errorf("%s: faults %q, want %q: %v", test.line, got, test.faults, err)
		}
		if test.faults == "" && strings.Contains(fmt.Sprintf("%+v %#v %v", c, c, c.Destination()), token) {
			t.Errorf("%s: shows the token", test.line)
		}
	}
	if _, err := configured(`server = "https://m.example"`); !slices.Equal(keys(err), []string{"token"}) {
		t.Errorf("without a token: %v", err)
	}
	t.Setenv("CLARION_TEST_TOKEN", "two words")
	if _, err := configured("server = \"https://m.example\"\ntoken = \"env:CLARION_TEST_TOKEN\""); !slices.Equal(keys(err), []string{"token"}) ||
		strings.Contains(err.Error(), "two words") {
		t.Errorf("a token with a space: %v", err)
	}
}

// keys lists the keys of setting errors.
func keys(err error) []string {
	var all []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, keys(e)...)
		}
		slices.Sort(all)
		return all
	}
	if fault, ok := errors.AsType[*channels.SettingError](err); ok {
		return []string{fault.Key}
	}
	return nil
}

func TestDestination(t *testing.T) {
	one, other := open(t, "https://m.example/", ""), open(t, "https://m.example", "account = \"@office\"")
	if got := one.Destination(); got != (channels.Destination{Kind: "mastodon", Endpoint: "https://m.example"}) {
		t.Errorf("%+v", got)
	}
	if got := other.Destination(); got.Account != "office" || got.Fingerprint() == one.Destination().Fingerprint() {
		t.Errorf("%+v", got)
	}
}
