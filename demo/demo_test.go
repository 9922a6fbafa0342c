package demo

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"clarion/accounts"
	"clarion/channels/kinds"
	"clarion/config"
	"clarion/daemon"
	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// patience bounds every wait of these tests.
const patience = 60 * time.Second

// bundle is the running demonstration.
type bundle struct {
	*testing.T
	*office.Office
	office.View // of whoever has the data folder
	daemon      *daemon.Daemon
	config      *config.Config
	pages       string // where the catcher shows its mails
	log         *bytes.Buffer
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	smtp := freeAddress(t)
	b := &bundle{T: t, pages: freeAddress(t), log: &bytes.Buffer{}}
	mail, err := StartMail(smtp, b.pages)
	b.no(err)
	t.Cleanup(func() { b.no(mail.Stop(context.Background())) })
	secret := filepath.Join(t.TempDir(), "secret")
	b.no(os.WriteFile(secret, []byte(Secret), 0o600))
	text, err := Config(smtp, secret)
	b.no(err)
	b.config, err = config.Parse("clarion.toml", text, kinds.All(), config.Listen(freeAddress(t)))
	b.no(err)
	dir, err := os.MkdirTemp("", "demo") // short enough for a socket
	b.no(err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b.daemon, err = daemon.New(t.Context(), daemon.Options{
		Config: b.config, Dir: filepath.Join(dir, "data"), Log: zerolog.New(zerolog.SyncWriter(b.log)), Version: "test",
	})
	b.no(err)
	b.no(b.daemon.Start(t.Context()))
	t.Cleanup(func() { b.no(b.daemon.Stop(context.Background())) })
	b.Office = b.daemon.Office()
	b.View = b.Office.View(office.Owner())
	return b
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

func (b *bundle) no(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("unexpected: %v", err)
	}
}

// await asks again and again, bounded in time.
func (b *bundle) await(what string, limit time.Duration, done func() bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Fatalf("waited %s for %s", limit, what)
		}
	}
}

func (b *bundle) allSends() []message.Send {
	b.Helper()
	sends, err := b.Sends(b.Context(), store.SendFilter{Limit: office.MaxList})
	b.no(err)
	return sends
}

func (b *bundle) allMessages() []message.Message {
	b.Helper()
	all, err := b.Messages(b.Context(), store.MessageFilter{Limit: office.MaxList})
	b.no(err)
	return all
}

// TestSeed sets up everything, once. The correction is waited for until it is
// there.
func TestSeed(t *testing.T) {
	b := setup(t)
	corrects, now, err := b.seed()
	b.no(err)
	if len(b.allMessages()) != len(samples()) {
		t.Errorf("%d messages, want %d", len(b.allMessages()), len(samples()))
	}
	detail, err := b.Message(t.Context(), corrects)
	b.no(err)
	if !strings.HasPrefix(detail.Content.Title, "Forty more rivers") {
		t.Errorf("the correction waits for %q", detail.Content.Title)
	}
	b.peopleAndAudiences()
	prepared, err := b.Templates(t.Context())
	b.no(err)
	if len(prepared) != len(templates()) || prepared[0].State != message.TemplateApproved || prepared[1].State != message.TemplateApproved {
		t.Errorf("the templates are %+v", prepared)
	}
	b.planned(now)
	before := fmt.Sprint(len(b.allMessages()), len(b.allSends()))
	again, err := Seed(t.Context(), b.Office, b.daemon.Accounts(), time.Now)
	b.no(err)
	if after := fmt.Sprint(len(b.allMessages()), len(b.allSends())); again != corrects || after != before {
		t.Errorf("a second set-up did something: %q, %s after %s", again, after, before)
	}
	b.no(AddCorrection(t.Context(), b.Office, corrects))
	if again, err = Seed(t.Context(), b.Office, b.daemon.Accounts(), time.Now); again != "" || err != nil {
		t.Errorf("the correction is there and is waited for: %q, %v", again, err)
	}
}

// seed sets the demonstration up and tells from when it counts.
func (b *bundle) seed() (corrects string, now time.Time, err error) {
	corrects, err = Seed(b.Context(), b.Office, b.daemon.Accounts(), func() time.Time {
		now = time.Now()
		return now
	})
	return corrects, now, err
}

func (b *bundle) peopleAndAudiences() {
	b.Helper()
	persons, err := b.daemon.Accounts().People(b.Context(), office.Owner())
	b.no(err)
	if len(persons) != len(staff()) {
		b.Errorf("%d people, want %d", len(persons), len(staff()))
	}
	for _, m := range staff() {
		_, err := b.daemon.Accounts().SignIn(b.Context(), accounts.SignIn{Name: m.name, Password: Password, Address: "127.0.0.1"})
		if err != nil {
			b.Errorf("%s can't sign in: %v", m.name, err)
		}
		i := slices.IndexFunc(persons, func(p people.Person) bool { return p.Name == m.name })
		if i < 0 || len(persons[i].RolesIn("")) != len(m.roles) {
			b.Errorf("%s is not there, or without the roles %v", m.name, m.roles)
		}
	}
	all, err := b.Audiences(b.Context())
	b.no(err)
	subscribers := map[string]int{}
	for _, a := range all {
		subscribers[a.Name] = a.Size
		if a.Public != (a.Name != "press") {
			b.Errorf("audience %s is public: %v", a.Name, a.Public)
		}
	}
	if fmt.Sprint(subscribers) != "map[press:15 public:0 stakeholders:40]" {
		b.Errorf("the audiences have %v", subscribers)
	}
}

// planned checks that each sample is due when it is planned, to the second.
func (b *bundle) planned(now time.Time) {
	b.Helper()
	due := map[time.Time]bool{}
	for _, s := range b.allSends() {
		due[s.Due.UTC()] = true
	}
	for _, s := range samples() {
		want := now.Add(s.in).Truncate(time.Second).UTC()
		if s.to == message.Approved && !due[want] {
			b.Errorf("nothing of %s is due at %s, only at %v", s.file, want, due)
		}
	}
	states := map[message.State]int{}
	for _, m := range b.allMessages() {
		states[m.State]++
	}
	if states[message.InReview] != 1 || states[message.Held]+states[message.Expired]+states[message.Cancelled] != 0 {
		b.Errorf("the messages are %v", states)
	}
}

// TestConfig speaks to the catcher, wherever it is, and is known again.
func TestConfig(t *testing.T) {
	t.Parallel()
	text, err := Config("127.0.0.2:4025", "/secret")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "host = \"127.0.0.2\"\nport = 4025\n") || !strings.Contains(string(text), `token = "file:/secret"`) {
		t.Errorf("the configuration does not name the catcher:\n%s", text)
	}
	if !IsConfig(text) || IsConfig([]byte("[office]\nname = \"Another\"\n")) {
		t.Error("the configuration is not told from others")
	}
	if _, err := Config("nowhere", "/secret"); err == nil {
		t.Error("an address without a port was taken")
	}
}

// TestStartMailFails leaves nothing behind.
func TestStartMailFails(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	smtp := freeAddress(t)
	if _, err := StartMail(smtp, taken.Addr().String()); err == nil {
		t.Error("the pages' address was taken twice")
	}
	if _, err := StartMail(taken.Addr().String(), smtp); err == nil {
		t.Error("the mails' address was taken twice")
	}
	mail, err := StartMail(smtp, freeAddress(t))
	if err != nil {
		t.Fatalf("a failed start left something behind: %v", err)
	}
	if err := mail.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestWelcome says where to look and who is who.
func TestWelcome(t *testing.T) {
	t.Parallel()
	var w strings.Builder
	Welcome(&w, "http://127.0.0.1:8080", "127.0.0.1:8081", "./data")
	for _, part := range []string{"http://127.0.0.1:8080/feeds/all.atom", "http://127.0.0.1:8081/", "carys.morgan", "eComms lead", "--data ./data", Password, "http://127.0.0.1:8080/signin", "login carys.morgan"} {
		if !strings.Contains(w.String(), part) {
			t.Errorf("it does not say %q:\n%s", part, w.String())
		}
	}
}
