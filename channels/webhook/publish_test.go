package webhook

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

func readAll(t *testing.T, r io.Reader) []byte {
	b, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("the body did not come whole: %v", err)
	}
	return b
}

func TestPublish(t *testing.T) {
	t.Parallel()
	r := receive(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	c := to(t, r.URL+"/hooks/clarion", secretA)
	d := delivery(t, c, channeltest.Post())
	receipt, err := c.Publish(t.Context(), d)
	if err != nil || receipt != (channels.Receipt{RemoteID: d.Key, Detail: "the receiver answered 202"}) {
		t.Errorf("got %+v, %v", receipt, err)
	}
	d.Attempt = 2
	c.now = func() time.Time { return instant.Add(time.Minute) }
	if _, err := c.Publish(t.Context(), d); err != nil {
		t.Error(err)
	}
	events := r.seen()
	if len(events) != 2 || events[0].Method != http.MethodPost || events[0].Path != "/hooks/clarion" {
		t.Fatalf("got %+v", events)
	}
	want, err := fill(d.Rendering, d.Values)
	for i, at := range []time.Time{instant, instant.Add(time.Minute)} {
		e := events[i]
		if err != nil || string(e.Body) != string(want) {
			t.Errorf("attempt %d: the body is not what was approved: %s", i+1, e.Body)
		}
		if e.Header.Get("webhook-id") != d.Key || e.Header.Get("webhook-timestamp") != fmt.Sprint(at.Unix()) {
			t.Errorf("attempt %d: got %v", i+1, e.Header)
		}
	}
	if events[0].Header.Get("webhook-signature") == events[1].Header.Get("webhook-signature") {
		t.Error("the time of the attempt is not signed")
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	special := map[int]channels.Class{
		401: channels.Unavailable, 402: channels.Unavailable, 403: channels.Unavailable, 404: channels.Unavailable,
		407: channels.Unavailable, 410: channels.Unavailable,
		408: channels.Temporary, 425: channels.Temporary, 429: channels.RateLimited,
	}
	for status := 200; status < 600; status++ {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			r := receive(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(status)
			})
			c := to(t, r.URL, secretA)
			_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
			if n := len(r.seen()); n != 1 {
				t.Errorf("%d requests", n)
			}
			want, ok := special[status]
			switch {
			case status < 300:
				if err != nil {
					t.Error(err)
				}
				return
			case ok:
			case status < 400:
				want = channels.Unavailable
			case status < 500:
				want = channels.Permanent
			default:
				want = channels.Temporary
			}
			if e := channels.AsError(err); e == nil || e.Class != want || !strings.Contains(e.Reason, fmt.Sprint(status)) || !e.Until.IsZero() {
				t.Errorf("got %v, want class %s", err, want)
			}
		})
	}
}

func TestReceiverAsksForAPause(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]channels.Class{
		429: channels.RateLimited, 500: channels.RateLimited, 502: channels.RateLimited, 503: channels.RateLimited,
		404: channels.Unavailable, 422: channels.Permanent,
	} {
		r := receive(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(status)
		})
		c := to(t, r.URL, secretA)
		_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
		until := instant.Add(90 * time.Second)
		if e := channels.AsError(err); e == nil || e.Class != want || e.Until.Equal(until) != (want == channels.RateLimited) {
			t.Errorf("%d: got %v until %s", status, err, channels.AsError(err).Until)
		}
	}
}

func TestReceiversWords(t *testing.T) {
	t.Parallel()
	for _, try := range []struct{ kind, body, want string }{
		{"text/plain; charset=utf-8", "no such\nhook", "the destination answered 404 Not Found: no such hook"},
		{"application/problem+json", `{"title":"Unknown","detail":"No hook of this name."}`, "the destination answered 404 Not Found: No hook of this name."},
		{"application/problem+json", `{"title":"Unknown"}`, "the destination answered 404 Not Found: Unknown"},
		{"application/problem+json", `{"title":`, "the destination answered 404 Not Found"},
		{"text/html", "<h1>Not found</h1>", "the destination answered 404 Not Found"},
		{"/", "x", "the destination answered 404 Not Found"},
	} {
		r := receive(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", try.kind)
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, try.body)
		})
		c := to(t, r.URL, secretA)
		_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
		if e := channels.AsError(err); e == nil || e.Reason != try.want {
			t.Errorf("%s %s: got %v", try.kind, try.body, err)
		}
	}
}

// What may have arrived is sent again.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	r := receive(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	c := to(t, r.URL, secretA)
	_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
	if e := channels.AsError(err); e == nil || e.Class != channels.Temporary || !strings.Contains(e.Reason, "may have arrived") {
		t.Errorf("got %v", err)
	}
	if n := len(r.seen()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// Begin's error comes back as it is, whatever class it has.
func TestErrorOfBegin(t *testing.T) {
	t.Parallel()
	for _, want := range []error{&channels.Error{Class: channels.NotBegun, Reason: "frozen"}, &channels.Error{Reason: "unclassed"}, errors.New("plain")} {
		r := receive(t, func(http.ResponseWriter, *http.Request) {})
		c := to(t, r.URL, secretA)
		d := delivery(t, c, channeltest.Post())
		d.Begin = func() error { return want }
		if _, err := c.Publish(t.Context(), d); err != want { //nolint:errorlint // as it is, not wrapped
			t.Errorf("got %v, want %v", err, want)
		}
		if len(r.seen()) != 0 {
			t.Error("an event left all the same")
		}
	}
}

func TestRenderingThatCannotBeFilled(t *testing.T) {
	t.Parallel()
	c := to(t, "https://h.example/", secretA)
	whole := delivery(t, c, channeltest.Post())
	empty, foreign := whole, whole
	empty.Values = channels.Values{}
	foreign.Rendering = channels.Rendering{Documents: []channels.Document{{Name: "post"}}}
	for _, d := range []channels.Delivery{empty, foreign} {
		d.Begin = func() error { t.Error("Begin was asked"); return nil }
		if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Permanent {
			t.Errorf("got %v", err)
		}
		if _, err := c.Preview(d.Rendering, d.Values); err == nil {
			t.Error("it has a preview")
		}
	}
}

// authority writes a server's certificate as a file for ca_file.
func authority(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	content := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCertificatesOfTheOwn(t *testing.T) {
	t.Parallel()
	r := &listener{}
	r.Server = httptest.NewUnstartedServer(r.counting(t, func(http.ResponseWriter, *http.Request) {}))
	r.Config.ErrorLog = quietLog()
	r.StartTLS()
	defer r.Close()
	c := to(t, r.URL, secretA)
	d := delivery(t, c, channeltest.Post())
	refused := func(file string) {
		t.Helper()
		c.settings.CAFile = file
		if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Unavailable {
			t.Errorf("got %v", err)
		}
		if _, err := c.Check(t.Context()); channels.AsError(err) == nil || channels.AsError(err).Class != channels.Unavailable {
			t.Errorf("the check: got %v", err)
		}
	}
	refused("") // the system's
	path := authority(t, r.Server)
	refused(path + ".missing")
	c.settings.CAFile = path
	if _, err := c.Publish(t.Context(), d); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(path)
	if n := len(r.seen()); n != 1 {
		t.Errorf("%d events", n)
	}
}

// A check makes the connection and writes nothing over it.
func TestCheckAsksNothing(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			came <- err.Error()
			return
		}
		b, _ := io.ReadAll(conn)
		came <- string(b)
	}()
	c := to(t, "http://"+l.Addr().String()+"/hooks", secretA)
	if standing, err := c.Check(t.Context()); err != nil || standing != (channels.Standing{}) {
		t.Errorf("got %+v, %v", standing, err)
	}
	if got := <-came; got != "" {
		t.Errorf("the check wrote %q", got)
	}
	_ = l.Close()
	if _, err := c.Check(t.Context()); channels.AsError(err) == nil || channels.AsError(err).Class != channels.Temporary {
		t.Errorf("nobody there: got %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Check(gone); channels.AsError(err) == nil || channels.AsError(err).Class != channels.Temporary {
		t.Errorf("no time: got %v", err)
	}
}

// What a crash left unknown is sent again, and nobody is asked.
func TestFind(t *testing.T) {
	t.Parallel()
	r := receive(t, func(http.ResponseWriter, *http.Request) {})
	c := to(t, r.URL, secretA)
	d := delivery(t, c, channeltest.Post())
	d.Begin = func() error { t.Error("Begin was asked"); return nil }
	found, err := c.Find(t.Context(), d)
	if err != nil || found.Verdict != channels.Absent || !strings.Contains(found.Evidence, "webhook-id") {
		t.Errorf("got %+v, %v", found, err)
	}
	if n := len(r.seen()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
