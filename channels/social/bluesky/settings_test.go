package bluesky

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/channels"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*settings)
		key    string // of the fault; empty for none
	}{
		"as they are":             {func(*settings) {}, ""},
		"a slash at the end":      {func(s *settings) { s.Service = "https://pds.example.org/" }, ""},
		"http on this machine":    {func(s *settings) { s.Service = "http://localhost:2583" }, ""},
		"http on this network":    {func(s *settings) { s.Service = "http://10.1.2.3:2583" }, ""},
		"http on [::1]":           {func(s *settings) { s.Service = "http://[::1]:2583" }, ""},
		"http anywhere":           {func(s *settings) { s.Service = "http://bsky.social" }, "service"},
		"http that looks local":   {func(s *settings) { s.Service = "http://localhost.example.org" }, "service"},
		"another scheme":          {func(s *settings) { s.Service = "ftp://bsky.social" }, "service"},
		"no scheme":               {func(s *settings) { s.Service = "bsky.social" }, "service"},
		"a path":                  {func(s *settings) { s.Service = "https://bsky.social/xrpc" }, "service"},
		"a password in it":        {func(s *settings) { s.Service = "https://a:b@bsky.social" }, "service"},
		"no service":              {func(s *settings) { s.Service = "" }, "service"},
		"a DID":                   {func(s *settings) { s.Identifier = fakeDID }, ""},
		"no identifier":           {func(s *settings) { s.Identifier = "" }, "identifier"},
		"an @":                    {func(s *settings) { s.Identifier = "@office.example.org" }, "identifier"},
		"a mail address":          {func(s *settings) { s.Identifier = "press@example.org" }, "identifier"},
		"no password":             {func(s *settings) { s.AppPassword = channels.Secret{} }, "app_password"},
		"settles at once":         {func(s *settings) { s.SettleAfter = "999ms" }, "settle_after"},
		"settles in a second":     {func(s *settings) { s.SettleAfter = "1s" }, ""},
		"settles in an hour":      {func(s *settings) { s.SettleAfter = "1h" }, ""},
		"settles later":           {func(s *settings) { s.SettleAfter = "1h1s" }, "settle_after"},
		"settles who knows when":  {func(s *settings) { s.SettleAfter = "soon" }, "settle_after"},
		"three languages":         {func(s *settings) { s.Languages = []string{"en-GB", "cy", "ar"} }, ""},
		"four languages":          {func(s *settings) { s.Languages = []string{"en", "cy", "ar", "pl"} }, "languages"},
		"a language that is none": {func(s *settings) { s.Languages = []string{"English please"} }, "languages"},
	}
	for name, test := range tests {
		set := settings{
			Service: bskySocial, Identifier: "office.example.org", AppPassword: channels.NewSecret("x"), SettleAfter: "1m",
		}
		test.change(&set)
		err := set.complete()
		wrong, ok := errors.AsType[*channels.SettingError](err)
		if test.key == "" && err != nil || test.key != "" && (!ok || wrong.Key != test.key || wrong.Try == "") {
			t.Errorf("%s: %v", name, err)
		}
		if strings.HasSuffix(set.Service, "/") {
			t.Errorf("%s: the slash is still there", name)
		}
	}
}

func TestEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	refused := errors.New("unknown key")
	_, err := newChannel(channels.Settings{Decode: func(into any) error {
		*into.(*settings) = settings{SettleAfter: "?", Languages: []string{"?"}}
		return refused
	}})
	for _, part := range []string{"service", "identifier", "app_password", "settle_after", "languages", "unknown key"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	set, err := readSettings(channels.Settings{Decode: func(into any) error {
		s := into.(*settings)
		s.Identifier, s.AppPassword = "office.example.org", channels.NewSecret("x")
		return nil
	}})
	if err != nil || set.Service != "https://bsky.social" || set.settleAfter != time.Minute || len(set.Languages) != 0 {
		t.Errorf("got %+v, %v", set, err)
	}
}

func TestHandles(t *testing.T) {
	t.Parallel()
	good := []string{"a.co", "office.example.org", "xn--mnchen-3ya.example", "8.cn", "A-B.Example", strings.Repeat("a", 63) + ".org"}
	bad := []string{
		"", "office", ".org", "office.", "office..org", "-a.org", "a-.org", "a_b.org", "münchen.example", "127.0.0.1", "a.1st",
		strings.Repeat("a", 64) + ".org", strings.Repeat("a.", 126) + "ab", "a b.org",
	}
	for _, name := range slices.Concat(good, bad) {
		if want := slices.Contains(good, name); isHandle(name) != want {
			t.Errorf("%q: a handle %t, want %t", name, !want, want)
		}
	}
	if name := strings.Repeat("a.", 126) + "a"; !isHandle(name) || len(name) != maxHandle {
		t.Errorf("%d characters are refused", len(name))
	}
}

func TestDIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		fakeDID: true, "did:web:example.org": true, "did:web:localhost%3A8080": true, "did:plc:": false, "did:PLC:x": false,
		"plc:x": false, "did:plc:a b": false, "did:plc:x:": false, "": false,
		"did:x:" + strings.Repeat("a", maxDID-6): true, "did:x:" + strings.Repeat("a", maxDID-5): false,
	} {
		if isDID(id) != want {
			t.Errorf("%q: a DID %t, want %t", id, !want, want)
		}
	}
}
