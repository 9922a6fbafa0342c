package hookreceiver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/receiver"
	"clarion/hooks"
	"clarion/hooks/courier"
)

// wall is a board in memory.
type wall struct {
	mu    sync.Mutex
	types map[string]string // by webhook-id
	full  bool
}

func (w *wall) Take(_ context.Context, id string, e Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.full {
		return errors.New("no room")
	}
	w.types[id] = e.Type
	return nil
}

// try has Clarion's own courier send a trial event to an address.
func try(t *testing.T, url string, h hooks.Hook) hooks.Answer {
	t.Helper()
	h.Name, h.URL = "board", url
	return courier.New(nil, nil, courier.Settings{Allow: []string{url}}).Try(t.Context(), h)
}

// Both receivers take what is signed with a secret that they know, and nothing
// else.
func TestReceivers(t *testing.T) {
	t.Parallel()
	old, fresh, strange := receiver.NewSecret(), receiver.NewSecret(), receiver.NewSecret()
	w := &wall{types: map[string]string{}}
	h, err := Handler(w, fresh.Reveal(), old.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	for name, url := range map[string]string{"Go": server.URL, "Python": python(t, fresh.Reveal()+" "+old.Reveal())} {
		for _, test := range []struct {
			hook   hooks.Hook
			status int
		}{
			{hooks.Hook{Secret: fresh}, http.StatusNoContent},
			{hooks.Hook{Secret: old}, http.StatusNoContent},
			{hooks.Hook{Secret: strange}, http.StatusUnauthorized},
			{hooks.Hook{Secret: strange, OldSecret: old, OldUntil: time.Now().Add(time.Hour)}, http.StatusNoContent},
			{hooks.Hook{Secret: strange, OldSecret: old, OldUntil: time.Now().Add(-time.Hour)}, http.StatusUnauthorized},
		} {
			if got := try(t, url, test.hook); got.Status != test.status {
				t.Errorf("%s: got %+v, want %d", name, got, test.status)
			}
		}
		for _, test := range []struct {
			id, body string
			at       time.Time
			status   int
		}{
			{"evt_1", `{"type":"freeze.pressed","data":{}}`, time.Now(), http.StatusNoContent},
			{"evt_1", `{"type":"freeze.pressed","data":{}}`, time.Now(), http.StatusNoContent}, // again
			{"evt_2", `{"type":"freeze.pressed","data":{}}`, time.Now().Add(-6 * time.Minute), http.StatusUnauthorized},
			{"evt_2", `{"type":"freeze.pressed","data":{}}`, time.Now().Add(6 * time.Minute), http.StatusUnauthorized},
		} {
			if got := send(t, url, fresh.Reveal(), test.id, test.body, test.at); got != test.status {
				t.Errorf("%s: %s at %s: %d, want %d", name, test.id, test.at, got, test.status)
			}
		}
		if got := post(t, url, "{}", http.Header{}); got != http.StatusUnauthorized {
			t.Errorf("%s: unsigned: %d", name, got)
		}
	}
	if w.types["evt_1"] != "freeze.pressed" || len(w.types) != 4 {
		t.Errorf("taken: %v", w.types)
	}
	w.full = true
	if got := try(t, server.URL, hooks.Hook{Secret: fresh}); got.Status != http.StatusServiceUnavailable {
		t.Errorf("full: got %+v", got)
	}
	if got := send(t, server.URL, fresh.Reveal(), "evt_3", "no JSON", time.Now()); got != http.StatusBadRequest {
		t.Errorf("no event: %d", got)
	}
	if _, err := Handler(w, "whsec_!"); err == nil {
		t.Error("a bad secret is taken")
	}
}

// send makes a request as anybody with the secret would.
func send(t *testing.T, url, secret, id, body string, at time.Time) int {
	t.Helper()
	signer, says := receiver.NewSigner(channels.NewSecret(secret))
	if says != "" {
		t.Fatal(says)
	}
	header, err := receiver.Signers{signer}.Header(id, at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return post(t, url, body, header)
}

func post(t *testing.T, url, body string, header http.Header) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

// python runs the receiver in Python, and gives its address.
func python(t *testing.T, secrets string) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 here")
	}
	script, err := filepath.Abs("receiver.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, script)
	cmd.Dir, cmd.Stderr = t.TempDir(), io.Discard
	cmd.Env = append(os.Environ(), "HOOK_SECRET="+secrets)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it did not start: %v", err)
	}
	return strings.TrimSpace(address)
}

// The page shows the code as it is.
func TestDocumentationShowsTheCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, language := range map[string]string{"receiver.go": "go", "receiver.py": "python"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		parts := bytes.Split(page, []byte("```"+language+"\n"))[1:]
		if len(parts) == 0 {
			t.Errorf("the page has no %s", language)
		}
		for _, part := range parts {
			snippet, _, _ := bytes.Cut(part, []byte("```"))
			if !bytes.Contains(source, bytes.TrimSpace(snippet)) {
				t.Errorf("%s has not what the page shows:\n%s", name, snippet)
			}
		}
	}
}
