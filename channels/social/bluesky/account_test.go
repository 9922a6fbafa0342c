package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/channels"
)

// reopened is another channel with the vault of the first, as after a restart.
func reopened(t *testing.T, c *Channel, f *fake) *Channel {
	t.Helper()
	next := f.channel(t)
	next.account.vault = c.account.vault
	return next
}

func mustCheck(t *testing.T, c *Channel) {
	t.Helper()
	if _, err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestASessionIsUsedAgain(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	mustCheck(t, c)
	mustCheck(t, c)
	mustCheck(t, reopened(t, c, f))
	if n := f.count("createSession"); n != 1 {
		t.Errorf("%d logins", n)
	}
	if name := c.account.vault.(*memoryVault).name; name != "bluesky" {
		t.Errorf("kept as %q", name)
	}
}

// A changed app password is tried at once, not when the session of the one
// before ends.
func TestAnotherPasswordSignsInAnew(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	mustCheck(t, c)
	f.on("createSession", says(http.StatusUnauthorized, "AuthenticationRequired", "Invalid identifier or password"))
	next := f.channel(t, func(s *settings) { s.AppPassword = channels.NewSecret("mistyped") })
	next.account.vault = c.account.vault
	if _, err := next.Check(t.Context()); err == nil || channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("a wrong password: %v", err)
	}
	if kept := string(c.account.vault.(*memoryVault).kept()); strings.Contains(kept, "mistyped") {
		t.Errorf("the password is kept: %s", kept)
	}
	mustCheck(t, reopened(t, c, f)) // set right again, the session is as good as before
	if n := f.count("createSession"); n != 2 {
		t.Errorf("%d logins", n)
	}
}

func TestWithoutAVaultASessionLastsAsLongAsTheProcess(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	c.account.vault = nil
	mustCheck(t, c)
	mustCheck(t, c)
	if n := f.count("createSession"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestASessionIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		left    time.Duration
		renewed int
	}{"long before": {margin + time.Minute, 0}, "shortly before": {margin - time.Second, 1}, "after": {-time.Hour, 1}} {
		f := newFake(t)
		c := f.channel(t)
		mustCheck(t, c)
		c.account.now = func() time.Time { return f.ends.Add(-test.left) }
		mustCheck(t, c)
		if n := f.count("refreshSession"); n != test.renewed || f.count("createSession") != 1 {
			t.Errorf("%s: renewed %d times, %d logins", name, n, f.count("createSession"))
		}
	}
}

// What the vault holds is bound to server, identifier and app password; anything
// else is worth a login and no more.
func TestOddVaults(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	first := f.channel(t)
	mustCheck(t, first)
	good := first.account.vault.(*memoryVault).kept()
	change := func(change func(*session)) []byte {
		var s session
		if err := json.Unmarshal(good, &s); err != nil {
			t.Fatal(err)
		}
		change(&s)
		b, _ := json.Marshal(s) // a session always marshals
		return b
	}
	for name, test := range map[string]struct {
		kept   []byte
		logins int
	}{
		"good":               {good, 0},
		"nothing":            {nil, 1},
		"cut short":          {good[:len(good)/2], 1},
		"not JSON":           {[]byte("\x00\x01"), 1},
		"JSON of a kind":     {[]byte(`["a"]`), 1},
		"of another server":  {change(func(s *session) { s.Service = "https://bsky.social" }), 1},
		"of another account": {change(func(s *session) { s.Identifier = "other.example.org" }), 1},
		"of an earlier password": {change(func(s *session) {
			s.Proof = settings{AppPassword: channels.NewSecret("earlier")}.proof(s.Refresh)
		}), 1},
		"without a proof":    {change(func(s *session) { s.Proof = "" }), 1},
		"without a token":    {change(func(s *session) { s.Refresh = "" }), 1},
		"without an account": {change(func(s *session) { s.DID = "?" }), 1},
		"sent elsewhere":     {change(func(s *session) { s.Host = "http://127.0.0.1:1" }), 1},
	} {
		before := f.count("createSession")
		c := f.channel(t)
		c.account.vault = &memoryVault{value: test.kept}
		mustCheck(t, c)
		if n := f.count("createSession") - before; n != test.logins {
			t.Errorf("%s: %d logins, want %d", name, n, test.logins)
		}
	}
}

func TestABrokenVaultStopsBeforeATokenIsUsed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	broken := &memoryVault{broken: errors.New("disk gone")}
	c.account.vault = broken
	for _, loaded := range []bool{false, true} {
		c.account.loaded = loaded // the second time only Save is broken
		if _, err := c.Check(t.Context()); channels.AsError(err).Class != channels.Temporary || !errors.Is(err, broken.broken) {
			t.Errorf("got %v", err)
		}
	}
	if n := f.count("getSession"); n != 0 {
		t.Errorf("a token that is not kept was used %d times", n)
	}
}

func TestSignInFaults(t *testing.T) {
	t.Parallel()
	reset := time.Now().Add(time.Hour).Unix()
	for name, test := range map[string]struct {
		answer reply
		class  channels.Class
		says   string
	}{
		"bad password":    {says(401, "AuthenticationRequired", "Invalid identifier or password"), channels.Unavailable, "check identifier and app_password"},
		"asks for a code": {says(401, "AuthFactorTokenRequired", "A code was sent"), channels.Unavailable, "use an app password"},
		"taken down":      {says(401, "AccountTakedown", "Account has been taken down"), channels.Unavailable, "taken down"},
		"bad request":     {says(400, "InvalidRequest", "Input must have identifier"), channels.Unavailable, "identifier"},
		"not a server":    {reply{status: 404, body: "<html>"}, channels.Unavailable, "404"},
		"no such method":  {says(501, "MethodNotImplemented", "Method Not Implemented"), channels.Unavailable, "Method"},
		"redirect":        {reply{status: 302, header: map[string]string{"Location": "/"}}, channels.Temporary, "302"},
		"too many logins": {reply{status: 429, header: map[string]string{"RateLimit-Reset": time.Unix(reset, 0).Format("05") + "x", "Retry-After": "60"}}, channels.RateLimited, "429"},
		"broken":          {says(500, "InternalServerError", "Internal Server Error"), channels.Temporary, "500"},
		"web page":        {reply{status: 200, body: "<html>it works!"}, channels.Temporary, "makes no sense"},
		"cut short":       {reply{status: 200, body: `{"accessJwt":"a.b.c","refr`}, channels.Temporary, "makes no sense"},
		"no tokens":       {reply{status: 200, body: `{"did":"` + fakeDID + `"}`}, channels.Temporary, "makes no sense"},
		"deactivated": {
			reply{status: 200, body: `{"accessJwt":"a","refreshJwt":"b","did":"` + fakeDID + `","active":false,"status":"deactivated"}`},
			channels.Unavailable, "is deactivated",
		},
		"lost": {reply{cut: true}, channels.Temporary, "could not be asked"},
	} {
		f := newFake(t)
		f.on("createSession", test.answer)
		_, err := f.channel(t).Check(t.Context())
		if e := channels.AsError(err); e == nil || e.Class != test.class || !strings.Contains(e.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
		if f.count("getSession") != 0 || f.count("createSession") != 1 {
			t.Errorf("%s: asked %q", name, f.methods())
		}
	}
}

func TestARefusedRenewalSignsInAnew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer reply
		class  channels.Class
		logins int
	}{
		"revoked":     {says(400, "ExpiredToken", "Token has been revoked"), channels.Unknown, 2},
		"not a token": {says(400, "InvalidToken", "Token could not be verified"), channels.Unknown, 2},
		"a bare 401":  {reply{status: 401}, channels.Unknown, 2},
		"broken":      {reply{status: 503}, channels.Temporary, 1},
		"lost":        {reply{cut: true}, channels.Temporary, 1},
		"no account":  {says(400, "InvalidRequest", "Could not find user info"), channels.Unavailable, 1},
	} {
		f := newFake(t)
		c := f.channel(t)
		mustCheck(t, c)
		c.account.now = func() time.Time { return f.ends }
		f.on("refreshSession", test.answer)
		_, err := c.Check(t.Context())
		if signsIn := test.logins == 2; signsIn != (err == nil) || err != nil && channels.AsError(err).Class != test.class {
			t.Errorf("%s: %v", name, err)
		}
		if n := f.count("createSession"); n != test.logins {
			t.Errorf("%s: %d logins, want %d", name, n, test.logins)
		}
	}
}

// Whoever finds the token refused at the same time renews it once.
func TestOneRenewalAtATime(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	mustCheck(t, c)
	refused := c.account.current.Load()
	done := make(chan error)
	for range 8 {
		go func() {
			_, err := c.account.renew(context.Background(), refused)
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := f.count("refreshSession"); n != 1 {
		t.Errorf("renewed %d times", n)
	}
}

func TestWaitingForATurnEndsWithItsContext(t *testing.T) {
	t.Parallel()
	c := offline(t)
	c.account.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ask := range []func() error{
		func() error { _, err := c.account.session(ctx); return err },
		func() error { _, err := c.account.renew(ctx, nil); return err },
	} {
		if err := ask(); channels.AsError(err).Class != channels.Temporary || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAnotherAccountIsRefused(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t, func(s *settings) { s.Identifier = "did:plc:another" })
	if _, err := c.Check(t.Context()); channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestHostFor(t *testing.T) {
	t.Parallel()
	const own = "https://morel.us-east.host.bsky.network"
	for _, test := range []struct{ service, endpoint, want string }{
		{bskySocial, own, own},
		{bskySocial, own + "/path", own},
		{bskySocial, "", bskySocial},
		{bskySocial, "http://morel.us-east.host.bsky.network", bskySocial},
		{bskySocial, "https://morel.host.bsky.network:8080", bskySocial},
		{bskySocial, "https://morel.host.bsky.network.evil.example", bskySocial},
		{bskySocial, "https://evilhost.bsky.network", bskySocial},
		{bskySocial, "https://a:b@morel.host.bsky.network", bskySocial},
		{bskySocial, "https://169.254.169.254", bskySocial},
		{bskySocial, ":", bskySocial},
		{"https://pds.example.org", own, "https://pds.example.org"},
	} {
		if got := hostFor(test.service, test.endpoint); got != test.want {
			t.Errorf("%s, %s: %s", test.service, test.endpoint, got)
		}
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`: "",
		`{"didDoc":{"service":[{"id":"#bsky_notif","serviceEndpoint":"https://a"},{"id":"#atproto_pds","serviceEndpoint":"https://b"}]}}`: "https://b",
		`{"didDoc":{"service":[{"id":"did:plc:x#atproto_pds","serviceEndpoint":"https://c"}]}}`:                                           "https://c",
		`{"didDoc":{"service":[{"id":"#atproto_pds","serviceEndpoint":{"uri":"https://d"}}]}}`:                                            "",
	} {
		var in signedIn
		if err := json.Unmarshal([]byte(body), &in); err != nil || in.endpoint() != want {
			t.Errorf("%s: %q, %v", body, in.endpoint(), err)
		}
	}
}

func FuzzTokenEnd(f *testing.F) {
	for _, token := range []string{"", "a.b.c", "e30.eyJleHAiOjE3MDAwMDAwMDB9.sig", "e30.eyJleHAiOi0xfQ.sig", "..", "a.e30.c"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		ends, told := tokenEnd(token)
		if told == ends.IsZero() || told && ends.Unix() <= 0 {
			t.Errorf("ends %s, told %t", ends, told)
		}
	})
}

func FuzzKeptSession(f *testing.F) {
	set := settings{Service: bskySocial, Identifier: "office.example.org"}
	f.Add([]byte(`{"service":"https://bsky.social","identifier":"office.example.org","did":"did:plc:x","host":"https://bsky.social","access":"a","refresh":"b"}`))
	f.Add([]byte(`{"host":"https://x.host.bsky.network"}`))
	f.Fuzz(func(t *testing.T, kept []byte) {
		s, ok := set.read(kept)
		if ok && (s.Service != set.Service || s.Identifier != set.Identifier || s.Access == "" || !strings.HasPrefix(s.Host, "https://")) {
			t.Errorf("takes %+v", s)
		}
	})
}
