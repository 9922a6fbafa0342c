//go:build servers

// Package signin tries single sign-on with a real provider.
package signin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"clarion/api"
	"clarion/channels/kinds"
	"clarion/client"
	"clarion/config"
	"clarion/daemon"
	"clarion/people"
)

const settings = `
[office]
name = "Press Office"
[oidc]
issuer = "%s"
client_id = "clarion"
client_secret = "env:CLARION_TEST_CLIENT_SECRET"
scopes = ["openid", "profile", "email", "groups"]
only = true
[[oidc.role]]
group = "publisher"
role = "publisher"
department = "*"
[[oidc.role]]
group = "approver"
role = "approver"
department = "*"
`

const (
	secret   = "clarion-secret"
	password = "violin tundra magnet soup"
)

// log keeps what was logged.
type log struct {
	sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.text.Write(p)
}

// office is a running daemon beside a real provider.
type office struct {
	*testing.T
	provider, base string
	dir            string
	log            log
	daemon         *daemon.Daemon
}

// open needs a provider, which test/servers/oidc.sh starts.
func open(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, provider: os.Getenv("CLARION_OIDC")}
	listen := os.Getenv("CLARION_OIDC_LISTEN")
	if o.provider == "" || listen == "" {
		t.Skip("CLARION_OIDC AND CLARION_OIDC_LISTEN NAME NO PROVIDER, nothing was tried")
	}
	t.Setenv("CLARION_TEST_CLIENT_SECRET", secret)
	c, err := config.Parse("clarion.toml", []byte(fmt.Sprintf(settings, o.provider)), kinds.All(), config.Listen(listen))
	o.no(err)
	dir, err := os.MkdirTemp("", "signin") // short enough for a socket
	o.no(err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	o.dir, o.base = filepath.Join(dir, "data"), c.Server.BaseURL
	o.daemon, err = daemon.New(t.Context(), daemon.Options{Config: c, Dir: o.dir, Log: zerolog.New(&o.log), Version: "test"})
	o.no(err)
	o.no(o.daemon.Start(t.Context()))
	t.Cleanup(func() { o.no(o.daemon.Stop(context.Background())) })
	o.no(o.daemon.Accounts().AddFirst(t.Context(), people.Person{Name: "ada", FullName: "Ada", Kind: people.Human}, password))
	return o
}

func (o *office) no(err error) {
	o.Helper()
	if err != nil {
		o.Fatalf("unexpected: %v", err)
	}
}

// groups sets the groups that somebody is in at the provider.
func (o *office) groups(name, list string) {
	o.Helper()
	b := newBrowser(o.T)
	r, err := http.NewRequestWithContext(o.Context(), http.MethodPut, o.provider+"/groups/"+name, strings.NewReader(list))
	o.no(err)
	resp, err := b.client.Do(r)
	o.no(err)
	o.no(resp.Body.Close())
	if resp.StatusCode != http.StatusNoContent {
		o.Fatalf("the provider answers %d", resp.StatusCode)
	}
}

// commandLine signs the command line in by a browser in which somebody is.
func (o *office) commandLine(b *browser) *client.Client {
	o.Helper()
	path, err := daemon.SocketPath(o.dir)
	o.no(err)
	c := client.Socket(path)
	wait, err := c.BeginBrowser(o.Context(), "the tests")
	o.no(err)
	b.shows(b.get(wait.Address), "/signin/cli", http.StatusOK, wait.Code, "the tests")
	b.shows(b.do(http.MethodPost, o.base+"/signin/cli", url.Values{"code": {wait.Code}}), "/signin/cli", http.StatusOK, "Go back to your terminal")
	in, err := c.CollectBrowser(o.Context(), wait)
	o.no(err)
	return c.With(in.Key)
}

func TestSingleSignOn(t *testing.T) {
	o := open(t)
	o.groups("alice", `["publisher","choir"]`)
	b := newBrowser(t)
	b.shows(b.get(o.base+"/signin"), "/signin", http.StatusOK, "Sign in with single sign-on")
	at, forms := b.signIn(o.base+"/auth/login", "alice")
	b.shows(at, "/account", http.StatusOK, "You are signed in as alice (alice).", "publisher everywhere")
	if forms == 0 {
		t.Error("the provider asked nothing")
	}

	var back string
	for _, address := range b.seen {
		if strings.HasPrefix(address, o.base+"/auth/callback?") {
			back = address
		}
	}
	if !strings.Contains(back, "iss="+url.QueryEscape(o.provider)) {
		t.Errorf("the answer %s does not name the issuer: mix-ups were not tried", back)
	}
	b.shows(b.get(back), "/auth/callback", http.StatusBadRequest, "was not begun in this browser, or is over")
	other := newBrowser(t)
	other.shows(other.get(back), "/auth/callback", http.StatusBadRequest, "was not begun")

	cli := o.commandLine(b)
	me, err := cli.Self(t.Context())
	o.no(err)
	if me.Name != "alice" || len(me.Roles) != 1 || me.Roles[0] != (api.Grant{Department: "*", Role: "publisher"}) || me.Subject != "alice" {
		t.Errorf("on the command line it is %+v", me)
	}

	o.groups("alice", `["approver"]`)
	at, forms = b.signIn(o.base+"/auth/login", "alice") // the provider knows her still
	b.shows(at, "/account", http.StatusOK, "approver everywhere")
	if strings.Contains(at.body, "publisher") || forms != 0 {
		t.Errorf("after %d forms: %s", forms, at.body)
	}
	_, err = cli.Self(t.Context())
	if refused, ok := errors.AsType[*api.Error](err); !ok || refused.Status != http.StatusUnauthorized {
		t.Errorf("the command line's session outlived the role: %v", err)
	}

	o.groups("alice", `[]`)
	at, _ = b.signIn(o.base+"/auth/login", "alice")
	b.shows(at, "/auth/callback", http.StatusForbidden, "None of your groups gives a role here.")
	b.shows(b.get(o.base+"/account"), "/signin", http.StatusOK)
	o.quiet()
}

func TestSigningOut(t *testing.T) {
	o := open(t)
	b := newBrowser(t)
	at, _ := b.signIn(o.base+"/auth/login", "bob")
	b.shows(at, "/account", http.StatusOK, "approver everywhere")
	out := b.do(http.MethodPost, o.base+"/signout", nil)
	b.shows(out, "/signout", http.StatusOK, "You are signed out")
	b.shows(b.get(o.base+"/account"), "/signin", http.StatusOK)
	at, forms := b.signIn(o.base+"/auth/login", "bob")
	b.shows(at, "/account", http.StatusOK)
	if forms != 0 {
		t.Error("the provider's own session had ended already")
	}

	there := regexp.MustCompile(`<a href="([^"]+)">Sign out there`).FindStringSubmatch(out.body)
	if there == nil {
		t.Fatalf("there is no way out at the provider: %s", out.body)
	}
	asks := b.get(html.UnescapeString(there[1]))
	action := form.FindStringSubmatch(asks.body)
	xsrf := regexp.MustCompile(`name="xsrf" value="([^"]+)"`).FindStringSubmatch(asks.body)
	if action == nil || xsrf == nil {
		t.Fatalf("the provider does not ask whether to sign out: %d %s", asks.status, asks.body)
	}
	b.do(http.MethodPost, html.UnescapeString(action[1]), url.Values{"xsrf": {xsrf[1]}, "logout": {"yes"}})
	if _, forms = b.signIn(o.base+"/auth/login", "bob"); forms == 0 {
		t.Error("the provider asks nothing after signing out there")
	}
	o.quiet()
}

// A stranger leaves nothing; a password is for administrators who are not
// linked.
func TestStrangersAndPasswords(t *testing.T) {
	o := open(t)
	b := newBrowser(t)
	at, _ := b.signIn(o.base+"/auth/login", "carol")
	b.shows(at, "/auth/callback", http.StatusForbidden, "None of your groups gives a role here.")
	ada := newBrowser(t)
	ada.shows(ada.do(http.MethodPost, o.base+"/signin", url.Values{"name": {"ada"}, "password": {password}}), "/account", http.StatusOK, "ada")
	all, err := o.commandLine(ada).People(t.Context())
	o.no(err)
	if len(all.People) != 1 {
		t.Errorf("there are %+v", all.People)
	}
	o.quiet()
}

// quiet checks that nothing secret was logged, nor any fault.
func (o *office) quiet() {
	o.Helper()
	o.log.Lock()
	defer o.log.Unlock()
	text := o.log.text.String()
	for _, s := range []string{secret, password, "eyJ", "code=", `"level":"error"`} {
		if strings.Contains(text, s) {
			o.Errorf("the log holds %q: %s", s, text)
		}
	}
}
