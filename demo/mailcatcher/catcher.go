// Package mailcatcher takes the demonstration office's mails in the place of a
// relay, keeps the last of them in memory, and shows them in the browser.
//
// Failure rules. It accepts any mail for anybody and never passes one on: it
// holds no SMTP client and dials nothing. It listens on loopback only. A mail
// that cannot be read as one is kept and shown as its source. When it is full
// the oldest mails go.
package mailcatcher

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/emersion/go-smtp"
)

// Limits of what is kept.
const (
	MaxMails = 5_000
	MaxBytes = 100_000_000 // of all mails' sources together
	MaxMail  = 30_000_000  // bytes of one mail
)

// wait bounds a client's silence.
const wait = time.Minute

// Catcher is the SMTP server, the box of mails, and the pages that show it.
type Catcher struct {
	listener net.Listener
	server   *smtp.Server
	served   <-chan error // nil before Start
	box      *box
	pages    *template.Template
}

// New listens for SMTP at a loopback address; port 0 takes a free one. Start
// begins to serve.
func New(listenSMTP string) (*Catcher, error) {
	pages, err := template.ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the mail catcher's pages: %w", err)
	}
	listener, err := net.Listen("tcp", listenSMTP)
	if err != nil {
		return nil, fmt.Errorf("listen for mails: %w", err)
	}
	if addr, ok := listener.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
		return nil, errors.Join(
			fmt.Errorf("the mail catcher would listen on %s; give it a loopback address such as 127.0.0.1:0", listener.Addr()),
			listener.Close(),
		)
	}
	c := &Catcher{listener: listener, box: newBox(MaxMails, MaxBytes), pages: pages}
	c.server = c.smtp()
	return c, nil
}

func (c *Catcher) smtp() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{box: c.box}, nil }))
	s.Domain = "mailcatcher.localhost"
	s.MaxMessageBytes = MaxMail
	s.ReadTimeout, s.WriteTimeout = wait, wait
	s.EnableSMTPUTF8 = true
	s.ErrorLog = log.New(io.Discard, "", 0) // a client that hangs up is no news
	return s
}

// Start serves until Stop.
func (c *Catcher) Start() {
	served := make(chan error, 1)
	c.served = served
	go func() {
		served <- c.server.Serve(c.listener)
		close(served)
	}()
}

// Stop closes every connection and waits for the server's end. The mails stay
// to be looked at. A second Stop does nothing.
func (c *Catcher) Stop() error {
	err := c.server.Close()
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	if closed := c.listener.Close(); !errors.Is(closed, net.ErrClosed) { // the server has closed it if it was started
		err = errors.Join(err, closed)
	}
	if c.served != nil {
		err = errors.Join(err, <-c.served)
	}
	if err != nil {
		return fmt.Errorf("stop the mail catcher: %w", err)
	}
	return nil
}

// Addr is where mails are taken, as host:port.
func (c *Catcher) Addr() string { return c.listener.Addr().String() }

// Handler shows the mails. Its links are relative, so that it can stand under
// any path that ends with a slash.
func (c *Catcher) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.list)
	mux.HandleFunc("GET /api", c.api)
	mux.HandleFunc("GET /style.css", c.style)
	mux.HandleFunc("GET /mail/{id}", c.withMail(c.show))
	mux.HandleFunc("GET /mail/{id}/html", c.withMail(c.html))
	mux.HandleFunc("GET /mail/{id}/source", c.withMail(c.source))
	return guarded(mux)
}
