package webhook

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// Publish sends the event once.
func (c *channel) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	body, err := fill(d.Rendering, d.Values)
	if err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: "the event could not be completed", Err: err}
	}
	now := c.now()
	header, err := c.signers.Header(d.Key, now, body)
	if err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: "the event could not be signed", Err: err}
	}
	answer, err := c.send(ctx, request.Request{Method: http.MethodPost, URL: c.settings.URL, Header: header, Body: body, Begin: d.Begin})
	if err != nil {
		return channels.Receipt{}, err
	}
	if !answer.OK() {
		return channels.Receipt{}, refusal(answer, now)
	}
	return channels.Receipt{RemoteID: d.Key, Detail: fmt.Sprintf("the receiver answered %d", answer.Status)}, nil
}

func fill(r channels.Rendering, v channels.Values) ([]byte, error) {
	event, ok := r.Document(docEvent)
	if !ok {
		return nil, fmt.Errorf("the rendering has no document %q", docEvent)
	}
	return event.Fill(v)
}

// send makes the request. What may have arrived may be sent again: a receiver
// knows it by its webhook-id.
func (c *channel) send(ctx context.Context, r request.Request) (request.Answer, error) {
	client, err := c.trusting()
	if err != nil {
		return request.Answer{}, err
	}
	var refused error
	begin := r.Begin
	r.Begin = func() error {
		refused = begin()
		return refused
	}
	answer, err := client.Do(ctx, r)
	if e := channels.AsError(err); refused == nil && e != nil && e.Class == channels.Unknown {
		return answer, &channels.Error{Class: channels.Temporary, Reason: e.Reason + "; the event may have arrived, and is known by its webhook-id", Err: e.Err}
	}
	return answer, err
}

// trusting gives a client. A file of certificates is read each time, so that a
// new one needs no restart.
func (c *channel) trusting() (*request.Client, error) {
	if c.settings.CAFile == "" {
		return c.client, nil
	}
	pem, err := os.ReadFile(c.settings.CAFile)
	pool := x509.NewCertPool()
	if err == nil && !pool.AppendCertsFromPEM(pem) {
		err = errors.New("there is no certificate in it")
	}
	if err != nil {
		return nil, &channels.Error{Class: channels.Unavailable, Reason: "ca_file cannot be used", Err: err}
	}
	return request.New(agent, request.Roots(pool)), nil
}

// refusal says what an answer that is no 2xx means (Standard Webhooks,
// "Delivery success and failure").
func refusal(a request.Answer, now time.Time) error {
	e := a.Fault(wordsOf(a), now)
	switch {
	case a.Status == http.StatusTooManyRequests:
	case a.Status >= 300 && a.Status < 400:
		e.Class = channels.Unavailable
		e.Reason += "; the receiver has moved, change url in the configuration"
	case a.Status == http.StatusGone:
		e.Class = channels.Unavailable
		e.Reason += "; the receiver wants no more events"
	case a.Status == http.StatusNotFound:
		e.Class = channels.Unavailable
	case a.Status >= 500 && !a.RetryAfter(now).IsZero():
		e.Class, e.Until = channels.RateLimited, a.RetryAfter(now)
	case a.Status >= 500, a.Status == http.StatusRequestTimeout, a.Status == http.StatusTooEarly:
		e.Class = channels.Temporary
	}
	return e
}

// wordsOf gives what a receiver says for people: a plain text, or the detail or
// title of problem details (RFC 9457).
func wordsOf(a request.Answer) string {
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")) // none is as good as unknown
	switch kind {
	case "text/plain":
		return string(a.Body)
	case "application/problem+json":
		var problem struct{ Title, Detail string }
		_ = json.Unmarshal(a.Body, &problem) // what makes no sense says nothing
		return first(problem.Detail, problem.Title)
	default:
		return ""
	}
}

// errReached stops a request that is only there to make the connection.
var errReached = errors.New("the receiver was reached")

// Check tells whether the receiver can be reached: it makes the connection,
// over TLS with a certificate that can be trusted, and asks nothing. Whether
// the receiver knows the secret shows only in an event.
func (c *channel) Check(ctx context.Context) (channels.Standing, error) {
	_, err := c.send(ctx, request.Request{
		Method: http.MethodPost, URL: c.settings.URL, Body: []byte{}, Begin: func() error { return errReached },
	})
	if errors.Is(err, errReached) {
		err = nil
	}
	return channels.Standing{}, err
}
