//go:build prove

package prove

import (
	"bufio"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// sink takes mails and counts them by recipient and by Message-ID. It lives on
// while daemons die.
type sink struct {
	mu   sync.Mutex
	to   map[string]int
	ids  map[string]int
	addr string
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{to: map[string]int{}, ids: map[string]int{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &envelope{sink: s}, nil }))
	server.Domain = "localhost"
	server.ErrorLog = log.New(io.Discard, "", 0) // killed daemons hang up
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func (s *sink) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to, s.ids = map[string]int{}, map[string]int{}
}

func (s *sink) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.to {
		n += c
	}
	return n
}

func (s *sink) counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]int, len(s.to))
	for to, n := range s.to {
		all[to] = n
	}
	return all
}

// envelope is one session of the sink.
type envelope struct {
	sink *sink
	to   string
}

func (e *envelope) Reset()                               { e.to = "" }
func (e *envelope) Logout() error                        { return nil }
func (e *envelope) Mail(string, *smtp.MailOptions) error { return nil }

func (e *envelope) Rcpt(to string, _ *smtp.RcptOptions) error {
	e.to = to
	return nil
}

func (e *envelope) Data(r io.Reader) error {
	body := bufio.NewReader(r)
	id := ""
	for {
		line, err := body.ReadString('\n')
		if rest, ok := strings.CutPrefix(line, "Message-ID: "); ok {
			id = strings.TrimSpace(rest)
		}
		if err != nil {
			break
		}
	}
	e.sink.mu.Lock()
	defer e.sink.mu.Unlock()
	e.sink.to[e.to]++
	e.sink.ids[id]++
	return nil
}
