// Package email publishes by SMTP: one mail with text and HTML for each
// recipient, over connections that are used again.
//
// Failure rules. Nothing counts as sent before the relay accepted the final
// dot. What is lost before the first byte of that dot is written was not sent
// and is Temporary (RFC 5321 4.1.1.10); what is lost after it is Unknown. A
// refusal of the recipient or of the mail is Permanent with a 5xx and
// Temporary with a 4xx. Refused credentials, a certificate that does not hold
// and a refused sender are Unavailable: they would meet every recipient. A
// session that lost its connection is not alive and begins nothing more. A
// reason never holds an address or a secret.
package email

import (
	"context"
	"errors"
	"net"
	"strconv"

	"clarion/channels"
)

// Kind is the registry's line for email.
func Kind() channels.Kind {
	return channels.Kind{
		Name:    "email",
		Summary: "Mails to the subscribers of an audience, through an SMTP relay.",
		New:     newChannel,
	}
}

// Channel is one relay and one sender.
type Channel struct {
	set   settings
	list  string // the channel's name
	about string // the office's name
	ready *cache
}

func newChannel(s channels.Settings) (channels.Channel, error) {
	var set settings
	if err := errors.Join(s.Decode(&set), set.complete()); err != nil {
		return nil, err
	}
	return &Channel{set: set, list: s.Name, about: s.Office, ready: newCache()}, nil
}

// Capabilities tells what the channel can do.
func (c *Channel) Capabilities() channels.Capabilities {
	return channels.Capabilities{Addressed: true, Media: true, Concurrency: 10, Ahead: 32}
}

// Destination identifies the relay, the account and the sender.
func (c *Channel) Destination() channels.Destination {
	scheme := "smtp"
	if c.set.Security == securityTLS {
		scheme = "smtps"
	}
	return channels.Destination{
		Kind:     "email",
		Endpoint: scheme + "://" + c.set.relay(),
		Account:  c.set.Username,
		Sender:   c.set.from.Address,
	}
}

// Connect opens a session with the relay: it is greeted, encrypted and
// authenticated when Connect returns.
func (c *Channel) Connect(ctx context.Context) (channels.Session, error) {
	conn, err := dial(ctx, &c.set)
	if err != nil {
		return nil, err
	}
	return &session{channel: c, conn: conn}, nil
}

// Publish sends one mail over a connection of its own.
func (c *Channel) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	s, err := c.Connect(ctx)
	if err != nil {
		return channels.Receipt{}, err
	}
	defer func() { _ = s.Close() }() // the outcome is known; a lost QUIT changes nothing
	return s.Publish(ctx, d)
}

// Check connects, authenticates and asks for a sign of life.
func (c *Channel) Check(ctx context.Context) (channels.Standing, error) {
	conn, err := dial(ctx, &c.set)
	if err != nil {
		return channels.Standing{}, err
	}
	defer conn.quit()
	if !conn.alive(ctx) {
		return channels.Standing{}, &channels.Error{Class: channels.Temporary, Reason: "the relay did not answer after sign-in"}
	}
	return channels.Standing{Account: c.set.Username}, nil
}

// relay is the address that is dialled.
func (s *settings) relay() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }
