package web_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clarion/accounts"
	"clarion/api"
	"clarion/audience"
	"clarion/channels"
	"clarion/channels/kinds"
	"clarion/client"
	"clarion/config"
	"clarion/credentials"
	"clarion/freeze"
	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
	"clarion/web"
)

const testConfig = `
[office]
name = "Test Office"
zone = "Europe/London"
language = "en-GB"

[[channel]]
name = "web"
kind = "webfeed"

[[channel]]
name = "email"
kind = "email"
host = "localhost"
port = 2525
security = "none"
from = "Test Office <office@example.org>"

[[channel]]
name = "mastodon"
kind = "rehearsal"
`

// still is a queue that sends nothing.
type still struct{}

func (still) Wake()                        {}
func (still) Reload(context.Context) error { return nil }
func (still) Pause(string, string)         {}

func (still) Look(_ context.Context, send int64) (message.Look, error) {
	return message.Look{Verdict: channels.CannotTell, Evidence: "it is too early to say", To: message.SendUnknown}, nil
}

// faults gathers what the API hands to its hook.
type faults struct {
	mu  sync.Mutex
	all []string
}

func (f *faults) add(doing string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, doing+": "+err.Error())
}

func (f *faults) list() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.all...)
}

// desk is an API over a real store, with two authors and two audiences.
type desk struct {
	testing.TB
	dir            string
	store          *store.Store
	office         *office.Office
	accounts       *accounts.Accounts
	sessions       *web.Sessions
	api            *web.API
	faults         faults
	ada            *client.Client
	ben            *client.Client
	nobody         *client.Client
	adaKey, benKey string // of their sessions
}

func openDesk(t testing.TB) *desk {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // some tests close it
	cfg, err := config.Parse("test.toml", []byte(testConfig), kinds.All())
	if err != nil {
		t.Fatal(err)
	}
	settings := office.Settings{Vault: credentials.In(dir), Language: "en-GB", Zone: "Europe/London", Department: "Test Office", Links: office.Links{
		Page:        func(slug string) string { return "https://news.example.org/news/" + slug },
		Unsubscribe: func(int64) string { return "https://news.example.org/unsubscribe/token" },
		AssetBase:   "https://news.example.org/media/", Zone: time.UTC,
	}}
	for _, c := range cfg.Channels {
		settings.Channels = append(settings.Channels, office.Channel{Name: c.Name, Kind: c.Kind, Channel: c.Built})
	}
	d := &desk{TB: t, dir: dir, store: s, office: office.New(s, still{}, freeze.New(dir), settings)}
	d.no(d.office.Furnish(t.Context()))
	d.accounts = accounts.New(s, accounts.Settings{Office: "Test Office", ResetLink: func(code string) string { return "https://news.example.org/signin/choose?code=" + code }})
	d.sessions = web.NewSessions(s.Sessions(), d.accounts, false)
	d.serve(web.APISettings{})
	d.people()
	return d
}

// serve makes the API anew, with settings of a test.
func (d *desk) serve(s web.APISettings) {
	s.Office, s.Accounts, s.Sessions, s.Version, s.Fault = d.office, d.accounts, d.sessions, "test", d.faults.add
	d.api = web.NewAPI(s)
	c, stop := client.Local(d.api)
	d.Cleanup(func() { d.no(stop()) })
	d.nobody, d.ada, d.ben = c, c.With(d.adaKey), c.With(d.benKey)
}

const password = "violin tundra magnet soup"

// hashed is hashed once: it takes its time by design.
var hashed = sync.OnceValues(func() (string, error) { return people.HashPassword(password) })

// people signs ada in, who is the first and may do everything, and ben, who may
// as well.
func (d *desk) people() {
	d.Helper()
	d.no(d.nobody.SetPerson(d.Context(), "ada", api.PersonSettings{FullName: "Ada Okoro", Password: password}))
	d.adaKey = d.signedIn("ada")
	d.ada = d.nobody.With(d.adaKey)
	d.benKey = d.join("ben", "Ben Hughes", people.Everywhere, people.Roles()...)
	d.ben = d.nobody.With(d.benKey)
	for _, a := range []audience.Audience{
		{Name: "public", Title: "Everyone", Public: true, Channels: []string{"web", "mastodon"}},
		{Name: "press", Title: "Press", Channels: []string{"email"}},
	} {
		d.no(d.office.SetAudience(d.Context(), a, office.Actor{Name: "ada", Verified: true}))
	}
}

// join adds somebody with roles in a department and gives the key of their
// session.
func (d *desk) join(name, fullName, department string, roles ...people.Role) string {
	d.Helper()
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	d.no(d.ada.SetPerson(d.Context(), name, api.PersonSettings{FullName: fullName}))
	d.no(d.ada.SetRoles(d.Context(), name, api.Roles{Department: department, Roles: words}))
	hash, err := hashed()
	d.no(err)
	d.no(d.store.Update(d.Context(), time.Now(), func(t *store.Tx) error { return t.SetPassword(name, hash) }))
	return d.signedIn(name)
}

// signedIn gives the key of a new session.
func (d *desk) signedIn(name string) string {
	d.Helper()
	in, err := d.nobody.SignIn(d.Context(), api.SignIn{Name: name, Password: password})
	d.no(err)
	if in.Key == "" || in.Name != name || in.Expires.IsZero() {
		d.Fatalf("signed in as %+v", in)
	}
	return in.Key
}

func (d *desk) no(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// refused checks that an error is a refusal of a status whose text holds all
// of some words.
func (d *desk) refused(err error, status int, words ...string) {
	d.Helper()
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		d.Fatalf("got %v, want a refusal", err)
	}
	if e.Status != status {
		d.Errorf("status %d, want %d: %v", e.Status, status, e)
	}
	for _, w := range words {
		if !strings.Contains(e.Error(), w) {
			d.Errorf("%q does not say %q", e.Error(), w)
		}
	}
}

const sample = `---
title: The gauges are new
audiences: [public, press]
---

New gauges stand at **twelve** places.
`

// add adds a message and gives its id.
func (d *desk) add(text string) string {
	d.Helper()
	m, err := d.ada.Add(d.Context(), api.Draft{File: "gauges.md", Text: []byte(text)})
	d.no(err)
	return m.ID
}

// tried claims what is due on the channel mastodon and settles it as unknown or failed. It gives the send's number.
func (d *desk) tried(to message.SendState) int64 {
	d.Helper()
	all, err := d.office.View(office.Owner()).Channels(d.Context())
	d.no(err)
	const name = "mastodon"
	i := slices.IndexFunc(all, func(c office.ChannelDetail) bool { return c.Name == name })
	lane := message.Lane{Channel: name, Available: true, Fingerprint: all[i].Destination.Fingerprint(), Mode: message.Rehearsal}
	claims, err := d.store.Commit(d.Context(), nil, []message.ClaimRequest{{Lane: lane, Limit: 1}}, time.Now())
	d.no(err)
	if len(claims[0].Opened) != 1 {
		d.Fatalf("nothing of %s could be claimed: %+v", name, claims)
	}
	opened := claims[0].Opened[0]
	_, err = d.store.Commit(d.Context(), []message.Settlement{{
		Item: opened.Item, Attempt: opened.Attempt, OpenedAt: opened.At, ClosedAt: time.Now(),
		To: to, Failed: true, Class: channels.Permanent, Reason: "the destination said no", Mode: message.Rehearsal,
	}}, nil, time.Now())
	d.no(err)
	return opened.Item.Send
}

// approved adds, submits and approves a message.
func (d *desk) approved(text string) string {
	d.Helper()
	id := d.add(text)
	s, err := d.ada.Submit(d.Context(), id)
	d.no(err)
	_, err = d.ben.Approve(d.Context(), id, s.Digest)
	d.no(err)
	return id
}
