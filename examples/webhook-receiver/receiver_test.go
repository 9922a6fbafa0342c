package receiver

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
	"clarion/channels/webhook"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// shelf is a library in memory: what stands on it, by entry id.
type shelf struct {
	mu    sync.Mutex
	known map[string]bool
	title map[string]string
	taken int
	full  bool
}

func newShelf() *shelf { return &shelf{known: map[string]bool{}, title: map[string]string{}} }

func (s *shelf) Take(_ context.Context, id string, e Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.full:
		return errors.New("no room")
	case s.known[id]:
		return nil
	}
	s.known[id] = true
	s.taken++
	if e.Type == "message.withdrawn" {
		delete(s.title, e.Data.EntryID)
		return nil
	}
	s.title[e.Data.EntryID] = e.Data.Title
	return nil
}

// fill makes the shelf full, or not.
func (s *shelf) fill(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = full
}

// state gives the title under an entry id, and how many events were taken.
func (s *shelf) state(entry string) (title string, taken int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.title[entry], s.taken
}

func serve(t *testing.T, s *shelf) *httptest.Server {
	t.Helper()
	h, err := Handler(secret, s)
	if err != nil {
		t.Fatal(err)
	}
	to := httptest.NewServer(h)
	t.Cleanup(to.Close)
	return to
}

// open makes Clarion's channel to a receiver.
func open(t *testing.T, url, with string) channels.Channel {
	t.Helper()
	path := t.TempDir() + "/secret"
	if err := os.WriteFile(path, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := webhook.Kind().New(channels.Settings{Decode: decode(t, "url = \""+url+"\"\nsecret = \"file:"+path+"\"")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, c channels.Channel, key string, post channels.Post) error {
	t.Helper()
	r, problems := c.Render(post)
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	_, err := c.Publish(t.Context(), channels.Delivery{
		Key: key, Attempt: 1, Rendering: r, Values: channeltest.Values(key), Begin: func() error { return nil },
	})
	return err
}

// A message, sent twice for want of an answer, is taken once; its correction
// takes its place, and its withdrawal takes it away.
func TestReceiverKeepsUp(t *testing.T) {
	t.Parallel()
	s := newShelf()
	c := open(t, serve(t, s).URL, secret)
	entry := channeltest.Values("").EntryID
	post := channeltest.Post()
	corrected, withdrawn := post, post
	corrected.Action, corrected.Title, corrected.Corrects = channels.Edit, "Library opens at weekends", post.Title
	withdrawn.Action, withdrawn.Withdraws = channels.Delete, post.Title
	for _, step := range []struct {
		key  string
		post channels.Post
		want string
	}{{"k1", post, post.Title}, {"k1", post, post.Title}, {"k2", corrected, corrected.Title}, {"k3", withdrawn, ""}, {"k3", withdrawn, ""}} {
		if err := send(t, c, step.key, step.post); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.state(entry); got != step.want {
			t.Errorf("after %s: got %q, want %q", step.key, got, step.want)
		}
	}
	if _, taken := s.state(entry); taken != 3 {
		t.Errorf("%d events were taken", taken)
	}
}

// An event that could not be taken comes again.
func TestReceiverThatIsFull(t *testing.T) {
	t.Parallel()
	s := newShelf()
	s.fill(true)
	c := open(t, serve(t, s).URL, secret)
	if err := send(t, c, "k1", channeltest.Post()); channels.AsError(err) == nil || channels.AsError(err).Class != channels.Temporary {
		t.Errorf("got %v", err)
	}
	s.fill(false)
	err := send(t, c, "k1", channeltest.Post())
	if _, taken := s.state(""); err != nil || taken != 1 {
		t.Errorf("got %v and %d events", err, taken)
	}
}

func TestReceiverRefusesStrangers(t *testing.T) {
	t.Parallel()
	s := newShelf()
	to := serve(t, s)
	c := open(t, to.URL, "whsec_"+strings.Repeat("A", 32))
	if err := send(t, c, "k1", channeltest.Post()); channels.AsError(err) == nil || channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("another secret: got %v", err)
	}
	for _, body := range []string{"", "{}", strings.Repeat("x", maxEvent+1)} {
		res, err := http.Post(to.URL, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized && res.StatusCode != http.StatusBadRequest {
			t.Errorf("%d bytes without a signature: got %d", len(body), res.StatusCode)
		}
	}
	if _, taken := s.state(""); taken != 0 {
		t.Errorf("%d events were taken", taken)
	}
}

// What is signed is verified, and what is signed and no event is refused.
func TestReceiverReadsEventsOnly(t *testing.T) {
	t.Parallel()
	s := newShelf()
	to := serve(t, s)
	for body, want := range map[string]int{"{}": http.StatusNoContent, "no JSON": http.StatusBadRequest} {
		r := signed(t, to.URL, body, time.Now())
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%q: got %d", body, res.StatusCode)
		}
	}
	old := signed(t, to.URL, "{}", time.Now().Add(-6*time.Minute)) // the library allows five
	res, err := http.DefaultClient.Do(old)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("an old event: got %d", res.StatusCode)
	}
}

func TestHandlerRefusesABrokenSecret(t *testing.T) {
	t.Parallel()
	if _, err := Handler("whsec_not base64", newShelf()); err == nil {
		t.Error("it took it")
	}
}
