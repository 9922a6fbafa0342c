package email

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"clarion/channels"
)

// Notify sends a short plain text to staff, a mail of its own to each, over
// one connection. What failed comes back joined; the others have theirs.
func (c *Channel) Notify(ctx context.Context, to []string, subject, text string) error {
	r := channels.Rendering{Documents: []channels.Document{{
		Name: document, MediaType: "message/rfc822", Parts: c.notice(subject, text, time.Now()),
	}}}
	s, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }() // the outcome is known; a lost QUIT changes nothing
	var faults []error
	for _, address := range to {
		_, err := s.Publish(ctx, channels.Delivery{
			Rendering: r,
			Values:    channels.Values{RecipientAddress: address, MessageID: rand.Text()},
			Begin:     func() error { return nil },
		})
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// notice is a mail that no machine should answer (RFC 3834 5).
func (c *Channel) notice(subject, text string, at time.Time) []channels.Part {
	b := &builder{}
	b.text(header("From", mailbox(c.set.from)), "To: <")
	b.slot(channels.RecipientAddress, channels.Plain)
	b.text(">\r\n", header("Subject", unstructured(subject)), "Date: ", at.Format(time.RFC1123Z), "\r\nMessage-ID: <")
	b.slot(channels.MessageID, channels.Plain)
	b.text("@", domainOf(c.set.from.Address), ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n")
	leaf("text/plain; charset=utf-8", []channels.Part{{Literal: []byte(quote([]byte(text + "\n")))}}).write(b)
	return b.finish()
}
