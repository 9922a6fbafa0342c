package daemon

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"clarion/api"
	"clarion/config"
	"clarion/message"
	"clarion/office"
)

// reload reads the configuration again, which must have no fault.
func (b *bundle) reload(text string) Reloaded {
	b.Helper()
	b.write(text)
	done, err := b.Reload(b.Context())
	b.no(err)
	return done
}

const moreChannels = `
[[channel]]
name = "second"
kind = "rehearsal"
`

func TestReloadTakesOver(t *testing.T) {
	b := setup(t, usual)
	for _, c := range []struct {
		name, text string
		want       Reloaded
	}{
		{"nothing", usual, Reloaded{}},
		{"a channel more", usual + moreChannels, Reloaded{}},
		{"a limit", strings.Replace(usual, "kind = \"scripted\"", "kind = \"scripted\"\nconcurrency = 3", 1) + moreChannels, Reloaded{}},
		{"every limit", strings.Replace(usual, "attempts = 2", "attempts = 3", 1) + moreChannels, Reloaded{}},
		{"a channel less", usual, Reloaded{}},
	} {
		switch c.name {
		case "a channel more":
			c.want.Added = []string{"second"}
		case "a limit":
			c.want.Limited = []string{"wire"}
		case "every limit":
			c.want.Limited = []string{"web", "social", "wire", "second"}
		case "a channel less":
			c.want.Limited, c.want.Removed = []string{"web", "social", "wire"}, []string{"second"}
		}
		got := b.reload(c.text)
		if !slices.Equal(got.Added, c.want.Added) || !slices.Equal(got.Removed, c.want.Removed) ||
			!slices.Equal(got.Changed, c.want.Changed) || !slices.Equal(got.Limited, c.want.Limited) || len(got.Restart) != 0 {
			t.Errorf("%s: took over %+v, want %+v", c.name, got, c.want)
		}
		b.becomes(b.approve("web"), message.Released)
		b.becomes(b.approve("wire"), message.Released)
	}
	if n := b.figuresNow()["clarion_trouble_total"]; n != 0 {
		t.Errorf("%v troubles", n)
	}
}

// TestReloadOfAFault is refused whole, with every fault, and changes nothing.
func TestReloadOfAFault(t *testing.T) {
	b := setup(t, usual)
	b.write(strings.Replace(usual, `kind = "rehearsal"`, `kind = "carrier-pigeon"`, 1) + "\n[[channel]]\nname = \"wire\"\nkind = \"scripted\"\n" + moreChannels)
	_, err := b.Reload(t.Context())
	faults, ok := errors.AsType[config.Faults](err)
	if !ok || len(faults) != 2 {
		t.Fatalf("got %v, want two faults", err)
	}
	for _, f := range faults {
		b.logged(line{"event": "reload_refused", "level": "error", "file": "clarion.toml", "line": f.Line, "key": f.Key, "fault": f.Says})
	}
	_, err = b.api("").Reload(t.Context())
	if refused, ok := errors.AsType[*api.Error](err); !ok || refused.Status != 403 {
		t.Errorf("whoever is not signed in is answered %v", err)
	}
	_, err = b.api("ann").Reload(t.Context())
	refused, ok := errors.AsType[*api.Error](err)
	if !ok || refused.Status != 400 || len(refused.Problems) != 2 || refused.Problems[0].Line == 0 {
		t.Errorf("the API answers %v", err)
	}
	b.never(line{"event": "reloaded"})
	all, err := b.api("ann").Channels(t.Context())
	b.no(err)
	if len(all.Channels) != 3 {
		t.Errorf("the channels are %+v", all.Channels)
	}
	b.becomes(b.approve("social"), message.Rehearsed)
}

func TestReloadOfTwoNewsrooms(t *testing.T) {
	b := setup(t, usual)
	b.write(usual + "\n[[channel]]\nname = \"web2\"\nkind = \"webfeed\"\n")
	_, err := b.api("ann").Reload(t.Context())
	if refused, ok := errors.AsType[*api.Error](err); !ok || refused.Status != 409 || !strings.Contains(refused.Detail, "web and web2") {
		t.Errorf("the API answers %v", err)
	}
	b.logged(line{"event": "reload_refused"})
	b.becomes(b.approve("web"), message.Released)
}

// TestReloadWaitsForARestart with what can't change while running, and says so.
func TestReloadWaitsForARestart(t *testing.T) {
	b := setup(t, usual)
	done, err := b.api("ann").Reload(t.Context())
	b.no(err)
	if len(done.Restart) != 0 {
		t.Errorf("waits for a restart: %q", done.Restart)
	}
	b.write(strings.Replace(strings.Replace(usual, `"Rivers"`, `"Coasts"`, 1), "https://news", "https://press", 1) + moreChannels)
	done, err = b.api("ann").Reload(t.Context())
	b.no(err)
	if want := []string{"office.name", "server.base_url"}; !slices.Equal(done.Restart, want) || !slices.Equal(done.Added, []string{"second"}) {
		t.Errorf("took over %+v, want %q to wait", done, want)
	}
	b.logged(line{"event": "reloaded", "restart": "[office.name server.base_url]", "added": "[second]"})
	id := b.approve("web")
	b.becomes(id, message.Released)
	detail, err := b.office.View(office.Owner()).Message(t.Context(), id)
	b.no(err)
	if !strings.HasPrefix(detail.Sends[0].RemoteURL, "https://news.example.org/") {
		t.Errorf("it was published at %s", detail.Sends[0].RemoteURL)
	}
}

// TestReloadHoldsWhatWasApprovedForAnother: a changed destination, and a channel
// that is gone.
func TestReloadHoldsWhatWasApprovedForAnother(t *testing.T) {
	b := withAccount(t, "good", "").start().furnish()
	b.audience("followers", "acct")
	b.no(b.api("cat").PauseChannel(t.Context(), "acct", ""))
	id := b.approve("followers")
	with := func(host string) string { return usual + accountChannel("acct", host, b.token("good"), "") }
	if done := b.reload(with("other.example")); !slices.Equal(done.Changed, []string{"acct"}) {
		t.Errorf("took over %+v", done)
	}
	b.no(b.api("cat").ResumeChannel(t.Context(), "acct"))
	b.becomes(id, message.Held)
	b.logged(line{"event": "send", "outcome": "held", "hold": "channel-changed", "message": id, "mechanism": "acct"})

	b.becomes(b.approve("followers"), message.Released) // by the new one
	b.no(b.api("cat").PauseChannel(t.Context(), "acct", ""))
	gone := b.approve("followers")
	b.reload(usual)
	b.becomes(gone, message.Held)
	b.logged(line{"event": "send", "outcome": "held", "hold": "channel-changed", "message": gone, "reason": "the channel is no longer configured"})
	if old, fresh := b.posts.came(t, "net.example"), b.posts.came(t, "other.example"); old != 0 || fresh != 1 {
		t.Errorf("%d posts came to the old place, %d to the new", old, fresh)
	}
}

// TestAStartHoldsWhatIsGone as a reload does.
func TestAStartHoldsWhatIsGone(t *testing.T) {
	b := setup(t, usual)
	b.no(b.api("cat").PauseChannel(t.Context(), "wire", ""))
	id := b.approve("wire")
	b.no(b.stop())
	b.write(usual[:strings.LastIndex(usual, "[[channel]]")])
	var err error
	b.config, err = b.read()
	b.no(err)
	b.start()
	b.becomes(id, message.Held)
}

func TestReloadOfAlertsAndFeed(t *testing.T) {
	r := newRelay(t, false)
	b := setup(t, usual)
	if done := b.reload(usual + emailChannel("duty", r.addr) + alertsTo); !done.Alerts || done.Feed {
		t.Errorf("took over %+v", done)
	}
	b.observer.Paused("wire", "the token has expired")
	titled := strings.Replace(usual, `kind = "webfeed"`, "kind = \"webfeed\"\ntitle = \"All of it\"", 1)
	if done := b.reload(titled + emailChannel("duty", r.addr) + alertsTo); done.Alerts || !done.Feed {
		t.Errorf("took over %+v", done)
	}
	if _, feed := b.get("/feeds/all.atom"); !strings.Contains(feed, "All of it") {
		t.Errorf("the feed is %s", feed)
	}
	b.no(b.stop())
	if mails := r.got("duty@staff.example.org"); len(mails) != 1 {
		t.Errorf("%d notices came", len(mails))
	}
}

// TestReloadDuringAStream: whatever is reloaded, every send comes once, to the
// place that it was approved for.
func TestReloadDuringAStream(t *testing.T) {
	b := withAccount(t, "good", "").start().furnish()
	b.audience("followers", "acct", "web")
	with := func(more string) string { return usual + accountChannel("acct", "net.example", b.token("good"), more) }
	var sending sync.WaitGroup
	ids := make([]string, 60)
	sending.Go(func() {
		for i := range ids {
			ids[i] = b.approve("followers")
		}
	})
	for i := range 40 {
		text := with(fmt.Sprintf("fits = %d\nconcurrency = %d", i/2, 1+i%3))
		if i%8 == 7 {
			text = strings.Replace(text, `host = "net.example"`, "nonsense = 1", 1)
		}
		b.write(text)
		if _, err := b.Reload(t.Context()); (err != nil) != (i%8 == 7) {
			t.Errorf("reload %d: %v", i, err)
		}
	}
	sending.Wait()
	for _, id := range ids {
		b.becomes(id, message.Released)
	}
	if came := b.posts.came(t, "net.example"); came != len(ids) {
		t.Errorf("%d posts came, want %d", came, len(ids))
	}
}

// TestReloadAtTheEnd does no harm.
func TestReloadAtTheEnd(t *testing.T) {
	b := setup(t, usual)
	d := b.Daemon
	var reloading sync.WaitGroup
	for range 4 {
		reloading.Go(func() {
			for range 5 {
				if _, err := d.Reload(t.Context()); err != nil && !strings.Contains(err.Error(), "stopping") {
					t.Error(err)
				}
			}
		})
	}
	b.no(b.stop())
	reloading.Wait()
	if _, err := d.Reload(t.Context()); err == nil {
		t.Error("it was reloaded after the stop")
	}
}
