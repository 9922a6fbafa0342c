package daemon

import (
	"bytes"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// relay is a mail server whose answers follow from the address, and quote it.
type relay struct {
	addr    string
	refuses bool // every sender, as one without credentials

	mu    sync.Mutex
	mails map[string][]string // by recipient
}

func newRelay(t *testing.T, refuses bool) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{addr: listener.Addr().String(), refuses: refuses, mails: map[string][]string{}}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &envelope{relay: r, conn: c}, nil }))
	server.Domain = "localhost"
	server.ErrorLog = log.New(io.Discard, "", 0)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return r
}

func (r *relay) got(to string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.mails[to]...)
}

type envelope struct {
	relay *relay
	conn  *smtp.Conn
	to    string
}

func (e *envelope) Reset()        { e.to = "" }
func (e *envelope) Logout() error { return nil }

func (e *envelope) Mail(string, *smtp.MailOptions) error {
	if e.relay.refuses {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	return nil
}

func (e *envelope) Rcpt(to string, _ *smtp.RcptOptions) error {
	e.to = to
	switch {
	case strings.HasPrefix(to, "gone"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + to + ">: no such user " + to}
	case strings.HasPrefix(to, "busy"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "mailbox of " + to + " is busy"}
	}
	return nil
}

func (e *envelope) Data(r io.Reader) error {
	var mail bytes.Buffer
	if _, err := mail.ReadFrom(r); err != nil {
		return err
	}
	if strings.HasPrefix(e.to, "cut") {
		return e.conn.Conn().Close() // and nobody learns what became of it
	}
	e.relay.mu.Lock()
	defer e.relay.mu.Unlock()
	e.relay.mails[e.to] = append(e.relay.mails[e.to], mail.String())
	return nil
}
