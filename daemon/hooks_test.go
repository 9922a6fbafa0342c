package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clarion/api"
	"clarion/channels"
	"clarion/channels/receiver"
	"clarion/hooks"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// told is one event as a system of the office's own got it.
type told struct {
	ID   string `json:"-"`
	Type string
	Data map[string]any
}

// system is told what happens.
type system struct {
	*httptest.Server
	status   atomic.Int64
	verifier *standardwebhooks.Webhook
	mu       sync.Mutex
	events   []told
	unsigned int
}

func newSystem(t *testing.T) *system {
	t.Helper()
	s := &system{}
	s.status.Store(http.StatusNoContent)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil || s.verifier.Verify(body, r.Header) != nil {
			s.unsigned++
		}
		e := told{ID: r.Header.Get("webhook-id")}
		_ = json.Unmarshal(body, &e)
		s.events = append(s.events, e)
		w.WriteHeader(int(s.status.Load()))
	}))
	t.Cleanup(s.Close)
	return s
}

// of gives what came of a type.
func (s *system) of(typ string) []told {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(func(yield func(told) bool) {
		for _, e := range s.events {
			if e.Type == typ && !yield(e) {
				return
			}
		}
	})
}

// allowing lets hooks reach systems inside.
func allowing(all ...*system) string {
	var urls []string
	for _, s := range all {
		urls = append(urls, fmt.Sprintf("%q", s.URL))
	}
	return "\n[hooks]\nallow = [" + strings.Join(urls, ", ") + "]\n"
}

// hook has a system told.
func (b *bundle) hook(name string, s *system, types ...string) {
	b.Helper()
	made, err := b.api("ann").AddHook(b.Context(), api.HookRequest{Name: name, URL: s.URL + "/hooks", Types: types})
	b.no(err)
	verifier, err := standardwebhooks.NewWebhook(made.Secret)
	b.no(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verifier = verifier
}

// hookBefore has a system told of everything that a daemon does, its start
// included.
func (b *bundle) hookBefore(name string, s *system) {
	b.Helper()
	h := hooks.Hook{Name: name, URL: s.URL + "/hooks", Types: hooks.Types(), Secret: receiver.NewSecret()}
	before, err := store.Open(b.Context(), b.dir)
	b.no(err)
	b.no(before.Update(b.Context(), time.Now(), func(t *store.Tx) error { return t.InsertHook(h) }))
	b.no(before.Close())
	s.verifier, err = standardwebhooks.NewWebhook(h.Secret.Reveal())
	b.no(err)
}

// first waits for an event of a type.
func (b *bundle) first(s *system, typ string) told {
	b.Helper()
	b.await(typ, func() bool { return len(s.of(typ)) > 0 })
	return s.of(typ)[0]
}

// TestHooks tells how sends end, by people and by their tally, and what nobody
// decided.
func TestHooks(t *testing.T) {
	s, r := newSystem(t), newRelay(t, false)
	b := setup(t, eager(usual)+emailChannel("email", r.addr)+allowing(s))
	b.hook("dashboard", s, "*")
	b.subscribe("email", "jane.private@readers.example.net", "joe.private@readers.example.net")
	id := b.approve("readers")
	b.becomes(id, message.Released)
	sent := b.first(s, "send.sent")
	if sent.Data["message"] != id || sent.Data["mechanism"] != "email" || fmt.Sprint(sent.Data["tally"]) != "map[sent:2]" || sent.Data["sent_at"] == nil {
		t.Errorf("told %v", sent)
	}
	if done := b.first(s, "message.released"); done.Data["id"] != id || done.Data["state"] != "released" || done.Data["title"] != "Bridge opens" {
		t.Errorf("told %v", done)
	}

	b.wire().answer(&channels.Error{Class: channels.Unknown, Reason: "their very words"})
	for range 4 { // as many as one second has room for
		b.wire().find(channels.Finding{Verdict: channels.CannotTell, Evidence: "their very words"})
	}
	doubtful := b.approve("wire")
	if got := b.first(s, "send.unknown"); got.Data["message"] != doubtful || got.Data["class"] != "unknown" {
		t.Errorf("told %v", got)
	}
	if got := b.first(s, "alarm.doubt"); got.Data["message"] != doubtful || got.Data["state"] != "unknown" {
		t.Errorf("told %v", got)
	}
	b.wire().answer(&channels.Error{Class: channels.Unavailable, Reason: "401 the token was revoked"})
	b.approve("wire")
	if got := b.first(s, "channel.paused"); got.Data["name"] != "wire" || got.Data["by_clarion"] != true {
		t.Errorf("told %v", got)
	}
	b.no(b.stop())
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := map[string]bool{}
	for _, e := range s.events {
		ids[e.ID] = true
		if text := fmt.Sprint(e.Data); strings.Contains(text, "private") || strings.Contains(text, "Officer") || strings.Contains(text, "revoked") || strings.Contains(text, "very words") {
			t.Errorf("an event tells more than it should: %s", text)
		}
	}
	if len(ids) != len(s.events) || s.unsigned != 0 {
		t.Errorf("%d events of %d ids came, %d not signed", len(s.events), len(ids), s.unsigned)
	}
	discreet(t, b.log.String())
	if strings.Contains(b.log.String(), "whsec_") {
		t.Error("the log has a secret")
	}
}

// TestHookAlarms tells of credentials that expire.
func TestHookAlarms(t *testing.T) {
	s := newSystem(t)
	b := prepare(t, usual)
	expires := time.Now().Add(4 * time.Second).UTC().Truncate(time.Second)
	b.write(usual + accountChannel("acct", "net.example", b.token("good"), fmt.Sprintf("expires = %q", expires.Format(time.RFC3339))) + allowing(s))
	var err error
	b.config, err = b.read()
	b.no(err)
	b.hookBefore("dashboard", s)
	b.start()
	b.await("the expiry", func() bool {
		return slices.ContainsFunc(s.of("alarm.credentials"), func(e told) bool { return e.Data["expired"] == true })
	})
	for _, e := range s.of("alarm.credentials") {
		if at, err := time.Parse(time.RFC3339, fmt.Sprint(e.Data["expires_at"])); err != nil || !at.Equal(expires) || e.Data["channel"] != "acct" {
			t.Errorf("told %v", e)
		}
	}
	if got := b.first(s, "channel.paused"); got.Data["name"] != "acct" {
		t.Errorf("told %v", got)
	}
}

// TestHooksGoOn: whatever a daemon does not tell, the next one does, and each
// event has one id.
func TestHooksGoOn(t *testing.T) {
	s := newSystem(t)
	b := setup(t, usual+allowing(s))
	b.hook("dashboard", s, "message.*")
	var ids []string
	for range 3 {
		for range 5 {
			ids = append(ids, b.approve("web"))
		}
		b.no(b.stop())
		b.no(b.tryStart())
	}
	b.await("every message", func() bool {
		released := map[any]bool{}
		for _, e := range s.of("message.released") {
			released[e.Data["id"]] = true
		}
		return len(released) == len(ids)
	})
	for _, typ := range []string{"message.added", "message.submitted", "message.approved", "message.released"} {
		byID, byMessage := map[string]any{}, map[any]string{}
		for _, e := range s.of(typ) {
			if other, known := byMessage[e.Data["id"]]; known && other != e.ID {
				t.Errorf("%s of %v came as %s and as %s", typ, e.Data["id"], e.ID, other)
			}
			byID[e.ID], byMessage[e.Data["id"]] = e.Data["id"], e.ID
		}
		if len(byID) != len(ids) || len(byMessage) != len(ids) {
			t.Errorf("%s: %d ids of %d messages, want %d", typ, len(byID), len(byMessage), len(ids))
		}
	}
}

// TestHookThatIsGone is disabled, and its administrators get a mail.
func TestHookThatIsGone(t *testing.T) {
	s, other, r := newSystem(t), newSystem(t), newRelay(t, false)
	b := setup(t, usual+alertsTo+emailChannel("duty", r.addr)+allowing(s, other))
	b.no(b.store.Update(t.Context(), time.Now(), func(t *store.Tx) error {
		return errors.Join(t.PutPerson(people.Person{Name: "dora", FullName: "Dora", Email: "dora@staff.example.org", Kind: people.Human}),
			t.SetGrants("dora", people.Everywhere, []people.Role{people.Admin}))
	}))
	b.hook("dashboard", s, "message.*")
	b.hook("other", other, "alarm.hook")
	s.status.Store(http.StatusGone)
	b.approve("web")
	if got := b.first(other, "alarm.hook"); got.Data["name"] != "dashboard" || !strings.Contains(fmt.Sprint(got.Data["why"]), "410") {
		t.Errorf("told %v", got)
	}
	b.logged(line{"event": "hook", "hook": "dashboard", "outcome": "failed", "status": 410, "level": "warn"})
	b.logged(line{"event": "hook_disabled", "hook": "dashboard", "level": "error"})
	b.no(b.stop()) // waits for the notices
	mails := r.got("dora@staff.example.org")
	if len(mails) != 1 || !strings.Contains(mails[0], "Clarion disabled the hook dashboard") {
		t.Errorf("mailed %q", mails)
	}
}

// TestHookInside is reached once the configuration allows it.
func TestHookInside(t *testing.T) {
	s := newSystem(t)
	b := setup(t, usual)
	b.hook("dashboard", s, "message.*")
	got, err := b.api("ann").TestHook(t.Context(), "dashboard")
	b.no(err)
	if got.OK || got.Status != 0 || !strings.Contains(got.Says, "hooks.allow") || len(s.events) != 0 {
		t.Errorf("got %+v, and %d requests came", got, len(s.events))
	}
	b.reload(usual + allowing(s))
	got, err = b.api("ann").TestHook(t.Context(), "dashboard")
	b.no(err)
	if !got.OK || got.Status != http.StatusNoContent || len(s.of("hook.test")) != 1 {
		t.Errorf("allowed, got %+v", got)
	}
	if n := b.figuresNow()[`clarion_hook_attempts_total{hook="dashboard",outcome="delivered"}`]; n != 0 {
		t.Errorf("a trial counts: %v", n)
	}
}
