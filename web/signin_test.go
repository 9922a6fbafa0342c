package web

import (
	"net/http"
	"strings"
	"testing"

	"clarion/office"
	"clarion/people"
)

func TestSigningInAndOut(t *testing.T) {
	l := openLobby(t, false)
	l.outside()
	l.shows(l.get("/signin"), http.StatusOK, "<h1>Sign in</h1>", `name="password"`, "Rivers &lt;&amp; Coasts&gt;")
	l.shows(l.post("/signin", "name", "ada", "password", "wrong"), http.StatusForbidden,
		"<title>Error: ", `role="alert"`, "Name, password or code is wrong.", `value="ada"`)
	l.shows(l.post("/signin", "name", `"><script>`, "password", "wrong"), http.StatusForbidden, `value="&#34;&gt;&lt;script&gt;"`)
	l.outside()
	l.enter()
	key := l.cookie()
	l.leads(l.post("/signout"), "/signin")
	l.outside()
	if who := l.who("Bearer " + key); who != "" {
		t.Errorf("the key of a session that was signed out is %s's", who)
	}
	if len(l.faults) > 0 {
		t.Errorf("faults: %q", l.faults)
	}
}

func TestFailuresMakeVisitorsWait(t *testing.T) {
	l := openLobby(t, false)
	for range 5 {
		l.shows(l.post("/signin", "name", "ada", "password", "wrong"), http.StatusForbidden)
	}
	l.shows(l.post("/signin", "name", "ada", "password", password), http.StatusTooManyRequests, "Too many sign-ins failed.", "Wait ")
	l.outside()
}

func TestSecondFactorPages(t *testing.T) {
	l := openLobby(t, false)
	l.enter()
	l.shows(l.get("/account"), http.StatusOK, "You have none.")
	secret, recovery := l.setUpFactor()
	if len(recovery) != people.RecoveryCodes {
		t.Errorf("%d recovery codes", len(recovery))
	}
	l.outside()
	asked := l.post("/signin", "name", "ada", "password", password)
	l.shows(asked, http.StatusOK, `name="code"`, "Your password is right.")
	l.outside()
	l.shows(l.post("/signin", "name", "ada", "password", password, "code", "000000"), http.StatusForbidden, `name="code"`, "is wrong")
	next := l.codeAt(secret, 1)
	l.enter(next)
	l.post("/signout")
	l.shows(l.post("/signin", "name", "ada", "password", password, "code", next), http.StatusForbidden, "is wrong") // each counts once
	l.enter(strings.ToUpper(recovery[0]))
	l.shows(l.get("/account"), http.StatusOK, "9 recovery codes are left")
	l.post("/signout")
	l.shows(l.post("/signin", "name", "ada", "password", password, "code", recovery[0]), http.StatusForbidden, "is wrong")
	l.enter(recovery[1])
	l.shows(l.post("/account/factor/drop", "code", "000000", "password", password), http.StatusBadRequest, "The code is wrong.", "Your account")
	l.shows(l.post("/account/factor/drop", "code", recovery[2], "password", "wrong"), http.StatusForbidden, "is wrong", "Your account")
	l.shows(l.post("/account/factor/drop", "code", recovery[2], "password", password), http.StatusOK, "Your second factor is gone")
	l.outside()
	l.enter()
}

// What is no second factor draws no picture.
func TestFactorFormsThatWereTamperedWith(t *testing.T) {
	l := openLobby(t, false)
	l.enter()
	for _, address := range []string{"", "https://example.org/", "otpauth://totp/x?secret=%zz", "\x7f"} {
		got := l.post("/account/factor", "secret", "AAAA", "address", address, "code", "1", "password", password)
		if got.status != http.StatusBadRequest {
			t.Errorf("%q: it answers %d: %s", address, got.status, got.body)
		}
	}
	if len(l.faults) > 0 {
		t.Errorf("faults: %q", l.faults)
	}
}

func TestChangingThePassword(t *testing.T) {
	l := openLobby(t, false)
	const fresh = "copper lantern walrus ninety"
	l.enter()
	elsewhere := l.key("ada")
	l.shows(l.post("/account/password", "old", "wrong", "password", fresh), http.StatusForbidden, "is wrong", "Your account")
	l.shows(l.post("/account/password", "old", password, "password", "short"), http.StatusBadRequest, `role="alert"`, "Your account")
	l.shows(l.get("/account"), http.StatusOK)
	l.shows(l.post("/account/password", "old", password, "password", fresh), http.StatusOK, "Your password is changed, and every session has ended.", `value="ada"`)
	l.outside()
	if who := l.who("Bearer " + elsewhere); who != "" {
		t.Errorf("another session goes on as %s", who)
	}
	l.shows(l.post("/signin", "name", "ada", "password", password), http.StatusForbidden, "is wrong")
	l.leads(l.post("/signin", "name", "ada", "password", fresh), "/account")
}

func TestForgottenPassword(t *testing.T) {
	l := openLobby(t, false)
	const fresh = "copper lantern walrus ninety"
	l.shows(l.get("/signin/forgot"), http.StatusOK, "Send me the link")
	nobody := l.post("/signin/forgot", "name", "nobody")
	l.shows(nobody, http.StatusOK, "If there is an account")
	if len(l.mail.to) > 0 {
		t.Errorf("mail went to %q", l.mail.to)
	}
	asked := l.post("/signin/forgot", "name", "ada")
	if asked.body != nobody.body || strings.Join(l.mail.to, ",") != "ada@example.org" {
		t.Errorf("mail went to %q; it says %s", l.mail.to, asked.body)
	}
	_, code, _ := strings.Cut(l.mail.text, "/signin/choose?code=")
	code, _, _ = strings.Cut(code, "\n")
	l.shows(l.get("/signin/choose?code="+code), http.StatusOK, "For ada.", code)
	l.shows(l.get("/signin/choose?code=x"), http.StatusNotFound, "This link does not hold any more.")
	l.shows(l.get("/signin/choose"), http.StatusNotFound)
	l.shows(l.post("/signin/choose", "code", code, "name", "ada", "password", "short"), http.StatusBadRequest, `role="alert"`, code)
	l.shows(l.post("/signin/choose", "code", code, "name", "mallory", "password", fresh), http.StatusOK, "Your password is set.", `value="ada"`)
	l.shows(l.post("/signin/choose", "code", code, "name", "ada", "password", fresh), http.StatusNotFound, "does not hold")
	l.leads(l.post("/signin", "name", "ada", "password", fresh), "/account")
}

func TestHeadersOfPages(t *testing.T) {
	l := openLobby(t, false)
	secure := func(name string, got received) {
		t.Helper()
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Permissions-Policy": unneeded, "Cross-Origin-Opener-Policy": "same-origin", crossOrigin: "same-origin", "Content-Type": "text/html; charset=utf-8",
		} {
			if got.header.Get(header) != want {
				t.Errorf("%s: %s is %q", name, header, got.header.Get(header))
			}
		}
		policy := got.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %s", name, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || strings.Contains(got.body, "<script") || strings.Contains(got.body, " style=") {
			t.Errorf("%s: scripts or styles of its own, with %q", name, policy)
		}
	}
	secure("sign in", l.get("/signin"))
	secure("refused", l.post("/signin", "name", "ada", "password", "wrong"))
	secure("forgot", l.get("/signin/forgot"))
	secure("no link", l.get("/signin/choose?code=x"))
	l.enter()
	secure("account", l.get("/account"))
	secure("factor", l.get("/account/factor"))
	l.no(l.store.Close())
	broken := l.get("/account")
	l.shows(broken, http.StatusInternalServerError, "Something went wrong")
	secure("a fault", broken)
	if len(l.faults) == 0 || strings.Contains(broken.body, "sql") {
		t.Errorf("faults %q, shown as %s", l.faults, broken.body)
	}
}

func TestCookies(t *testing.T) {
	for name, https := range map[string]bool{"clarion_session": false, "__Host-clarion_session": true} {
		t.Run(name, func(t *testing.T) {
			l := openLobby(t, https)
			if got := l.get("/signin"); len(got.header.Values("Set-Cookie")) != 0 {
				t.Errorf("a cookie before there is a session: %q", got.header.Values("Set-Cookie"))
			}
			got := l.post("/signin", "name", "ada", "password", password)
			all := (&http.Response{Header: got.header}).Cookies()
			if len(all) != 1 {
				t.Fatalf("the cookies are %v", all)
			}
			c := all[0]
			if c.Name != name || c.Secure != https || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) < 32 {
				t.Errorf("the cookie is %v", c)
			}
		})
	}
}

// A form on another site acts for nobody.
func TestCrossOriginFormsAreRefused(t *testing.T) {
	l := openLobby(t, false)
	l.enter()
	for name, header := range map[string][2]string{
		"another site": {"Sec-Fetch-Site", "cross-site"}, "a neighbour": {"Sec-Fetch-Site", "same-site"},
		"an old browser": {"Origin", "https://evil.example"}, "a sandbox": {"Origin", "null"},
	} {
		for _, path := range []string{"/signin", "/signout", "/account/password", "/account/factor", "/account/factor/drop", "/signin/choose", "/signin/forgot"} {
			r := l.request(http.MethodPost, path, strings.NewReader("name=ada"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header[0], header[1])
			if got := l.do(r); got.status != http.StatusForbidden {
				t.Errorf("%s: POST %s answers %d", name, path, got.status)
			}
		}
	}
	l.shows(l.get("/account"), http.StatusOK)
	if len(l.mail.to) > 0 {
		t.Error("a link was mailed")
	}
	r := l.request(http.MethodPost, "/signout", nil)
	r.Header.Set("Origin", l.server.URL)
	l.leads(l.do(r), "/signin")
}

// A key that somebody else knows is worth nothing after signing in with it.
func TestPlantedSessions(t *testing.T) {
	l := openLobby(t, false)
	l.leads(l.post("/signin", "name", "mallory", "password", password), "/account")
	planted := l.cookie()
	l.enter() // in a browser that holds mallory's session
	if l.cookie() == planted || l.cookie() == "" {
		t.Error("the key was not renewed")
	}
	if who := l.who("Bearer " + planted); who != "" {
		t.Errorf("the planted key is %s's", who)
	}
	l.browser = l.newBrowser()
	r := l.request(http.MethodGet, "/account", nil)
	r.AddCookie(&http.Cookie{Name: "clarion_session", Value: "made-up"})
	l.leads(l.do(r), "/signin")
	r = l.request(http.MethodPost, "/signin", strings.NewReader("name=ada&password="+strings.ReplaceAll(password, " ", "+")))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "clarion_session", Value: "made-up"})
	l.leads(l.do(r), "/account")
	if l.cookie() == "made-up" || l.cookie() == "" {
		t.Error("a made-up key was taken over")
	}
}

func TestSignInBodyLimit(t *testing.T) {
	l := openLobby(t, false)
	for over, want := range map[int]int{-1: http.StatusForbidden, 0: http.StatusForbidden, 1: http.StatusBadRequest} {
		body := "name=nobody&password="
		body += strings.Repeat("x", maxSignInBody+over-len(body))
		r := l.request(http.MethodPost, "/signin", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := l.do(r); got.status != want {
			t.Errorf("%+d bytes: %d, want %d", over, got.status, want)
		}
	}
	l.shows(l.post("/signin?a=%zz"), http.StatusBadRequest, "could not be read")
}

// Whoever is disabled is out at the next request.
func TestLeaversAreOut(t *testing.T) {
	l := openLobby(t, false)
	l.enter()
	l.hire("boss", people.Admin)
	l.no(l.accounts.Disable(t.Context(), "ada", office.Actor{Name: "boss", Verified: true}))
	l.outside()
	l.shows(l.post("/signin", "name", "ada", "password", password), http.StatusForbidden, "is wrong")
}

func TestServesItsPagesOnly(t *testing.T) {
	t.Parallel()
	in := &SignIn{}
	for path, want := range map[string]bool{
		"/signin": true, "/signin/forgot": true, "/signout": true, "/account": true, "/account/x": true,
		"/": false, "/signing": false, "/accounts": false, "/news/signin": false, "/signout/": false, "//signin": false,
	} {
		if got := in.Serves(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
