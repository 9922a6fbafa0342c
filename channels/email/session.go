package email

import (
	"context"
	"fmt"
	"time"

	"clarion/channels"
)

// Bounds of an idle connection.
const (
	// idleLimit is how long a connection may rest before it is asked for a sign
	// of life: relays close idle ones, and that is better noticed before an
	// attempt opens than in it.
	idleLimit = 10 * time.Second
	aliveWait = 5 * time.Second // for that sign
)

// session is one connection and the mail that it carried last.
type session struct {
	channel *Channel
	conn    *conn
	key     key
	mail    *prepared
	room    [][]byte
}

// Publish sends one mail to one recipient.
func (s *session) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := checkValues(d.Values); err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: err.Error()}
	}
	l, err := s.letter(d)
	if err != nil {
		return channels.Receipt{}, err
	}
	if s.conn.broken {
		return channels.Receipt{}, &channels.Error{Class: channels.NotBegun, Reason: "the connection to the relay was lost before"}
	}
	e := envelope{from: s.channel.set.ReturnPath, to: d.Values.RecipientAddress, letter: l}
	return s.conn.deliver(ctx, e, d.Begin)
}

// checkValues refuses values that could end a command or a header early.
func checkValues(v channels.Values) error {
	if err := checkAddress(v.RecipientAddress); err != nil {
		return err
	}
	for _, word := range []struct{ what, value string }{
		{"Message-ID", v.MessageID}, {"unsubscribe link", v.UnsubscribeLink},
	} {
		switch {
		case word.value != "" && (!wireWord(word.value) || !ascii(word.value)):
			return fmt.Errorf("the %s holds a blank, a bracket or a character that is not ASCII", word.what)
		case len(word.value) > maxLink:
			return fmt.Errorf("the %s is longer than %d bytes", word.what, maxLink)
		}
	}
	return nil
}

// letter fills the mail for a recipient. What all share is prepared once.
func (s *session) letter(d channels.Delivery) (letter, error) {
	if k := keyOf(d); s.mail == nil || d.Digest == "" || k != s.key {
		mail, err := s.prepared(k, d)
		if err != nil {
			return letter{}, &channels.Error{Class: channels.Temporary, Reason: "the mail could not be put together", Err: err}
		}
		s.key, s.mail = k, mail
	}
	l, err := s.mail.fill(d.Values, s.room)
	if err != nil {
		return letter{}, &channels.Error{Class: channels.Permanent, Reason: "the mail could not be addressed", Err: err}
	}
	s.room = l.filled
	return l, nil
}

func (s *session) prepared(k key, d channels.Delivery) (*prepared, error) {
	if d.Digest == "" {
		return prepare(d.Rendering, d.Values)
	}
	return s.channel.ready.get(k, d)
}

// Alive reports whether the connection can carry another delivery. One that
// rested is asked, for up to five seconds.
func (s *session) Alive() bool {
	if s.conn.broken || time.Since(s.conn.used) < idleLimit {
		return !s.conn.broken
	}
	ctx, cancel := context.WithTimeout(context.Background(), aliveWait)
	defer cancel()
	return s.conn.alive(ctx)
}

// Close ends the session.
func (s *session) Close() error {
	s.conn.quit()
	return nil
}
