package mailcatcher

import (
	"io"

	"github.com/emersion/go-smtp"
)

// session is one client's connection (smtp.Session).
type session struct {
	box  *box
	from string
	to   []string
}

// Mail opens an envelope.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

// Rcpt takes anybody.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data puts the mail into the box.
func (s *session) Data(r io.Reader) error {
	source, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.box.put(s.from, s.to, source)
	return nil
}

// Reset closes the envelope.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout has nothing to do.
func (s *session) Logout() error { return nil }
