package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// heard is everything that the program said on the way of a test.
type heard struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all.String()
}

// spy walks the real program and listens.
type spy struct {
	*testing.T
	dir  string
	base string
	said *heard
	web  *http.Client
}

// newSpy lays out a folder whose channels hold secrets; their destinations say
// back what they were told.
func newSpy(t *testing.T) *spy {
	t.Helper()
	dir, err := os.MkdirTemp("", "spy") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &spy{T: t, dir: dir, base: "http://" + port, said: &heard{}, web: &http.Client{Jar: jar}}
	host, smtp, _ := net.SplitHostPort(echoingRelay(t))
	s.file("data/clarion.toml", fmt.Sprintf(office+`
[server]
listen = %q

[log]
level = "debug"

[queue]
attempts = 2
backoff_first = "10ms"
backoff_max = "10ms"

[[channel]]
name = "relay"
kind = "email"
host = %q
port = %s
security = "none"
username = "press"
password = "env:SPY_RELAY"
from = "Press Office <press@example.org>"
attempts = 1

[[channel]]
name = "intranet"
kind = "webhook"
url = "%s/hook"
secret = "file:%s"
attempts = 2
`, port, host, smtp, echoingReceiver(t), filepath.Join(dir, "hook")))
	s.file("hook", "whsec_"+base64.StdEncoding.EncodeToString([]byte(canaries()["hook"]))+"\n")
	s.file("right", canaries()["password"]+"\n")
	s.file("wrong", canaries()["wrong"]+"\n")
	s.file("note.md", "---\ntitle: Note\naudiences: [public, press]\n---\n\nText\n")
	s.file("press.csv", "email,name\n"+canaries()["subscriber"]+",Rhian\n")
	return s
}

// canaries are the secrets, each unlike anything else.
func canaries() map[string]string {
	return map[string]string{
		"relay": "RELAY-7f3kq-canary-xylophone", "hook": "HOOK-canary-29fj3-marmalade-0001", "password": "canary quartz bicycle umbrella velvet",
		"wrong": "wrong canary lighthouse pineapple zebra", "subscriber": "rhian.canary.49201@reader.example.org",
	}
}

func (s *spy) file(name, content string) {
	s.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *spy) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.Context(), "clarion", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "CLARION_USER=ada", "SPY_RELAY="+canaries()["relay"], "CLARION_DATA="+filepath.Join(s.dir, "data"), "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	return cmd
}

// run runs a verb and listens to all that it says; what it says is given, too.
func (s *spy) run(args ...string) string {
	s.Helper()
	out, _ := s.command(args...).CombinedOutput() // some are meant to fail
	// An argument may be a link, so the verb alone is written.
	_, _ = fmt.Fprintf(s.said, "$ %s\n%s", args[0], out)
	return string(out)
}

// tells runs a verb whose business is to show a secret once, and keeps what it
// says out of what was heard.
func (s *spy) tells(pattern string, args ...string) string {
	s.Helper()
	out, err := s.command(args...).CombinedOutput()
	found := regexp.MustCompile(pattern).FindStringSubmatch(string(out))
	if err != nil || found == nil {
		s.Fatalf("%v: %v: %s", args, err, out)
	}
	return found[1]
}

// visit asks for a page, with a form if there is one, and listens.
func (s *spy) visit(path string, form url.Values) {
	s.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(s.Context(), method, s.base+path, body)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.web.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	_, _ = fmt.Fprintf(s.said, "%s %s %d\n", method, path, resp.StatusCode)
	if _, err := io.Copy(s.said, resp.Body); err != nil {
		s.Fatal(err)
	}
}

// TestSecretsStayUnsaid walks the real program with secrets everywhere, through
// successes and failures, and listens to every log line, error, page, figure
// and answer.
func TestSecretsStayUnsaid(t *testing.T) {
	t.Parallel()
	s := newSpy(t)
	daemon := s.command("serve")
	daemon.Stdout, daemon.Stderr = s.said, s.said
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	over := time.NewTimer(patience)
	defer over.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !strings.Contains(s.said.String(), `"event":"ready"`) {
		select {
		case <-again.C:
		case <-over.C:
			t.Fatalf("the daemon does not start: %s", s.said)
		}
	}
	found := canaries()
	s.run("user", "add", "ada", "--first", "--full-name", "Ada", "--password-file", "right")
	s.run("login", "ada", "--password-file", "wrong")
	s.run("login", "ada", "--password-file", "right")
	s.run("user", "add", "ben", "--full-name", "Ben")
	s.run("user", "roles", "ben", "approver")
	found["link"] = s.tells(`(http\S+code=\w+)`, "user", "invite", "ben")
	s.run("user", "accept", found["link"], "--password-file", "right")
	_, found["link"], _ = strings.Cut(found["link"], "code=")
	s.run("login", "ben", "--password-file", "right")
	s.run("user", "add", "bot", "--full-name", "Bot", "--system")
	s.run("user", "roles", "bot", "author")
	s.run("login", "ada", "--password-file", "right") // a change of roles may have ended it
	found["token"] = s.tells(`(clarion_live_\w+)`, "token", "make", "bot", "--owner", "bot", "--scope", "draft")
	s.walk()
	sessions, err := os.ReadFile(filepath.Join(s.dir, ".config", "clarion", "sessions.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range regexp.MustCompile(`"([A-Za-z0-9_-]{40,})"`).FindAllSubmatch(sessions, -1) {
		found[fmt.Sprint("session ", i)] = string(key[1])
	}
	for _, c := range s.web.Jar.Cookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(s.base, "http://"), Path: "/"}) {
		found["cookie"] = c.Value
	}
	if found["cookie"] == "" || found["session 0"] == "" {
		t.Errorf("nobody is signed in: %s", s.said)
	}
	if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := daemon.Wait(); err != nil {
		t.Error(err)
	}
	s.run("status")
	s.run("ledger", "verify")
	said := s.said.String()
	for _, want := range []string{`"mechanism":"relay"`, `"mechanism":"intranet"`, "is wrong", "is approved", "[secret]", "webhook-signature", "# HELP", "You are signed in as Ada"} {
		if !strings.Contains(strings.ToLower(said), strings.ToLower(want)) {
			t.Errorf("the walk does not pass %s", want)
		}
	}
	for name, secret := range found {
		for form, text := range formsOf(secret) {
			if name == "subscriber" && form == "escaped" {
				continue
			}
			if i := strings.Index(said, text); i >= 0 {
				t.Errorf("%s is said, %s: …%s…", name, form, said[max(0, i-200):min(len(said), i+200)])
			}
		}
	}
}

// walk does what an office does, and what goes wrong in one.
func (s *spy) walk() {
	s.Helper()
	s.run("audience", "set", "public", "--title", "Everyone", "--public", "--channels", "web,intranet")
	s.run("audience", "set", "press", "--title", "Press", "--channels", "relay")
	s.run("audience", "import", "press", "press.csv")
	id := regexp.MustCompile(`(m\w+) is a draft`).FindStringSubmatch(s.run("message", "add", "note.md"))
	if id == nil {
		s.Fatalf("no draft: %s", s.said)
	}
	digest := regexp.MustCompile(`--digest (\w{64})`).FindStringSubmatch(s.run("message", "submit", id[1]))
	if digest == nil {
		s.Fatalf("no digest: %s", s.said)
	}
	s.run("user", "accept", s.base+"/signin/choose?code=made-up", "--password-file", "right")
	s.visit("/signin", url.Values{"name": {"ada"}, "password": {canaries()["wrong"]}})
	s.visit("/signin", url.Values{"name": {"ada"}, "password": {canaries()["password"]}})
	s.visit("/account/password", url.Values{"current": {canaries()["wrong"]}, "password": {canaries()["wrong"]}})
	s.run("channel", "resume", "relay")
	s.run("message", "approve", id[1], "--digest", digest[1], "--user", "ben")
	over := time.Now().Add(patience)
	for sent := ""; strings.Count(sent, `"state":"failed"`)+strings.Count(sent, `"state":"waiting"`) == 0 || strings.Count(sent, `"state":"sent"`) == 0; {
		if time.Now().After(over) {
			s.Fatalf("nothing was sent: %s", s.said)
		}
		sent = s.run("send", "list", "--json")
	}
	for _, verb := range []string{
		"status", "channel list", "channel list --json", "channel check relay", "channel check intranet", "config show", "config check", "user list --json", "token list --json", "whoami --json",
		"send list --json", "send show 1 --json", "send show 2 --json", "send show 3 --json", "audience list --json", "ledger export --json", "message show " + id[1] + " --json", "policy list --json",
		"reload", "freeze --reason x", "message show " + id[1] + " --rendering relay", "message show " + id[1] + " --rendering intranet", "nonsense", "login nobody --password-file wrong",
	} {
		s.run(strings.Fields(verb)...)
	}
	for _, path := range []string{"/", "/account", "/account/none", "/signin", "/metrics", "/healthz", "/readyz", "/feeds/all.atom", "/feeds/all.json", "/api/v1/openapi.json", "/corrections"} {
		s.visit(path, nil)
	}
}

// formsOf gives a secret as it may be written.
func formsOf(secret string) map[string]string {
	inner := base64.StdEncoding.EncodeToString([]byte(secret))
	return map[string]string{
		"as it is": secret, "in base64": strings.TrimRight(inner, "="), "in base64 of another place": base64.StdEncoding.EncodeToString([]byte("\x00press\x00" + secret))[12:],
		"in hex": hex.EncodeToString([]byte(secret)), "escaped": url.QueryEscape(secret),
	}
}

// echoingRelay refuses everybody, and says back what they said.
func echoingRelay(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }() // it is over
				_, _ = io.WriteString(c, "220 relay\r\n")
				for lines := bufio.NewScanner(c); lines.Scan(); {
					line := lines.Text()
					answer := "535 5.7.8 I do not know " + line
					if strings.HasPrefix(line, "EHLO") {
						answer = "250-relay\r\n250 AUTH PLAIN LOGIN"
					}
					if _, err := io.WriteString(c, answer+"\r\n"); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// echoingReceiver fails, and says back what it was told.
func echoingReceiver(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusForbidden)
		_ = r.Header.Write(w) // whoever asks may be gone
	}))
	t.Cleanup(server.Close)
	return server.URL
}
