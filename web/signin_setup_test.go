package web

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"clarion/accounts"
	"clarion/people"
	"clarion/store"
)

const password = "violin tundra magnet soup"

// hashed is hashed once: it takes its time by design.
var hashed = sync.OnceValues(func() (string, error) { return people.HashPassword(password) })

// pigeon keeps what was mailed.
type pigeon struct {
	text string
	to   []string
}

func (p *pigeon) Tell(to []string, _, text string) { p.to, p.text = append(p.to, to...), text }

// lobby is the sign-in pages over a store of its own, and one visitor. Its
// people are ada, who is an author everywhere, and mallory, who is nothing.
type lobby struct {
	*testing.T
	store    *store.Store
	accounts *accounts.Accounts
	sessions *Sessions
	pages    *SignIn
	mail     *pigeon
	server   *httptest.Server
	browser  *http.Client
	faults   []string
}

func openLobby(t *testing.T, https bool) *lobby {
	t.Helper()
	t.Parallel()
	s, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := &lobby{T: t, store: s, mail: &pigeon{}}
	t.Cleanup(func() { _ = s.Close() }) // some tests close it
	l.accounts = accounts.New(s, accounts.Settings{
		Office: "Rivers", ResetLink: func(code string) string { return baseURL + "/signin/choose?code=" + code }, Teller: l.mail,
	})
	l.sessions = NewSessions(s.Sessions(), l.accounts, https)
	l.hire("ada", people.Author)
	l.hire("mallory")
	l.pages = NewSignIn(SignInSettings{
		Accounts: l.accounts, Sessions: l.sessions, OfficeName: "Rivers <& Coasts>",
		Fault: func(doing string, err error) { l.faults = append(l.faults, doing+": "+err.Error()) },
	})
	l.server = httptest.NewServer(l.pages)
	t.Cleanup(l.server.Close)
	l.browser = l.newBrowser()
	return l
}

func (l *lobby) hire(name string, roles ...people.Role) {
	l.Helper()
	hash, err := hashed()
	l.no(err)
	l.no(l.store.Update(l.Context(), time.Now(), func(t *store.Tx) error {
		l.no(t.PutPerson(people.Person{Name: name, FullName: strings.ToUpper(name), Email: name + "@example.org", Kind: people.Human}))
		l.no(t.SetGrants(name, people.Everywhere, roles))
		return t.SetPassword(name, hash)
	}))
}

// newBrowser keeps cookies and follows no redirect.
func (l *lobby) newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	l.no(err)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (l *lobby) no(err error) {
	l.Helper()
	if err != nil {
		l.Fatalf("unexpected: %v", err)
	}
}

func (l *lobby) do(r *http.Request) received {
	l.Helper()
	response, err := l.browser.Do(r)
	l.no(err)
	defer func() { _ = response.Body.Close() }() // it was read
	content, err := io.ReadAll(response.Body)
	l.no(err)
	return received{response.StatusCode, response.Header, string(content)}
}

func (l *lobby) request(method, path string, body io.Reader) *http.Request {
	l.Helper()
	r, err := http.NewRequestWithContext(l.Context(), method, l.server.URL+path, body)
	l.no(err)
	return r
}

func (l *lobby) get(path string) received {
	l.Helper()
	return l.do(l.request(http.MethodGet, path, nil))
}

// post sends a form whose fields and values alternate.
func (l *lobby) post(path string, fields ...string) received {
	l.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := l.request(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return l.do(r)
}

// shows checks a page's status and words.
func (l *lobby) shows(got received, status int, words ...string) {
	l.Helper()
	if got.status != status {
		l.Errorf("it answers %d, want %d: %s", got.status, status, got.body)
	}
	for _, w := range words {
		if !strings.Contains(got.body, w) {
			l.Errorf("it does not say %q: %s", w, got.body)
		}
	}
}

// leads checks that an answer leads elsewhere.
func (l *lobby) leads(got received, to string) {
	l.Helper()
	if got.status != http.StatusSeeOther || got.header.Get("Location") != to {
		l.Errorf("it answers %d to %q, want it to lead to %s: %s", got.status, got.header.Get("Location"), to, got.body)
	}
}

// enter signs ada in with her password and perhaps a code.
func (l *lobby) enter(code ...string) {
	l.Helper()
	l.leads(l.post("/signin", "name", "ada", "password", password, "code", strings.Join(code, "")), "/account")
	l.shows(l.get("/account"), http.StatusOK, "You are signed in as ADA (ada).", "author everywhere")
}

// outside checks that nobody is signed in.
func (l *lobby) outside() {
	l.Helper()
	l.leads(l.get("/account"), "/signin")
}

// cookie is the session's as the browser keeps it; empty without one.
func (l *lobby) cookie() string {
	l.Helper()
	address, err := url.Parse(l.server.URL)
	l.no(err)
	for _, c := range l.browser.Jar.Cookies(address) {
		if c.Name == "clarion_session" {
			return c.Value
		}
	}
	return ""
}

// find gives what stands in a page between two texts.
func (l *lobby) find(page received, pattern string) []string {
	l.Helper()
	all := regexp.MustCompile(pattern).FindAllStringSubmatch(page.body, -1)
	if len(all) == 0 {
		l.Fatalf("the page has no %s: %s", pattern, page.body)
	}
	found := make([]string, len(all))
	for i, m := range all {
		found[i] = m[1]
	}
	return found
}

// codeAt gives a second factor's code some steps from now.
func (l *lobby) codeAt(secret string, step int) string {
	l.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(step)*30*time.Second))
	l.no(err)
	return code
}

// setUpFactor sets up ada's second factor, which ends her session.
func (l *lobby) setUpFactor() (secret string, recovery []string) {
	l.Helper()
	begun := l.get("/account/factor")
	l.shows(begun, http.StatusOK, "data:image/png;base64,", "Set up a second factor")
	secret = l.find(begun, `name="secret" value="([A-Z2-7]+)"`)[0]
	address := strings.ReplaceAll(l.find(begun, `name="address" value="([^"]+)"`)[0], "&amp;", "&")
	l.shows(l.post("/account/factor", "secret", secret, "address", address, "code", "000000", "password", password), http.StatusBadRequest, "The code does not fit", secret)
	l.shows(l.post("/account/factor", "secret", secret, "address", address, "code", l.codeAt(secret, 0), "password", "wrong"), http.StatusForbidden, "is wrong", secret)
	done := l.post("/account/factor", "secret", secret, "address", address, "code", l.codeAt(secret, 0), "password", password)
	l.shows(done, http.StatusOK, "Keep these recovery codes")
	return secret, l.find(done, `<code>([a-z2-7-]+)</code>`)
}
