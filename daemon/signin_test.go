package daemon

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/people"
	"clarion/sso/ssotest"
)

// answered is what came back without its body.
type answered struct {
	status  int
	leads   string // where it leads
	cookies []*http.Cookie
}

// ask sends a request over TCP and follows no redirect.
func (b *bundle) ask(method, path, cookie string, form url.Values) answered {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, "http://"+b.listen+path, strings.NewReader(form.Encode()))
	b.no(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	b.no(err)
	b.no(resp.Body.Close())
	return answered{resp.StatusCode, resp.Header.Get("Location"), resp.Cookies()}
}

// TestPeopleSignIn: the pages stand beside the newsroom, and a session outlives
// a restart.
func TestPeopleSignIn(t *testing.T) {
	b := setup(t, usual)
	if status, page := b.get("/signin"); status != http.StatusOK || !strings.Contains(page, "<h1>Sign in</h1>") || !strings.Contains(page, "Rivers") {
		t.Errorf("/signin answers %d: %s", status, page)
	}
	if status, page := b.get("/"); status != http.StatusOK || strings.Contains(page, "Sign in") {
		t.Errorf("the newsroom answers %d: %s", status, page)
	}
	in := b.ask(http.MethodPost, "/signin", "", url.Values{"name": {"ann"}, "password": {password}})
	if in.status != http.StatusSeeOther || len(in.cookies) != 1 {
		t.Fatalf("signing in answers %d with %v", in.status, in.cookies)
	}
	c := in.cookies[0]
	if c.Name != "__Host-clarion_session" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie behind https is %v", c)
	}
	cookie := c.Name + "=" + c.Value
	b.no(b.stop())
	b.no(b.tryStart())
	for path, want := range map[string]int{"/account": http.StatusOK, "/account/factor": http.StatusOK, "/account/other": http.StatusNotFound} {
		if resp := b.ask(http.MethodGet, path, cookie, nil); resp.status != want {
			t.Errorf("%s answers %d, want %d", path, resp.status, want)
		}
	}
	if resp := b.ask(http.MethodGet, "/account", "", nil); resp.status != http.StatusSeeOther || resp.leads != "/signin" {
		t.Errorf("without a session: %d to %q", resp.status, resp.leads)
	}
	if strings.Contains(b.log.String(), password) || strings.Contains(b.log.String(), c.Value) {
		t.Error("the log holds a secret")
	}
}

// TestForgottenPasswordGoesByTheAlertsChannel: the mail holds the link that the
// page takes.
func TestForgottenPasswordGoesByTheAlertsChannel(t *testing.T) {
	relay := newRelay(t, false)
	b := setup(t, usual+alertsTo+emailChannel("duty", relay.addr))
	p, err := b.store.Person(t.Context(), "ann")
	b.no(err)
	p.Email = "ann@staff.example.org"
	b.no(b.accounts.SetPerson(t.Context(), p, as("bob")))
	if resp := b.ask(http.MethodPost, "/signin/forgot", "", url.Values{"name": {"ann"}}); resp.status != http.StatusOK {
		t.Errorf("asking for a link answers %d", resp.status)
	}
	var mails []string
	b.await("the mail", func() bool {
		mails = relay.got("ann@staff.example.org")
		return len(mails) > 0
	})
	text := strings.ReplaceAll(strings.ReplaceAll(mails[0], "=\r\n", ""), "=3D", "=")
	_, rest, found := strings.Cut(text, "https://news.example.org/signin/choose?code=")
	code, _, _ := strings.Cut(rest, "\r\n")
	if !found {
		t.Fatalf("the mail holds no link: %s", text)
	}
	if resp := b.ask(http.MethodGet, "/signin/choose?code="+url.QueryEscape(code), "", nil); resp.status != http.StatusOK {
		t.Errorf("the link answers %d", resp.status)
	}
}

// TestSingleSignOn: what the configuration says reaches the provider, the pages
// and the roles.
func TestSingleSignOn(t *testing.T) {
	fake := ssotest.New(t, "leads")
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(ssotest.ClientSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	b := setup(t, usual+`
[oidc]
issuer = "`+fake.URL+`"
client_id = "`+ssotest.ClientID+`"
client_secret = "file:`+secret+`"
label = "the department"
[[oidc.role]]
group = "leads"
role = "approver"
department = "*"
`)
	if _, page := b.get("/signin"); !strings.Contains(page, "Sign in with the department") {
		t.Errorf("/signin offers no provider: %s", page)
	}
	left := b.ask(http.MethodGet, "/auth/login", "", nil)
	if left.status != http.StatusSeeOther || len(left.cookies) != 1 {
		t.Fatalf("beginning answers %d with %v", left.status, left.cookies)
	}
	back := "/auth/callback?" + fake.SignIn(t, left.leads).Encode()
	in := b.ask(http.MethodGet, back, left.cookies[0].Name+"="+left.cookies[0].Value, nil)
	if in.status != http.StatusSeeOther || in.leads != "/account" {
		t.Fatalf("coming back answers %d to %q", in.status, in.leads)
	}
	p, err := b.store.Person(t.Context(), "ada")
	b.no(err)
	if p.Subject != "sub-ada" || len(p.Grants) != 1 || p.Grants[0] != (people.Grant{Department: people.Everywhere, Role: people.Approver}) {
		t.Errorf("the person is %+v", p)
	}
	for _, s := range []string{ssotest.ClientSecret, "eyJ", left.cookies[0].Value} {
		if strings.Contains(b.log.String(), s) {
			t.Errorf("the log holds %q", s)
		}
	}
}
