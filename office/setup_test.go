package office_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/pelletier/go-toml/v2"

	"clarion/audience"
	"clarion/channels"
	"clarion/channels/kinds"
	"clarion/freeze"
	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// fakeQueue counts what the office tells the queue.
type fakeQueue struct {
	woken, reloaded atomic.Int64
	fails           error
	look            func() (message.Look, error)

	mu     sync.Mutex
	paused []string // with the reason
}

func (q *fakeQueue) Pause(channel, reason string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.paused = append(q.paused, channel+": "+reason)
}

func (q *fakeQueue) Wake() { q.woken.Add(1) }

func (q *fakeQueue) Look(context.Context, int64) (message.Look, error) { return q.look() }

func (q *fakeQueue) Reload(context.Context) error {
	q.reloaded.Add(1)
	return q.fails
}

// bundle is an office over a real store with three real channels: web makes
// public pages, mastodon rehearses a network, email addresses people and is
// never dialled.
type bundle struct {
	*testing.T
	*office.Office
	office.View // of whoever has the data folder
	ctx         context.Context
	dir         string
	store       *store.Store
	queue       *fakeQueue
	stop        *freeze.Switch
	settings    office.Settings
	behind      *sql.DB // reads behind the store's back
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	return open(t)
}

func open(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{T: t, ctx: t.Context(), dir: t.TempDir(), queue: &fakeQueue{}}
	var err error
	b.store, err = store.Open(b.ctx, b.dir)
	b.no(err)
	b.behind, err = sql.Open("sqlite3", "file:"+filepath.Join(b.dir, "clarion.db")+"?mode=ro")
	b.no(err)
	t.Cleanup(func() {
		if err := errors.Join(b.behind.Close(), b.store.Close()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	b.stop = freeze.New(b.dir)
	b.settings = office.Settings{
		Language: "en-GB", Zone: "Europe/London", Department: "Rivers",
		Channels: []office.Channel{
			configured(t, "web", "webfeed", ""),
			configured(t, "mastodon", "rehearsal", ""),
			configured(t, "email", "email", `host = "127.0.0.1"
				port = 9
				security = "none"
				from = "Press Office <press@example.org>"`),
		},
		Links: office.Links{
			Page:        func(slug string) string { return "https://news.example.org/news/" + slug },
			Unsubscribe: func(r int64) string { return fmt.Sprintf("https://news.example.org/unsubscribe/%d", r) },
			AssetBase:   "https://news.example.org/media/", Zone: time.UTC,
		},
	}
	b.renew()
	b.furnish()
	return b
}

// renew makes the office anew, as its settings are now.
func (b *bundle) renew() {
	b.Office = office.New(b.store, b.queue, b.stop, b.settings)
	b.View = b.Office.View(office.Owner())
}

// furnish adds people and audiences.
func (b *bundle) furnish() {
	b.Helper()
	b.no(b.Furnish(b.ctx))
	for _, name := range staff() {
		b.hire(name, people.Everywhere, people.Roles()...)
	}
	for _, a := range []audience.Audience{
		{Name: "public", Title: "Everyone", Public: true, Channels: []string{"web", "mastodon"}},
		{Name: "partners", Title: "Partners", Public: true, Channels: []string{"web", "email"}},
		{Name: "press", Title: "Press", Channels: []string{"email"}},
		{Name: "council", Title: "Council"},
	} {
		b.no(b.SetAudience(b.ctx, a, ann()))
	}
}

// hire adds somebody who holds roles in a department.
func (b *bundle) hire(name, department string, roles ...people.Role) {
	b.Helper()
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error {
		p := people.Person{Name: name, FullName: fullName(name), Kind: people.Human}
		return errors.Join(t.PutPerson(p), t.SetGrants(name, department, roles))
	}))
}

// staff are the people who are known.
func staff() []string { return []string{"ann", "bob", "cat", "dan", "eve"} }

func fullName(name string) string { return strings.ToUpper(name[:1]) + name[1:] + " Surname-" + name }

func as(name string) office.Actor { return office.Actor{Name: name} }
func ann() office.Actor           { return as("ann") }
func bob() office.Actor           { return as("bob") }
func cat() office.Actor           { return as("cat") }

func configured(t *testing.T, name, kind, text string) office.Channel {
	t.Helper()
	k, ok := kinds.All().Lookup(kind)
	if !ok {
		t.Fatalf("no kind is called %q", kind)
	}
	c, err := k.New(channels.Settings{
		Name: name, Office: "Rivers", BaseURL: "https://news.example.org",
		Decode: func(into any) error {
			return toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(into)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return office.Channel{Name: name, Kind: kind, Channel: c}
}

// reconfigured is an office over the same store with other settings.
func (b *bundle) reconfigured(change func(*office.Settings)) *office.Office {
	s := b.settings
	s.Channels = append([]office.Channel(nil), s.Channels...)
	change(&s)
	return office.New(b.store, b.queue, b.stop, s)
}

// no ends the test on an error.
func (b *bundle) no(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("unexpected: %v", err)
	}
}

// draft is an announcement with keys of its own; a key given again takes the
// place of the usual one.
func draft(keys ...string) office.Draft {
	usual := [][2]string{{"title", "title: Bridge opens"}, {"audiences", "audiences: [public]"}}
	text := "---\n"
	for _, u := range usual {
		if !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, u[0]+":") }) {
			text += u[1] + "\n"
		}
	}
	for _, k := range keys {
		text += k + "\n"
	}
	return office.Draft{File: "bridge.md", Text: []byte(text + "---\nThe bridge opens on *Monday*.\n")}
}

// later is an instant of so far from now, as a file names it.
func later(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05Z") }

func (b *bundle) add(keys ...string) string {
	b.Helper()
	added, err := b.Add(b.ctx, draft(keys...), ann())
	b.no(err)
	return added.ID
}

func (b *bundle) submit(id string) string {
	b.Helper()
	submitted, err := b.Submit(b.ctx, id, ann())
	b.no(err)
	return submitted.Digest
}

// Approve is for where nobody asks for warnings.
func (b *bundle) Approve(ctx context.Context, id, digest string, by office.Actor) error {
	_, err := b.Office.Approve(ctx, id, digest, by)
	return err
}

// approved adds a message by ann that bob approved.
func (b *bundle) approved(keys ...string) string {
	b.Helper()
	id := b.add(keys...)
	b.no(b.Approve(b.ctx, id, b.submit(id), bob()))
	return id
}

func (b *bundle) detail(id string) office.Detail {
	b.Helper()
	d, err := b.Message(b.ctx, id)
	b.no(err)
	return d
}

// wants checks a message's state.
func (b *bundle) wants(id string, state message.State) office.Detail {
	b.Helper()
	d := b.detail(id)
	if d.Message.State != state {
		b.Errorf("message is %s (%s), want %s", d.Message.State, d.Message.Hold, state)
	}
	return d
}

// send is a message's send by a channel in a run.
func (b *bundle) send(id, channel string, run int) message.Send {
	b.Helper()
	for _, s := range b.detail(id).Sends {
		if s.Channel == channel && s.Run == run {
			return s
		}
	}
	b.Fatalf("message %s has no send by %s in run %d", id, channel, run)
	return message.Send{}
}

// refused checks that an error is a refusal with a code that says all parts,
// and gives it.
func (b *bundle) refused(err error, code office.Code, parts ...string) office.Refusal {
	b.Helper()
	r, ok := errors.AsType[*office.Refusal](err)
	if !ok {
		b.Fatalf("got %v, want a refusal", err)
	}
	if r.Code != code {
		b.Errorf("refused with code %d, want %d: %v", r.Code, code, err)
	}
	for _, part := range parts {
		if !strings.Contains(r.Error(), part) {
			b.Errorf("the refusal does not say %q: %v", part, r)
		}
	}
	discreet(b.T, err)
	return *r
}

// counts gives the number of rows of every table.
func (b *bundle) counts() map[string]int {
	b.Helper()
	var each []string
	for _, table := range b.strings("SELECT name FROM sqlite_master WHERE type = 'table'") {
		each = append(each, fmt.Sprintf("SELECT '%[1]s ' || count(*) FROM %[1]s", table))
	}
	rows := map[string]int{}
	for _, line := range b.strings(strings.Join(each, " UNION ALL ")) {
		table, n, _ := strings.Cut(line, " ")
		count, err := strconv.Atoi(n)
		b.no(err)
		rows[table] = count
	}
	return rows
}

// strings reads a column behind the store's back.
func (b *bundle) strings(query string) []string {
	b.Helper()
	rows, err := b.behind.QueryContext(b.ctx, query)
	b.no(err)
	defer func() { b.no(rows.Close()) }()
	var all []string
	for rows.Next() {
		all = append(all, "")
		b.no(rows.Scan(&all[len(all)-1]))
	}
	b.no(rows.Err())
	return all
}

// files lists the contents of assets in the data folder.
func (b *bundle) files() []string {
	b.Helper()
	found, err := filepath.Glob(filepath.Join(b.dir, "assets", "*", "*"))
	b.no(err)
	return found
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
