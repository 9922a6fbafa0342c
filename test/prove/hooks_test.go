//go:build prove

package prove

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"clarion/hooks"
	"clarion/ledger"
)

// hookKills is how often the daemon dies while it tells what happens.
const hookKills = 60

const hooksConfig = `
[office]
name = "Trial Office"

[hooks]
allow = [%q]

[[channel]]
name = "web"
kind = "webfeed"
`

// board is told what happens, and takes its time.
type board struct {
	*httptest.Server
	mu   sync.Mutex
	told map[string]map[string]bool // types by id
	n    int
}

func newBoard(t *testing.T) *board {
	t.Helper()
	b := &board{told: map[string]map[string]bool{}}
	b.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var e struct{ Type string }
		_ = json.Unmarshal(body, &e) // what is none counts as a type of its own
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		b.mu.Lock()
		defer b.mu.Unlock()
		id := r.Header.Get("webhook-id")
		if b.told[id] == nil {
			b.told[id] = map[string]bool{}
		}
		b.told[id][e.Type] = true
		b.n++
	}))
	t.Cleanup(b.Close)
	return b
}

// TestHooksAfterKills kills the daemon again and again while things happen, and
// counts at the other end: every event came, under the id of its entry.
func TestHooksAfterKills(t *testing.T) {
	b := newBoard(t)
	o := newOffice(t, build(t), fmt.Sprintf(hooksConfig, b.URL))
	o.people()
	o.run("hook", "add", "board", b.URL, "--types", "*")
	for i := range hookKills {
		d := o.start()
		dead := make(chan struct{})
		time.AfterFunc(time.Duration(rand.IntN(400))*time.Millisecond, func() {
			d.kill()
			close(dead)
		})
		for verb := i; ; verb++ {
			if verb%2 == 0 {
				_, _ = o.try("channel", "pause", "web", "--reason", "a trial") // the daemon may be dead
			} else {
				_, _ = o.try("channel", "resume", "web")
			}
			select {
			case <-dead:
			default:
				continue
			}
			break
		}
	}
	d := o.start()
	defer o.stop(d)
	want := eventsOf(t, o)
	o.await("every event", time.Minute, func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		for id := range want {
			if b.told[id] == nil {
				return false
			}
		}
		return true
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, types := range b.told {
		if len(types) != 1 || !types[string(want[id])] {
			t.Errorf("%s came as %v, it is %q", id, types, want[id])
		}
	}
	t.Logf("%d kills: %d events, told %d times; missing 0", hookKills, len(want), b.n)
}

// eventsOf gives the events that the ledger has since the hook was added.
func eventsOf(t *testing.T, o *office) map[string]hooks.Type {
	t.Helper()
	want := map[string]hooks.Type{}
	added := false
	for _, x := range objects[struct {
		Writer string
		Seq    int64
		At     time.Time
		Kind   ledger.Kind
		Body   json.RawMessage
	}](t, o.run("ledger", "export", "--json")) {
		e := hooks.Entry{Writer: x.Writer, Entry: ledger.Entry{Seq: x.Seq, At: x.At, Kind: x.Kind, Body: x.Body}}
		event, is, err := e.Event()
		if err != nil {
			t.Fatal(err)
		}
		if is && added {
			want[event.ID] = event.Type
		}
		added = added || x.Kind == ledger.HookChanged
	}
	return want
}
