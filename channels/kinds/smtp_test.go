package kinds

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"clarion/channels"
	"clarion/channels/channeltest"
)

const password = "c0rrect-h0rse"

// overSMTP is email with a scripted relay. A relay says in its answer whether
// it took a mail, so what it refuses with a 4xx is Temporary and not Unknown.
func overSMTP() channeltest.Subject {
	temporary := []channels.Class{channels.Temporary}
	return channeltest.Subject{
		Secrets: []string{password},
		Also: map[channeltest.Fault][]channels.Class{
			channeltest.Break: temporary, channeltest.Limit: temporary,
		},
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			tb.Helper()
			to := startRelay(tb)
			host, port, err := net.SplitHostPort(to.listener.Addr().String())
			if err != nil {
				tb.Fatal(err)
			}
			secret := tb.TempDir() + "/password"
			writeFile(tb, secret, password)
			return configured(tb, "email", fmt.Sprintf(`
				host = %q
				port = %s
				security = "none"
				username = "press"
				password = "file:%s"
				from = "Press Office <press@example.org>"
			`, host, port, secret)), to
		},
	}
}

// relay is an SMTP server that counts envelopes and plays faults.
type relay struct {
	server   *smtp.Server
	listener net.Listener
	stalled  chan struct{}
	stopped  chan struct{}

	mu    sync.Mutex
	fault channeltest.Fault
	count int
}

func startRelay(tb testing.TB) *relay {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	r := &relay{
		listener: listener, stalled: make(chan struct{}, 1), stopped: make(chan struct{}),
		fault: channeltest.Healthy,
	}
	r.server = smtp.NewServer(r)
	r.server.Domain, r.server.AllowInsecureAuth = "relay.test", true
	r.server.ErrorLog = silent{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.server.Serve(listener) // ends when the listener is closed
	}()
	tb.Cleanup(func() {
		close(r.stopped)
		_ = listener.Close() // the server forgets one that it was not yet serving
		_ = r.server.Close()
		<-done
	})
	return r
}

// silent drops what the server says of connections that were cut on purpose.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Requests counts envelopes from MAIL FROM on.
func (r *relay) Requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

func (r *relay) Stalled() <-chan struct{} { return r.stalled }

func (r *relay) Fail(f channeltest.Fault) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch f {
	case channeltest.Redirect, channeltest.StallAnswer: // SMTP has no such thing
		return false
	case channeltest.Unreachable:
		_ = r.listener.Close() // it may be closed already
	case channeltest.Healthy:
		if r.fault == channeltest.Unreachable {
			return false
		}
	}
	r.fault = f
	return true
}

func (r *relay) now() channeltest.Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fault
}

// NewSession makes the session of one connection.
func (r *relay) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{relay: r, conn: c.Conn()}, nil
}

type session struct {
	*relay
	conn net.Conn
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, given string) error {
		if s.now() == channeltest.Deny || username != "press" || given != password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "credentials refused"}
		}
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	s.mu.Lock()
	s.count++
	s.mu.Unlock()
	switch s.now() {
	case channeltest.CutBefore:
		return s.cut()
	case channeltest.Deny: // met by a connection that was authenticated before
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "authentication required"}
	}
	return nil
}

func (s *session) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data reads the mail with its final dot, then answers as the fault says.
func (s *session) Data(mail io.Reader) error {
	if _, err := io.Copy(io.Discard, mail); err != nil {
		return err
	}
	switch s.now() {
	case channeltest.CutAfter:
		return s.cut()
	case channeltest.Stall:
		s.stalled <- struct{}{}
		<-s.stopped
		return s.cut()
	case channeltest.Garble:
		_, _ = s.conn.Write([]byte("banana\r\n")) // the client may be gone
		return s.cut()
	case channeltest.Break, channeltest.Limit:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	case channeltest.Refuse:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "not this mail"}
	}
	return nil
}

func (s *session) cut() error {
	_ = s.conn.Close() // it may be closed already
	return errors.New("cut")
}

func (s *session) Reset() {}

func (s *session) Logout() error { return nil }
