package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	receiver "clarion/examples/webhook-receiver"
	"clarion/message"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// archive takes events by their id.
type archive struct {
	mu     sync.Mutex
	events map[string]receiver.Event
}

func (a *archive) Take(_ context.Context, id string, e receiver.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.events[id] = e
	return nil
}

// TestWebhookWhoseAnswerIsLost is sent again, and taken once.
func TestWebhookWhoseAnswerIsLost(t *testing.T) {
	to := &archive{events: map[string]receiver.Event{}}
	h, err := receiver.Handler(webhookSecret, to)
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lose := false
		once.Do(func() { lose = true })
		if lose {
			h.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	defer s.Close()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(webhookSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	b := setup(t, usual+fmt.Sprintf("\n[[channel]]\nname = \"intranet\"\nkind = \"webhook\"\nurl = %q\nsecret = \"file:%s\"\n", s.URL, secret))
	b.audience("staff", "intranet")
	id := b.approve("staff")
	b.becomes(id, message.Released)
	b.logged(line{"event": "send", "message": id, "mechanism": "intranet", "outcome": "waiting", "class": "temporary"})
	b.logged(line{"event": "send", "message": id, "mechanism": "intranet", "outcome": "sent", "attempt": 2})
	if len(to.events) != 1 {
		t.Fatalf("%d events were taken", len(to.events))
	}
	for key, e := range to.events {
		if e.Type != "message.published" || e.Data.Title != "Bridge opens" || e.Data.EntryID == "" || e.Data.URL != "" || key == "" {
			t.Errorf("%s: got %+v", key, e)
		}
	}
}
