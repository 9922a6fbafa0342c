package sso_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/sso"
	"clarion/sso/ssotest"
)

type object = map[string]any

// client is a provider as Clarion is configured for it.
func client(fake *ssotest.Provider, change ...func(*sso.Settings)) *sso.Provider {
	s := sso.Settings{
		Issuer: fake.URL, ClientID: ssotest.ClientID, ClientSecret: channels.NewSecret(ssotest.ClientSecret), RedirectURL: ssotest.RedirectURL,
		Scopes: []string{"openid", "profile"}, GroupsClaim: "groups", NameClaim: "name",
	}
	for _, c := range change {
		c(&s)
	}
	return sso.New(s)
}

// signIn walks the whole way. What the browser brings back may be changed.
func signIn(t *testing.T, fake *ssotest.Provider, p *sso.Provider, change func(*sso.Attempt, url.Values)) (sso.Identity, error) {
	t.Helper()
	address, attempt, err := p.Begin(t.Context(), false)
	if err != nil {
		return sso.Identity{}, err
	}
	answer := fake.SignIn(t, address)
	if change != nil {
		change(&attempt, answer)
	}
	return p.Finish(t.Context(), attempt, answer)
}

// refused checks an error's kind and words, and that nothing secret is in it.
func refused(t *testing.T, err error, kind sso.Kind, says string) {
	t.Helper()
	e, ok := errors.AsType[*sso.Error](err)
	if !ok || e.Kind != kind || !strings.Contains(e.Says, says) || e.Try == "" {
		t.Errorf("got %v, want kind %d saying %q", err, kind, says)
		return
	}
	for _, secret := range []string{ssotest.ClientSecret, "eyJ", "<script>", "secret"} {
		if strings.Contains(err.Error(), secret) && !strings.Contains(says, secret) && !strings.Contains(e.Try, "client_secret") {
			t.Errorf("%q holds %q", err, secret)
		}
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	fake := ssotest.New(t, "authors", "approvers")
	who, err := signIn(t, fake, client(fake), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := sso.Identity{
		Issuer: fake.URL, Subject: "sub-ada", Login: "ada", FullName: "Ada Okoro", Email: "ada@example.org",
		Groups: []string{"authors", "approvers"}, GroupsSaid: true,
	}
	if diff := cmp.Diff(want, who); diff != "" {
		t.Error(diff)
	}
}

func TestWhatABrowserIsSentWith(t *testing.T) {
	t.Parallel()
	fake := ssotest.New(t)
	p := client(fake, func(s *sso.Settings) { s.SecondFactor = []string{"mfa"} })
	address, a, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	_, b, err := p.Begin(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if a.State == b.State || a.Nonce == b.Nonce || a.Verifier == b.Verifier || a.State == a.Nonce || len(a.State) < 26 || len(a.Verifier) < 43 {
		t.Errorf("attempts %+v and %+v", a, b)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("state") != a.State || q.Get("nonce") != a.Nonce || q.Get("scope") != "openid profile" || q.Has("max_age") || strings.Contains(address, a.Verifier) {
		t.Errorf("it is sent to %s", address)
	}
	fresh, _, err := p.Begin(t.Context(), true)
	if err != nil || !strings.Contains(fresh, "max_age=60") || !strings.Contains(fresh, "acr_values=mfa") {
		t.Errorf("a fresh one is sent to %s, %v", fresh, err)
	}
}

// What the browser brings back is checked before anything is done about it.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*sso.Attempt, url.Values)
		kind   sso.Kind
		says   string
	}{
		"another state":      {func(_ *sso.Attempt, a url.Values) { a.Set("state", "x") }, sso.Stale, "was not begun in this browser"},
		"no state":           {func(_ *sso.Attempt, a url.Values) { a.Del("state") }, sso.Stale, "was not begun"},
		"no attempt":         {func(b *sso.Attempt, a url.Values) { *b = sso.Attempt{}; a.Set("state", "") }, sso.Stale, "was not begun"},
		"another issuer":     {func(_ *sso.Attempt, a url.Values) { a.Set("iss", "https://evil.example") }, sso.Wrong, "is not from the provider"},
		"no issuer":          {func(_ *sso.Attempt, a url.Values) { a.Del("iss") }, sso.Wrong, "is not from the provider"},
		"two states":         {func(_ *sso.Attempt, a url.Values) { a.Add("state", "x") }, sso.Stale, "says state twice"},
		"two codes":          {func(_ *sso.Attempt, a url.Values) { a.Add("code", "x") }, sso.Stale, "says code twice"},
		"no code":            {func(_ *sso.Attempt, a url.Values) { a.Del("code") }, sso.Stale, "has no code"},
		"another code":       {func(_ *sso.Attempt, a url.Values) { a.Set("code", "x") }, sso.Stale, "does not take this sign-in any more"},
		"another verifier":   {func(b *sso.Attempt, _ url.Values) { b.Verifier += "x" }, sso.Stale, "does not take this sign-in any more"},
		"another nonce":      {func(b *sso.Attempt, _ url.Values) { b.Nonce = "x" }, sso.Stale, "is of another sign-in"},
		"denied":             {func(_ *sso.Attempt, a url.Values) { a.Set("error", "access_denied") }, sso.Refused, "access_denied"},
		"down":               {func(_ *sso.Attempt, a url.Values) { a.Set("error", "temporarily_unavailable") }, sso.Unreachable, "temporarily_unavailable"},
		"misregistered":      {func(_ *sso.Attempt, a url.Values) { a.Set("error", "unsupported_response_type") }, sso.Wrong, "unsupported_response_type"},
		"a script for error": {func(_ *sso.Attempt, a url.Values) { a.Set("error", "<script>") }, sso.Wrong, "no known reason"},
		"an endless error":   {func(_ *sso.Attempt, a url.Values) { a.Set("error", strings.Repeat("a", 61)) }, sso.Wrong, "no known reason"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := ssotest.New(t)
			_, err := signIn(t, fake, client(fake), c.change)
			refused(t, err, c.kind, c.says)
		})
	}
}

// A provider that never names itself in its answers need not.
func TestIssuerThatIsNotNamed(t *testing.T) {
	t.Parallel()
	fake := ssotest.New(t)
	fake.NoIssuer = true
	fake.Discovery = func(d object) { delete(d, "authorization_response_iss_parameter_supported") }
	if _, err := signIn(t, fake, client(fake), nil); err != nil {
		t.Error(err)
	}
}

func TestACodeCountsOnce(t *testing.T) {
	t.Parallel()
	fake := ssotest.New(t)
	p := client(fake)
	address, attempt, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	answer := fake.SignIn(t, address)
	if _, err := p.Finish(t.Context(), attempt, answer); err != nil {
		t.Fatal(err)
	}
	_, err = p.Finish(t.Context(), attempt, answer)
	refused(t, err, sso.Stale, "does not take this sign-in any more")
}

func TestIDTokens(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, c := range map[string]struct {
		token func(object)
		kind  sso.Kind
		says  string // empty: good
	}{
		"another audience":     {func(c object) { c["aud"] = "somebody" }, sso.Wrong, "for another client"},
		"no audience":          {func(c object) { delete(c, "aud") }, sso.Wrong, "for another client"},
		"another party":        {func(c object) { c["azp"] = "somebody" }, sso.Wrong, "made for another client"},
		"two, and for whom":    {func(c object) { c["aud"] = []string{ssotest.ClientID, "x"} }, sso.Wrong, "made for another client"},
		"two, for us":          {func(c object) { c["aud"], c["azp"] = []string{ssotest.ClientID, "x"}, ssotest.ClientID }, 0, ""},
		"another issuer":       {func(c object) { c["iss"] = "https://evil.example" }, sso.Wrong, "from another issuer"},
		"another nonce":        {func(c object) { c["nonce"] = "x" }, sso.Stale, "is of another sign-in"},
		"no nonce":             {func(c object) { delete(c, "nonce") }, sso.Stale, "is of another sign-in"},
		"expired long ago":     {func(c object) { c["exp"] = at(-sso.Skew - 10*time.Second) }, sso.Wrong, "has expired"},
		"expired by the skew":  {func(c object) { c["exp"] = at(-sso.Skew + 10*time.Second) }, 0, ""},
		"no expiry":            {func(c object) { delete(c, "exp") }, sso.Wrong, "has expired"},
		"from the future":      {func(c object) { c["iat"] = at(sso.Skew + 10*time.Second) }, sso.Wrong, "from the future"},
		"a bit ahead":          {func(c object) { c["iat"] = at(sso.Skew - 10*time.Second) }, 0, ""},
		"not yet":              {func(c object) { c["nbf"] = at(10 * time.Minute) }, sso.Wrong, "does not hold yet"},
		"nobody":               {func(c object) { delete(c, "sub") }, sso.Wrong, "names nobody"},
		"an endless subject":   {func(c object) { c["sub"] = strings.Repeat("a", 256) }, sso.Wrong, "names nobody"},
		"a long subject":       {func(c object) { c["sub"] = strings.Repeat("a", 255) }, 0, ""},
		"a hidden subject":     {func(c object) { c["sub"] = "ada\x00" }, sso.Wrong, "names nobody"},
		"a subject, turned":    {func(c object) { c["sub"] = "a\u202eda" }, sso.Wrong, "names nobody"},
		"a subject of numbers": {func(c object) { c["sub"] = 7 }, sso.Wrong, "can't be read"},
		"groups elsewhere": {func(c object) {
			delete(c, "groups")
			c["_claim_names"], c["_claim_sources"] = object{"groups": "src1"}, object{"src1": object{"endpoint": "http://169.254.169.254/"}}
		}, sso.Refused, "more groups than the provider tells"},
		"groups as an object": {func(c object) { c["groups"] = object{"a": 1} }, sso.Refused, "is no list"},
		"groups as numbers":   {func(c object) { c["groups"] = []int{1} }, sso.Refused, "is no text"},
		"one group as text":   {func(c object) { c["groups"] = "a" }, 0, ""},
		"no groups":           {func(c object) { delete(c, "groups") }, 0, ""},
		"groups up to it":     {func(c object) { c["groups"] = many(sso.MaxGroups) }, 0, ""},
		"too many groups":     {func(c object) { c["groups"] = many(sso.MaxGroups + 1) }, sso.Refused, "more than 1000"},
		"a long group":        {func(c object) { c["groups"] = []string{strings.Repeat("g", sso.MaxGroup)} }, 0, ""},
		"an endless group":    {func(c object) { c["groups"] = []string{strings.Repeat("g", sso.MaxGroup+1)} }, sso.Refused, "longer than 256 bytes"},
		"a huge token":        {func(c object) { c["groups"] = many(200_000) }, sso.Unreachable, "asking for a token failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := ssotest.New(t, "g")
			fake.Token = c.token
			who, err := signIn(t, fake, client(fake), nil)
			if c.says == "" {
				if err != nil || who.Subject == "" {
					t.Errorf("got %+v, %v", who, err)
				}
				return
			}
			refused(t, err, c.kind, c.says)
		})
	}
}

func many(n int) []string {
	groups := make([]string, n)
	for i := range groups {
		groups[i] = fmt.Sprintf("group-%d", i)
	}
	return groups
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	other := ssotest.NewKey(t)
	for name, sign := range map[string]func(payload []byte) string{
		"none": func(p []byte) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(p) + "."
		},
		"another key":       func(p []byte) string { return ssotest.SignWith(other, jose.ES256, p) },
		"the client's own":  func(p []byte) string { return ssotest.SignWith([]byte(strings.Repeat("k", 32)), jose.HS256, p) },
		"no token":          func([]byte) string { return "x" },
		"three empty parts": func([]byte) string { return ".." },
		"the payload swapped": func(p []byte) string {
			parts := strings.Split(ssotest.SignWith(other, jose.ES256, p), ".")
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{}`)) + "." + parts[2]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := ssotest.New(t)
			fake.Sign = sign
			_, err := signIn(t, fake, client(fake), nil)
			refused(t, err, sso.Wrong, "is not signed as it must be")
		})
	}
	t.Run("without any", func(t *testing.T) {
		t.Parallel()
		fake := ssotest.New(t)
		fake.Sign = func([]byte) string { return "" }
		_, err := signIn(t, fake, client(fake), nil)
		refused(t, err, sso.Wrong, "gave no ID token")
	})
}

func TestProvidersThatFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*ssotest.Provider)
		kind sso.Kind
		says string
	}{
		"down": {func(f *ssotest.Provider) {
			f.Broken = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<script>", http.StatusBadGateway) }
		}, sso.Unreachable, "can't be reached"},
		"not JSON": {func(f *ssotest.Provider) {
			f.Broken = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }
		}, sso.Unreachable, "can't be used"},
		"elsewhere": {func(f *ssotest.Provider) {
			f.Broken = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
			}
		}, sso.Unreachable, "can't be used"},
		"endless": {func(f *ssotest.Provider) {
			f.Broken = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat(" ", 1<<20+1)) }
		}, sso.Unreachable, "over 1048576 bytes"},
		"cut off": {func(f *ssotest.Provider) {
			f.Broken = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		}, sso.Unreachable, "no connection"},
		"another name":      {func(f *ssotest.Provider) { f.Discovery = func(d object) { d["issuer"] = "https://evil.example" } }, sso.Wrong, "by another name"},
		"no token endpoint": {func(f *ssotest.Provider) { f.Discovery = func(d object) { delete(d, "token_endpoint") } }, sso.Wrong, "no usable endpoints"},
		"a plain endpoint": {func(f *ssotest.Provider) {
			f.Discovery = func(d object) { d["token_endpoint"] = "http://127.0.0.1:1/" }
		}, sso.Wrong, "no usable endpoints"},
		"a script": {func(f *ssotest.Provider) {
			f.Discovery = func(d object) { d["authorization_endpoint"] = "javascript:alert(1)" }
		}, sso.Wrong, "no usable endpoints"},
		"a token endpoint inside": {func(f *ssotest.Provider) {
			f.Discovery = func(d object) { d["token_endpoint"] = "https://169.254.169.254/token" }
		}, sso.Unreachable, "inside a network"},
		"keys inside":      {func(f *ssotest.Provider) { f.Discovery = func(d object) { d["jwks_uri"] = "https://127.0.0.1:1/jwks" } }, sso.Unreachable, "keys could not be had"},
		"plain keys":       {func(f *ssotest.Provider) { f.Discovery = func(d object) { d["jwks_uri"] = "http://localhost:1/jwks" } }, sso.Unreachable, "keys could not be had"},
		"a client unknown": {func(f *ssotest.Provider) { f.TokenFail = "invalid_client" }, sso.Wrong, "does not accept Clarion itself"},
		"another error":    {func(f *ssotest.Provider) { f.TokenFail = "invalid_scope" }, sso.Wrong, "invalid_scope"},
		"no word":          {func(f *ssotest.Provider) { f.TokenFail = "<script>" }, sso.Wrong, "no known reason"},
		"refuses":          {func(f *ssotest.Provider) { f.Refuse = "login_required" }, sso.Refused, "login_required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := ssotest.New(t)
			c.set(fake)
			_, err := signIn(t, fake, client(fake), nil)
			refused(t, err, c.kind, c.says)
		})
	}
}

// A provider that was down is not asked for each visitor, and one that was
// reached once goes on while its discovery is down.
func TestDiscoveryIsRemembered(t *testing.T) {
	t.Parallel()
	fake := ssotest.New(t)
	asked := 0
	fake.Broken = func(w http.ResponseWriter, _ *http.Request) { asked++; w.WriteHeader(http.StatusBadGateway) }
	p := client(fake)
	for range 5 {
		_, _, err := p.Begin(t.Context(), false)
		refused(t, err, sso.Unreachable, "can't be reached")
	}
	fake.Lock()
	defer fake.Unlock()
	if asked != 1 {
		t.Errorf("it was asked %d times", asked)
	}
}

func TestUserInfo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		info object
		says string
	}{
		"tells the groups":    {object{"sub": "sub-ada", "groups": []string{"authors"}, "email": "evil@example.org"}, ""},
		"is of somebody else": {object{"sub": "sub-eve", "groups": []string{"admins"}}, "of somebody else"},
		"is of nobody":        {object{"groups": []string{"admins"}}, "of somebody else"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := ssotest.New(t)
			delete(fake.Account, "groups")
			fake.UserInfo = c.info
			who, err := signIn(t, fake, client(fake), nil)
			if c.says != "" {
				refused(t, err, sso.Wrong, c.says)
				return
			}
			if err != nil || !who.GroupsSaid || len(who.Groups) != 1 || who.Email != "ada@example.org" {
				t.Errorf("got %+v, %v", who, err)
			}
		})
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		email    any
		verified any
		in       bool
	}{
		{"ada@example.org", true, true}, {"ada@EXAMPLE.org", true, true}, {"ada@example.org", "true", true},
		{"ada@example.org", false, false}, {"ada@example.org", nil, false}, {"ada@example.org.evil.example", true, false},
		{"ada@sub.example.org", true, false}, {"", true, false}, {7, true, false}, {"example.org", true, false}, {"@example.org", true, false},
	} {
		fake := ssotest.New(t)
		fake.Account["email"], fake.Account["email_verified"] = c.email, c.verified
		_, err := signIn(t, fake, client(fake, func(s *sso.Settings) { s.AllowedDomains = []string{"example.org"} }), nil)
		if c.in && err != nil {
			t.Errorf("%v (%v): %v", c.email, c.verified, err)
		}
		if !c.in {
			refused(t, err, sso.Refused, "of a domain that is let in")
		}
	}
}

func TestSecondFactorOfTheProvider(t *testing.T) {
	t.Parallel()
	long := time.Now().Add(-time.Hour).Unix()
	for name, c := range map[string]struct {
		token func(object)
		says  func(time.Time) bool
	}{
		"acr":           {func(c object) { c["acr"] = "urn:two" }, recent},
		"amr":           {func(c object) { c["amr"] = []string{"pwd", "mfa"} }, recent},
		"another":       {func(c object) { c["acr"], c["amr"] = "urn:one", []string{"pwd"} }, time.Time.IsZero},
		"long ago":      {func(c object) { c["acr"], c["auth_time"] = "urn:two", long }, func(at time.Time) bool { return at.Unix() == long }},
		"nobody knows":  {func(c object) { c["acr"] = "urn:two"; delete(c, "auth_time") }, time.Time.IsZero},
		"in the future": {func(c object) { c["acr"], c["auth_time"] = "urn:two", time.Now().Add(time.Hour).Unix() }, recent},
		"no time":       {func(c object) { c["acr"], c["auth_time"] = "urn:two", "soon" }, time.Time.IsZero},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := ssotest.New(t)
			fake.Token = c.token
			who, err := signIn(t, fake, client(fake, func(s *sso.Settings) { s.SecondFactor = []string{"urn:two", "mfa"} }), nil)
			if err != nil || !c.says(who.Proved) {
				t.Errorf("proved %s, %v", who.Proved, err)
			}
		})
	}
}

func recent(at time.Time) bool { return time.Since(at) >= 0 && time.Since(at) < time.Minute }

func TestClaimsByPath(t *testing.T) {
	t.Parallel()
	for claim, groups := range map[string]object{
		"realm_access.roles":        {"realm_access": object{"roles": []string{"a"}}},
		"https://example.org/roles": {"https://example.org/roles": []string{"a"}},
		"cognito:groups":            {"cognito:groups": []string{"a"}},
	} {
		fake := ssotest.New(t)
		fake.Token = func(c object) {
			delete(c, "groups")
			for k, v := range groups {
				c[k] = v
			}
		}
		who, err := signIn(t, fake, client(fake, func(s *sso.Settings) { s.GroupsClaim = claim }), nil)
		if err != nil || len(who.Groups) != 1 || who.Groups[0] != "a" {
			t.Errorf("%s: %+v, %v", claim, who, err)
		}
	}
}

func TestSignOutAddress(t *testing.T) {
	t.Parallel()
	fake := ssotest.New(t)
	if got, want := client(fake).SignOutAddress(t.Context()), fake.URL+"/end?client_id=clarion"; got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
	for _, end := range []any{nil, "", "http://evil.example/", "javascript:alert(1)", "https://a:b@example.org/"} {
		other := ssotest.New(t)
		other.Discovery = func(d object) { d["end_session_endpoint"] = end }
		if got := client(other).SignOutAddress(t.Context()); got != "" {
			t.Errorf("%v: %s", end, got)
		}
	}
}

// FuzzClaims: whatever a provider signs, nobody is let in half.
func FuzzClaims(f *testing.F) {
	f.Add(`{"groups":["a"],"name":"Ada"}`)
	f.Add(`{"groups":{"a":1},"name":7,"_claim_names":{"groups":"x"}}`)
	f.Add(`{"sub":"a\u0000","amr":[1,null,"mfa"],"auth_time":1e300}`)
	fake := ssotest.New(f)
	p := client(fake, func(s *sso.Settings) { s.SecondFactor = []string{"mfa"} })
	f.Fuzz(func(t *testing.T, text string) {
		var more object
		if json.Unmarshal([]byte(text), &more) != nil {
			return
		}
		fake.Lock()
		fake.Token = func(c object) {
			for k, v := range more {
				c[k] = v
			}
		}
		fake.Unlock()
		who, err := signIn(t, fake, p, nil)
		if err != nil {
			if _, ok := errors.AsType[*sso.Error](err); !ok {
				t.Errorf("an error without words: %v", err)
			}
			return
		}
		if who.Subject == "" || len(who.Subject) > 255 || who.Proved.After(time.Now()) || len(who.Groups) > sso.MaxGroups {
			t.Errorf("let in %+v", who)
		}
	})
}
