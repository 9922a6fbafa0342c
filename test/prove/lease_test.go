//go:build prove

package prove

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"clarion/crashpoint"
)

const leaseConfig = `
[office]
name = "Trial Office"
zone = "Europe/London"
language = "en-GB"

[server]
base_url = "https://news.example.org"

[[channel]]
name = "web"
kind = "webfeed"
`

// approvable is a message that waits for its approval.
type approvable struct{ ID, Digest string }

// TestKillAtTheLease kills the daemon where a send of a local channel is leased
// and not published: no other send is ever only leased.
func TestKillAtTheLease(t *testing.T) {
	const messages = 7
	bin := build(t)
	for _, nth := range []int{1, 2, messages} {
		o := newOffice(t, bin, leaseConfig)
		all := o.newsroom(t, messages)
		d := o.start(fmt.Sprintf("CLARION_CRASH_AT=%s:%d", crashpoint.Claimed, nth))
		for n, m := range all[:nth] {
			_, _ = o.by("carys").try("message", "approve", m.ID, "--digest", m.Digest) // the daemon may die under it
			if n+1 < nth {
				o.awaitSent(t, n+1)
			}
		}
		select {
		case err := <-d.done:
			d.done <- err
		case <-time.After(30 * time.Second):
			t.Fatalf("%s:%d was never reached\n%s", crashpoint.Claimed, nth, d.log)
		}
		d = o.start()
		for _, m := range all {
			_, _ = o.by("carys").try("message", "approve", m.ID, "--digest", m.Digest) // refused where it is durable
		}
		o.awaitSent(t, messages)
		if n := o.entries(t); n != messages {
			t.Errorf("killed at lease %d: %d entries are in the feed, want %d", nth, n, messages)
		}
		o.stop(d)
	}
}

// newsroom submits so many messages to the public.
func (o *office) newsroom(t *testing.T, n int) []approvable {
	t.Helper()
	o.people()
	o.run("audience", "set", "everyone", "--title", "Everyone", "--public", "--channels", "web")
	all := make([]approvable, n)
	for i := range all {
		file := filepath.Join(t.TempDir(), "news.md")
		text := fmt.Sprintf("---\ntitle: Bridge %d reopens\nsummary: It reopens.\ndepartment: Roads\naudiences: [everyone]\n---\n\nIt reopens today.\n", i)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		all[i].ID = objects[approvable](t, o.run("--json", "message", "add", file))[0].ID
		o.run("message", "submit", all[i].ID)
		all[i].Digest = objects[approvable](t, o.run("--json", "message", "show", all[i].ID))[0].Digest
	}
	return all
}

// awaitSent waits until so many sends are sent, each by its first attempt.
func (o *office) awaitSent(t *testing.T, n int) {
	t.Helper()
	o.await(fmt.Sprintf("%d sends to be sent", n), 30*time.Second, func() bool {
		sent := 0
		for _, s := range objects[struct {
			State    string
			Attempts int
		}](t, o.run("--json", "send", "list")) {
			if s.State == "sent" && s.Attempts == 1 {
				sent++
			}
		}
		return sent == n
	})
}

// entries counts what a feed reader sees.
func (o *office) entries(t *testing.T) int {
	t.Helper()
	resp, err := http.Get("http://" + o.listen + "/feeds/everyone.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var feed struct{ Items []struct{ ID string } }
	if err := json.NewDecoder(resp.Body).Decode(&feed); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, item := range feed.Items {
		seen[item.ID] = true
	}
	if len(seen) != len(feed.Items) {
		t.Errorf("an entry is in the feed twice: %+v", feed.Items)
	}
	return len(seen)
}
