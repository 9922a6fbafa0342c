package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clarion/accounts"
	"clarion/channels"
	"clarion/people"
	"clarion/sso"
	"clarion/sso/ssotest"
)

// gate is a lobby whose people come from a provider: the group authors writes
// everywhere.
type gate struct {
	*lobby
	fake *ssotest.Provider
}

func openGate(t *testing.T, https bool, change ...func(*SingleSignOn)) *gate {
	t.Helper()
	l := openLobby(t, https)
	fake := ssotest.New(t, "authors")
	fake.Account["preferred_username"] = "zoe"
	fake.Account["name"] = "Zoë <b>Müller"
	l.accounts = accounts.New(l.store, accounts.Settings{
		Office: "Rivers", Outside: &accounts.Outside{
			Issuer: fake.URL, SessionAge: time.Hour, Rules: []people.GroupRule{{Group: "authors", Role: people.Author, Department: people.Everywhere}},
		},
		ConfirmLink: func(code string) string { return baseURL + "/signin/cli?code=" + code },
	})
	l.sessions = NewSessions(l.store.Sessions(), l.accounts, https)
	set := &SingleSignOn{Label: "Department <login>", Fresh: true, Provider: sso.New(sso.Settings{
		Issuer: fake.URL, ClientID: ssotest.ClientID, ClientSecret: channels.NewSecret(ssotest.ClientSecret), RedirectURL: ssotest.RedirectURL,
		Scopes: []string{"openid"}, GroupsClaim: "groups", NameClaim: "name", SecondFactor: []string{"mfa"},
	})}
	for _, c := range change {
		c(set)
	}
	l.pages = NewSignIn(SignInSettings{
		Accounts: l.accounts, Sessions: l.sessions, OfficeName: "Rivers", SSO: set,
		Fault: func(doing string, err error) { l.faults = append(l.faults, doing+": "+err.Error()) },
	})
	l.server.Config.Handler = l.pages
	return &gate{l, fake}
}

// leave goes to the provider and gives the path that it sends the browser back
// to.
func (g *gate) leave(path string) string {
	g.Helper()
	left := g.get(path)
	if left.status != http.StatusSeeOther || !strings.HasPrefix(left.header.Get("Location"), g.fake.URL+"/auth?") {
		g.Fatalf("it leads %d to %q: %s", left.status, left.header.Get("Location"), left.body)
	}
	return "/auth/callback?" + g.fake.SignIn(g, left.header.Get("Location")).Encode()
}

func (g *gate) comeIn() {
	g.Helper()
	g.leads(g.get(g.leave("/auth/login")), "/account")
}

func TestSingleSignOn(t *testing.T) {
	g := openGate(t, false)
	g.shows(g.get("/signin"), http.StatusOK, `<a href="/auth/login"><strong>Sign in with Department &lt;login&gt;</strong></a>`, `name="password"`)
	back := g.leave("/auth/login")
	g.leads(g.get(back), "/account")
	shown := g.get("/account")
	g.shows(shown, http.StatusOK, "You are signed in as Zoë &lt;b&gt;Müller (zoe).", "author everywhere", "follow your groups", `href="/auth/login?fresh=1"`)
	if strings.Contains(shown.body, "current-password") {
		t.Error("somebody without a password is asked for it")
	}
	key := g.cookie()
	g.shows(g.get(back), http.StatusBadRequest, "was not begun in this browser, or is over", "/signin")
	g.shows(g.post("/signout"), http.StatusOK, "You are signed out", `<a href="`+g.fake.URL+`/end?client_id=clarion">Sign out there as well</a>`)
	g.outside()
	if who := g.who("Bearer " + key); who != "" {
		t.Errorf("the key that was signed out is %s's", who)
	}
	if len(g.faults) > 0 {
		t.Errorf("faults: %q", g.faults)
	}
}

// A second factor that the provider asked for counts here, where it says so.
func TestSecondFactorAtTheProvider(t *testing.T) {
	g := openGate(t, false)
	proved := func() time.Time {
		ctx, err := g.sessions.manager.Load(t.Context(), g.cookie())
		g.no(err)
		return g.sessions.get(ctx).Proved
	}
	g.comeIn()
	if at := proved(); !at.IsZero() {
		t.Errorf("proved %s without one", at)
	}
	g.fake.Account["acr"] = "mfa"
	left := g.get("/auth/login?fresh=1").header.Get("Location")
	if !strings.Contains(left, "max_age=60") || !strings.Contains(left, "acr_values=mfa") {
		t.Errorf("it asks for no fresh one: %s", left)
	}
	g.leads(g.get("/auth/callback?"+g.fake.SignIn(g, left).Encode()), "/account")
	if at := proved(); time.Since(at) > time.Minute {
		t.Errorf("proved %s", at)
	}
}

// What is taken away at the provider is gone here, at the next sign-in at the
// latest, in every session.
func TestGroupTakenAway(t *testing.T) {
	g := openGate(t, false)
	g.comeIn()
	first := g.cookie()
	g.fake.Account["groups"] = []string{"choir"}
	g.browser = g.newBrowser()
	g.shows(g.get(g.leave("/auth/login")), http.StatusForbidden, "None of your groups gives a role here.", "Ask whoever looks after the groups")
	g.outside()
	if who := g.who("Bearer " + first); who != "" {
		t.Errorf("the session of before goes on as %s", who)
	}
}

func TestSessionsFromOutsideEnd(t *testing.T) {
	g := openGate(t, false)
	g.comeIn()
	ctx, err := g.sessions.manager.Load(t.Context(), g.cookie())
	g.no(err)
	of := g.sessions.get(ctx)
	if left := time.Until(of.Until); !of.Outside || left > time.Hour || left < 59*time.Minute || time.Since(of.Began) > time.Minute {
		t.Errorf("the session is %+v", of)
	}
}

// What comes back is that browser's, once, and nothing else begins a session.
func TestCallbacks(t *testing.T) {
	for name, c := range map[string]struct {
		path   func(*gate) string
		status int
		says   string
		faults int
	}{
		"out of nowhere":  {func(*gate) string { return "/auth/callback?code=x&state=y" }, http.StatusBadRequest, "was not begun in this browser", 0},
		"empty":           {func(*gate) string { return "/auth/callback" }, http.StatusBadRequest, "was not begun", 0},
		"another browser": {func(g *gate) string { p := g.leave("/auth/login"); g.browser = g.newBrowser(); return p }, http.StatusBadRequest, "was not begun", 0},
		"another state":   {func(g *gate) string { return strings.Replace(g.leave("/auth/login"), "state=", "state=x", 1) }, http.StatusBadRequest, "was not begun", 0},
		"an older one":    {func(g *gate) string { p := g.leave("/auth/login"); g.leave("/auth/login"); return p }, http.StatusBadRequest, "was not begun", 0},
		"another code":    {func(g *gate) string { return strings.Replace(g.leave("/auth/login"), "code=", "code=x", 1) }, http.StatusBadRequest, "does not take this sign-in any more", 0},
		"mixed up":        {func(g *gate) string { return strings.Replace(g.leave("/auth/login"), "iss=http", "iss=https", 1) }, http.StatusBadGateway, "is not from the provider", 1},
		"denied":          {func(g *gate) string { g.fake.Refuse = "access_denied"; return g.leave("/auth/login") }, http.StatusForbidden, "did not sign you in (access_denied)", 0},
		"a cookie made up": {func(g *gate) string {
			p := g.leave("/auth/login")
			at, err := url.Parse(g.server.URL)
			g.no(err)
			g.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "clarion_attempt", Value: "AAAA", Path: "/"}})
			return p
		}, http.StatusBadRequest, "was not begun", 0},
		"down": {func(g *gate) string { g.fake.Broken = http.NotFound; return "/auth/login" }, http.StatusServiceUnavailable, "can&#39;t be reached", 1},
		"another key": {func(g *gate) string {
			g.fake.Sign = func([]byte) string { return "a.b.c" }
			return g.leave("/auth/login")
		}, http.StatusBadGateway, "not signed as it must be", 1},
		"no groups": {func(g *gate) string { delete(g.fake.Account, "groups"); return g.leave("/auth/login") }, http.StatusForbidden, "told nothing of your groups", 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := openGate(t, false)
			got := g.get(c.path(g))
			g.shows(got, c.status, c.says, "<h1>", `href="/signin"`)
			g.outside()
			if len(g.faults) != c.faults {
				t.Errorf("faults: %q", g.faults)
			}
			for _, secret := range []string{ssotest.ClientSecret, "eyJ"} {
				if strings.Contains(got.body+strings.Join(g.faults, ""), secret) {
					t.Errorf("%q is shown or logged", secret)
				}
			}
		})
	}
}

// An answer that somebody else planted spends nothing.
func TestAPlantedAnswerLeavesTheSignInAlone(t *testing.T) {
	g := openGate(t, false)
	back := g.leave("/auth/login")
	g.shows(g.get("/auth/callback?code=x&state=y"), http.StatusBadRequest, "was not begun")
	g.leads(g.get(back), "/account")
}

// The cookie of an attempt that came back counts no more, even if the browser
// kept it.
func TestAttemptsCountOnce(t *testing.T) {
	g := openGate(t, false)
	left := g.get("/auth/login")
	cookie := (&http.Response{Header: left.header}).Cookies()[0]
	state := g.fake.SignIn(g, left.header.Get("Location"))
	again := func() received {
		r := g.request(http.MethodGet, "/auth/callback?"+state.Encode(), nil)
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
		g.browser = g.newBrowser()
		return g.do(r)
	}
	g.leads(again(), "/account")
	g.shows(again(), http.StatusBadRequest, "was not begun")
}

func TestFailedCallbacksMakeVisitorsWait(t *testing.T) {
	g := openGate(t, false)
	for range 20 {
		g.shows(g.get("/auth/callback?code=x&state=y"), http.StatusBadRequest)
	}
	g.shows(g.get("/auth/callback?code=x&state=y"), http.StatusTooManyRequests, "Too many sign-ins failed.", "Wait ")
	g.shows(g.get("/auth/login"), http.StatusTooManyRequests, "Too many sign-ins failed.")
}

func TestOnlySingleSignOn(t *testing.T) {
	g := openGate(t, false, func(s *SingleSignOn) { s.Only = true })
	g.shows(g.get("/signin"), http.StatusOK, "<details>", "Administrators: sign in with a password")
	g.shows(g.post("/signin", "name", "ada", "password", "wrong"), http.StatusForbidden, "<details open>")
}

func TestAttemptCookies(t *testing.T) {
	for name, https := range map[string]bool{"clarion_attempt": false, "__Host-clarion_attempt": true} {
		t.Run(name, func(t *testing.T) {
			g := openGate(t, https)
			c := (&http.Response{Header: g.get("/auth/login").header}).Cookies()
			if len(c) != 1 || c[0].Name != name || c[0].Secure != https || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].Path != "/" || c[0].MaxAge != 600 {
				t.Errorf("the cookies are %v", c)
			}
		})
	}
}

// Without a provider there is no such page.
func TestWithoutAProvider(t *testing.T) {
	l := openLobby(t, false)
	if got := l.get("/auth/login"); got.status != http.StatusNotFound {
		t.Errorf("it answers %d", got.status)
	}
	if got := l.get("/signin"); strings.Contains(got.body, "/auth/login") {
		t.Error("the page offers it")
	}
}

// Somebody without a password sets up a second factor by having signed in a
// moment ago.
func TestFactorOfSomebodyFromOutside(t *testing.T) {
	g := openGate(t, false)
	g.comeIn()
	begun := g.get("/account/factor")
	secret := g.find(begun, `name="secret" value="([A-Z2-7]+)"`)[0]
	if strings.Contains(begun.body, "current-password") {
		t.Error("a password is asked for")
	}
	g.shows(g.post("/account/factor", "secret", secret, "address", "otpauth://totp/x?secret="+secret, "code", g.codeAt(secret, 0)), http.StatusOK, "Keep these recovery codes")
	g.outside()
	g.comeIn()
	g.shows(g.get("/account"), http.StatusOK, "10 recovery codes are left")
}

// A command line goes on as whoever confirms it, who may have to sign in first.
func TestCommandLineByBrowser(t *testing.T) {
	g := openGate(t, false)
	h, err := g.accounts.BeginHandoff("ada on <mars>")
	g.no(err)
	path := strings.TrimPrefix(h.Address, baseURL)
	g.leads(g.get(path), "/signin?confirm="+h.Code)
	g.shows(g.get("/signin?confirm="+h.Code), http.StatusOK, "/auth/login?confirm="+h.Code, `name="confirm" value="`+h.Code)
	g.leads(g.get(g.leave("/auth/login?confirm="+h.Code)), path)
	g.shows(g.get(path), http.StatusOK, "You are signed in as zoe.", h.Code, "ada on &lt;mars&gt;", "do nothing")
	if _, confirmed, err := g.accounts.CollectHandoff(h.Code, h.Secret); confirmed || err != nil {
		t.Errorf("looking confirms it: %v", err)
	}
	g.shows(g.post("/signin/cli", "code", h.Code), http.StatusOK, "The command line goes on as zoe")
	s, confirmed, err := g.accounts.CollectHandoff(h.Code, h.Secret)
	g.no(err)
	if !confirmed || s.Person != "zoe" || !s.Outside || time.Until(s.Until) > time.Hour {
		t.Errorf("collected %+v", s)
	}
	key, expires, err := g.sessions.key(t.Context(), s)
	g.no(err)
	if who := g.who("Bearer " + key); who != "zoe" || time.Until(expires) > time.Hour {
		t.Errorf("the key is %s's until %s", who, expires)
	}
	g.shows(g.post("/signin/cli", "code", h.Code), http.StatusNotFound, "No command line waits with this code.")
	for _, code := range []string{"", "x", "//evil.example", "ABCD-EFGH%0d%0a", "abcd-efgh"} {
		g.browser = g.newBrowser()
		g.leads(g.get("/signin/cli?code="+code), "/signin")
	}
	r := g.request(http.MethodPost, "/signin/cli", strings.NewReader("code="+h.Code))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := g.do(r); got.status != http.StatusForbidden {
		t.Errorf("a form on another site: %d", got.status)
	}
}

// A password brings one back to the command line that waits, too.
func TestCommandLineByPassword(t *testing.T) {
	g := openGate(t, false)
	h, err := g.accounts.BeginHandoff("m")
	g.no(err)
	g.shows(g.post("/signin", "name", "ada", "password", "wrong", "confirm", h.Code), http.StatusForbidden, `name="confirm" value="`+h.Code)
	g.leads(g.post("/signin", "name", "ada", "password", password, "confirm", h.Code), "/signin/cli?code="+h.Code)
}
