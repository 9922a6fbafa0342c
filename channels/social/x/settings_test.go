package x

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/channels"
)

// keys lists the keys of joined setting errors.
func keys(err error) []string {
	var all []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, keys(e)...)
		}
	} else if e, ok := errors.AsType[*channels.SettingError](err); ok {
		all = append(all, e.Key)
	}
	return all
}

func TestSettings(t *testing.T) {
	t.Parallel()
	secret := channels.NewSecret("s")
	both := []string{"client_id"}
	tests := map[string]struct {
		change func(s *settings)
		keys   []string
	}{
		"good":                  {func(*settings) {}, nil},
		"good by OAuth 2.0":     {func(s *settings) { *s = byOAuth2(s.API) }, nil},
		"a public client":       {func(s *settings) { *s = byOAuth2(s.API); s.ClientSecret = channels.Secret{} }, nil},
		"settle lowest":         {func(s *settings) { s.SettleAfter = time.Second }, nil},
		"settle highest":        {func(s *settings) { s.SettleAfter = time.Hour }, nil},
		"settle below":          {func(s *settings) { s.SettleAfter = time.Second - 1 }, []string{"settle_after"}},
		"settle above":          {func(s *settings) { s.SettleAfter = time.Hour + 1 }, []string{"settle_after"}},
		"handle longest":        {func(s *settings) { s.Handle = strings.Repeat("a", 15) }, nil},
		"handle too long":       {func(s *settings) { s.Handle = strings.Repeat("a", 16) }, []string{"handle"}},
		"handle with @":         {func(s *settings) { s.Handle = "@office" }, []string{"handle"}},
		"handle missing":        {func(s *settings) { s.Handle = "" }, []string{"handle"}},
		"http on loopback":      {func(s *settings) { s.API = "http://127.0.0.1:9200" }, nil},
		"http on localhost":     {func(s *settings) { s.API = "http://localhost:9200" }, nil},
		"http on IPv6 loopback": {func(s *settings) { s.API = "http://[::1]:9200" }, nil},
		"http on a private net": {func(s *settings) { s.API = "http://10.1.2.3" }, nil},
		"http in public":        {func(s *settings) { s.API = "http://api.x.com" }, []string{"api"}},
		"http on a public IP":   {func(s *settings) { s.API = "http://192.0.2.1" }, []string{"api"}},
		"a path":                {func(s *settings) { s.API = "https://api.x.com/2" }, []string{"api"}},
		"a slash":               {func(s *settings) { s.API = "https://api.x.com/" }, []string{"api"}},
		"a user":                {func(s *settings) { s.API = "https://u:p@api.x.com" }, []string{"api"}},
		"another scheme":        {func(s *settings) { s.API = "ftp://127.0.0.1" }, []string{"api"}},
		"no address":            {func(s *settings) { s.API = "api.x.com" }, []string{"api"}},
		"no address at all":     {func(s *settings) { s.API = "https://[" }, []string{"api"}},
		"no credentials":        {func(s *settings) { *s = settings{API: s.API, Handle: "a", SettleAfter: time.Minute} }, []string{"consumer_key"}},
		"half of OAuth 1.0a":    {func(s *settings) { s.ConsumerSecret, s.AccessSecret = channels.Secret{}, channels.Secret{} }, []string{"consumer_secret", "access_secret"}},
		"half of OAuth 2.0":     {func(s *settings) { *s = byOAuth2(s.API); s.RefreshToken = channels.Secret{} }, []string{"refresh_token"}},
		"a client secret alone": {func(s *settings) {
			*s = settings{API: s.API, Handle: "a", SettleAfter: time.Minute, ClientSecret: secret}
		}, []string{"client_id", "refresh_token"}},
		"both":                   {func(s *settings) { s.ClientID, s.RefreshToken = "c", secret }, both},
		"both, if only by a bit": {func(s *settings) { s.ClientSecret = secret }, both},
		"every fault at once":    {func(s *settings) { *s = settings{API: "x"} }, []string{"api", "handle", "consumer_key", "settle_after"}},
	}
	for name, test := range tests {
		own := byOAuth1(defaultAPI)
		test.change(&own)
		_, err := Kind().New(channels.Settings{Name: "town", Decode: func(into any) error { *into.(*settings) = own; return nil }})
		if got := keys(err); !slices.Equal(got, test.keys) {
			t.Errorf("%s: faults of %q, want %q", name, got, test.keys)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	var given settings
	_, err := Kind().New(channels.Settings{Decode: func(into any) error { given = *into.(*settings); return nil }})
	if given.API != "https://api.x.com" || given.SettleAfter != time.Minute {
		t.Errorf("got %q, %s", given.API, given.SettleAfter)
	}
	if !slices.Equal(keys(err), []string{"handle", "consumer_key"}) {
		t.Errorf("got %v", err)
	}
	unknown := errors.New("unknown key")
	if _, err := Kind().New(channels.Settings{Decode: func(any) error { return unknown }}); !errors.Is(err, unknown) {
		t.Errorf("got %v", err)
	}
}

func TestPrice(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]price{
		"0": 0, "0.015": 15_000, "0.2": 200_000, "1": 1_000_000, "0.000001": 1, "999999.999999": 999_999_999_999,
	} {
		var p price
		if err := p.UnmarshalText([]byte(text)); err != nil || p != want {
			t.Errorf("%s: got %d, %v", text, p, err)
		}
		var back price
		if written, err := json.Marshal(p); err != nil || json.Unmarshal(written, &back) != nil || back != p {
			t.Errorf("%s: written as %s", text, written)
		}
	}
	for _, text := range []string{"", ".5", "5.", "-1", "1,5", "1e3", "0.0000001", "1000000", "1.2.3", "£1", "١"} {
		var p price
		if err := p.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "; write") {
			t.Errorf("%q: got %d, %v", text, p, err)
		}
	}
}

func TestDestination(t *testing.T) {
	t.Parallel()
	one, two := byOAuth1(defaultAPI), byOAuth2(defaultAPI)
	two.Handle = "exampleoffice"
	a, b := made(t, one, nil).Destination(), made(t, two, nil).Destination()
	if a != b || a.Account != "@exampleoffice" || a.Endpoint != defaultAPI || a.Kind != "x" {
		t.Errorf("got %+v and %+v", a, b)
	}
}
