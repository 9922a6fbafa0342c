package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"clarion/api"
	"clarion/audience"
	"clarion/channels/kinds"
	"clarion/client"
	"clarion/config"
	"clarion/message"
	"clarion/office"
)

var update = flag.Bool("update", false, "write the golden files")

// patience bounds every wait of these tests.
const patience = 30 * time.Second

// bundle is a daemon over a real store, real sockets and real channels.
type bundle struct {
	*testing.T
	*Daemon
	dir    string
	listen string
	config *config.Config
	log    *logbook
	posts  *postbox

	mu   sync.Mutex
	text string            // the configuration file as it stands now
	keys map[string]string // of sessions, by person
}

// usual are the channels of most tests; email needs a relay.
const usual = `
[office]
name = "Rivers"
zone = "Europe/London"
language = "en-GB"

[server]
base_url = "https://news.example.org"

[queue]
attempts = 2
backoff_first = "10ms"
backoff_max = "10ms"
stop_timeout = "5s"

[[channel]]
name = "web"
kind = "webfeed"

[[channel]]
name = "social"
kind = "rehearsal"

[[channel]]
name = "wire"
kind = "scripted"
`

func emailChannel(name, addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	return fmt.Sprintf("\n[[channel]]\nname = %q\nkind = \"email\"\nhost = %q\nport = %s\nsecurity = \"none\"\nfrom = \"Rivers <news@rivers.example.org>\"\n", name, host, port)
}

// prepare gives a daemon that is not made yet.
func prepare(t *testing.T, text string) *bundle {
	t.Helper()
	t.Parallel()
	dir, err := os.MkdirTemp("", "clarion") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b := &bundle{T: t, dir: filepath.Join(dir, "data"), listen: freeAddress(t), log: newLogbook(), posts: newPostbox(), text: text, keys: map[string]string{}}
	b.config, err = b.read()
	b.no(err)
	return b
}

// read reads the configuration as it stands.
func (b *bundle) read(more ...config.Option) (*config.Config, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	registry := append(kinds.All(), scriptedKind(), accountKind(b.posts))
	return config.Parse("clarion.toml", []byte(b.text), registry, append(more, config.Listen(b.listen))...)
}

// write changes the configuration file.
func (b *bundle) write(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = text
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (b *bundle) options() Options {
	return Options{Config: b.config, Dir: b.dir, Log: zerolog.New(b.log).Level(zerolog.DebugLevel), Version: "test", Again: b.read}
}

// start makes and starts the daemon; it is stopped at the end of the test.
func (b *bundle) start() *bundle {
	b.Helper()
	b.no(b.tryStart())
	b.Cleanup(func() { b.no(b.stop()) })
	return b
}

func (b *bundle) tryStart() error {
	d, err := New(b.Context(), b.options())
	if err != nil {
		return err
	}
	b.Daemon = d
	return d.Start(b.Context())
}

// stop may be called twice.
func (b *bundle) stop() error {
	if b.Daemon == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d := b.Daemon
	b.Daemon = nil
	return d.Stop(ctx)
}

func setup(t *testing.T, text string) *bundle {
	t.Helper()
	return prepare(t, text).start().furnish()
}

// furnish adds people and audiences.
func (b *bundle) furnish() *bundle {
	b.Helper()
	b.hire("ann", "bob", "cat")
	for _, name := range []string{"web", "social", "wire"} {
		b.audience(name, name)
	}
	return b
}

func (b *bundle) audience(name string, channels ...string) {
	b.Helper()
	b.no(b.office.SetAudience(b.Context(), audience.Audience{Name: name, Title: strings.ToUpper(name), Public: name == "web", Channels: channels}, as("ann")))
}

func as(name string) office.Actor { return office.Actor{Name: name, Verified: true} }

// subscribe fills an audience that email reaches.
func (b *bundle) subscribe(channel string, addresses ...string) {
	b.Helper()
	b.audience("readers", channel)
	_, err := b.office.Import(b.Context(), "readers", strings.NewReader("email\n"+strings.Join(addresses, "\n")+"\n"), false, as("ann"))
	b.no(err)
}

// approve adds a message to an audience and approves it, so that it is due.
func (b *bundle) approve(to string, keys ...string) string {
	b.Helper()
	id, digest := b.submit(to, keys...)
	_, err := b.office.Approve(b.Context(), id, digest, as("bob"))
	b.no(err)
	return id
}

// submit adds a message to an audience and puts it up for approval.
func (b *bundle) submit(to string, keys ...string) (id, digest string) {
	b.Helper()
	text := fmt.Sprintf("---\ntitle: Bridge opens\naudiences: [%s]\n%s\n---\nThe bridge opens on *Monday*.\n", to, strings.Join(keys, "\n"))
	added, err := b.office.Add(b.Context(), office.Draft{File: "bridge.md", Text: []byte(text)}, as("ann"))
	b.no(err)
	submitted, err := b.office.Submit(b.Context(), added.ID, as("ann"))
	b.no(err)
	return added.ID, submitted.Digest
}

// becomes waits for a message's state.
func (b *bundle) becomes(id string, state message.State) {
	b.Helper()
	b.await("message "+string(state), func() bool {
		detail, err := b.office.View(office.Owner()).Message(b.Context(), id)
		b.no(err)
		return detail.Message.State == state
	})
}

// await asks again and again, bounded in time.
func (b *bundle) await(what string, done func() bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Fatalf("waited %s for %s; the log:\n%s", patience, what, b.log)
		}
	}
}

// no ends the test on an error.
func (b *bundle) no(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("unexpected: %v", err)
	}
}

// api speaks to the daemon over its socket as somebody who signed in; as nobody
// if there is no name.
func (b *bundle) api(by string) *client.Client {
	b.Helper()
	c := client.Socket(filepath.Join(b.dir, SocketName))
	if by == "" {
		return c
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.keys[by] == "" {
		in, err := c.SignIn(b.Context(), api.SignIn{Name: by, Password: password})
		b.no(err)
		b.keys[by] = in.Key
	}
	return c.With(b.keys[by])
}

// get asks the daemon over TCP.
func (b *bundle) get(path string) (int, string) {
	b.Helper()
	resp, err := http.Get("http://" + b.listen + path)
	b.no(err)
	body, err := io.ReadAll(resp.Body)
	b.no(err)
	b.no(resp.Body.Close())
	return resp.StatusCode, string(body)
}

// line is one line of the log.
type line map[string]any

// logbook keeps a log, and tells of each line.
type logbook struct {
	mu    sync.Mutex
	lines [][]byte
	news  chan struct{}
}

func newLogbook() *logbook { return &logbook{news: make(chan struct{})} }

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, bytes.Clone(b))
	close(l.news)
	l.news = make(chan struct{})
	return len(b), nil
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(bytes.Join(l.lines, nil))
}

// all gives the lines that have every one of the wanted fields.
func (l *logbook) all(want line) (found []line, raw []string, news <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, text := range l.lines {
		var got line
		if err := json.Unmarshal(text, &got); err != nil {
			panic(fmt.Sprintf("a line of the log is no JSON: %q", text))
		}
		if got.has(want) {
			found, raw = append(found, got), append(raw, string(text))
		}
	}
	return found, raw, l.news
}

func (l line) has(want line) bool {
	for key, value := range want {
		if fmt.Sprint(l[key]) != fmt.Sprint(value) {
			return false
		}
	}
	return true
}

// logged waits for a line with the wanted fields, and gives the first.
func (b *bundle) logged(want line) line {
	b.Helper()
	timeout := time.After(patience)
	for {
		found, _, news := b.log.all(want)
		if len(found) > 0 {
			return found[0]
		}
		select {
		case <-news:
		case <-timeout:
			b.Fatalf("no line has %v; the log:\n%s", want, b.log)
		}
	}
}

// never checks that no line has the wanted fields.
func (b *bundle) never(want line) {
	b.Helper()
	if _, raw, _ := b.log.all(want); len(raw) > 0 {
		b.Errorf("lines have %v:\n%s", want, strings.Join(raw, ""))
	}
}
