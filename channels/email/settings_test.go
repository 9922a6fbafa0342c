package email

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	good := func() settings { return settings{Host: "mail.example.org", From: "press@example.org"} }
	cases := map[string]struct {
		change func(*settings)
		keys   []string // of the faults
	}{
		"least": {func(*settings) {}, nil},
		"all": {func(s *settings) {
			s.Port, s.Security, s.ReplyTo, s.ReturnPath, s.Helo = 2525, "tls", "A <a@example.org>", "b@example.org", "h.example.org"
		}, nil},
		"login":               {func(s *settings) { s.Username, s.Password = "u", channels.NewSecret("p") }, nil},
		"none on this host":   {func(s *settings) { s.Security, s.Host = "none", "localhost" }, nil},
		"none on ::1":         {func(s *settings) { s.Security, s.Host = "none", "::1" }, nil},
		"none elsewhere":      {func(s *settings) { s.Security = "none" }, []string{"security"}},
		"unknown security":    {func(s *settings) { s.Security = "ssl" }, []string{"security"}},
		"no host":             {func(s *settings) { s.Host = "" }, []string{"host"}},
		"host as address":     {func(s *settings) { s.Host = "smtp://mail.example.org" }, []string{"host"}},
		"first port":          {func(s *settings) { s.Port = 1 }, nil},
		"last port":           {func(s *settings) { s.Port = 65535 }, nil},
		"port below":          {func(s *settings) { s.Port = -1 }, []string{"port"}},
		"port above":          {func(s *settings) { s.Port = 65536 }, []string{"port"}},
		"no from":             {func(s *settings) { s.From = "" }, []string{"from"}},
		"from without domain": {func(s *settings) { s.From = "Press" }, []string{"from"}},
		"from with a line":    {func(s *settings) { s.From = "Press\r\nBcc: <a@example.org>" }, []string{"from"}},
		"from beyond ASCII":   {func(s *settings) { s.From = "siân@example.org" }, []string{"from"}},
		"password alone":      {func(s *settings) { s.Password = channels.NewSecret("p") }, []string{"username"}},
		"username alone":      {func(s *settings) { s.Username = "u" }, []string{"password"}},
		"bad helo":            {func(s *settings) { s.Helo = "a b" }, []string{"helo"}},
		"every fault at once": {
			func(s *settings) {
				*s = settings{Security: "x", Port: 70000, Username: "u", ReplyTo: "x", ReturnPath: "y", Helo: "\n"}
			},
			[]string{"host", "security", "port", "password", "from", "reply_to", "return_path", "helo"},
		},
	}
	for name, c := range cases {
		s := good()
		c.change(&s)
		_, err := Kind().New(channels.Settings{Decode: func(into any) error { *into.(*settings) = s; return nil }})
		if got := keys(err); !slices.Equal(got, c.keys) {
			t.Errorf("%s: faults of %v, want %v", name, got, c.keys)
		}
	}
}

// keys lists the keys of the joined setting errors.
func keys(err error) []string {
	if err == nil {
		return nil
	}
	if one, ok := err.(*channels.SettingError); ok { //nolint:errorlint // the tree is walked by hand
		return []string{one.Key}
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []string{err.Error()}
	}
	var found []string
	for _, e := range joined.Unwrap() {
		found = append(found, keys(e)...)
	}
	return found
}

func TestDecodeFaultsComeToo(t *testing.T) {
	t.Parallel()
	unknown := errors.New("unknown key")
	_, err := Kind().New(channels.Settings{Decode: func(any) error { return unknown }})
	if !errors.Is(err, unknown) || !slices.Contains(keys(err), "host") {
		t.Errorf("got %v", err)
	}
}

func TestDestination(t *testing.T) {
	t.Parallel()
	for security, endpoint := range map[string]string{
		"": "smtp://mail.example.org:587", "tls": "smtps://mail.example.org:465",
	} {
		ch := open(t, settings{
			Host: "mail.example.org", Security: security, From: "Press <press@example.org>",
			Username: "user", Password: channels.NewSecret("sesame"),
		})
		want := channels.Destination{Kind: "email", Endpoint: endpoint, Account: "user", Sender: "press@example.org"}
		if diff := cmp.Diff(want, ch.Destination()); diff != "" {
			t.Error(diff)
		}
	}
	if got := open(t, base("127.0.0.1:25")).Destination().Endpoint; got != "smtp://127.0.0.1:25" {
		t.Errorf("endpoint %s", got)
	}
}

func TestCapabilities(t *testing.T) {
	t.Parallel()
	want := channels.Capabilities{Addressed: true, Media: true, Concurrency: 10, Ahead: 32}
	if got := open(t, base("127.0.0.1:25")).Capabilities(); got != want {
		t.Errorf("got %+v", got)
	}
}
