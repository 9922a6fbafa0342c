package courier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/request"
	"clarion/fetch"
	"clarion/hooks"
)

// Timeout bounds one attempt, and the making of its connection.
const (
	Timeout     = 20 * time.Second
	dialTimeout = 10 * time.Second
)

// poster makes one request. An answer of any status is no error.
type poster func(ctx context.Context, address string, header http.Header, body []byte) (request.Answer, error)

// requester makes requests: to the public internet, or inside where that is
// allowed.
type requester struct {
	outside, inside *request.Client
	allowed         func(address string) bool
}

func newRequester(s Settings, allowed func(string) bool) requester {
	return requester{
		outside: request.New(s.Agent, request.Through(fetch.Outside(s.Resolver, dialTimeout))),
		inside:  request.New(s.Agent, request.Through(&net.Dialer{Resolver: s.Resolver, Timeout: dialTimeout})),
		allowed: allowed,
	}
}

func (r requester) post(ctx context.Context, address string, header http.Header, body []byte) (request.Answer, error) {
	client := r.outside
	if r.allowed(address) {
		client = r.inside
	}
	return client.Do(ctx, request.Request{Method: http.MethodPost, URL: address, Header: header, Body: body})
}

// Allow takes over other origins that may be reached although they are inside.
func (c *Courier) Allow(addresses []string) {
	allowed := map[string]bool{}
	for _, a := range addresses {
		if origin := fetch.Origin(a); origin != "" {
			allowed[origin] = true
		}
	}
	c.allowed.Store(&allowed)
}

// inside reports whether an address may be reached although it is inside.
func (c *Courier) inside(address string) bool { return (*c.allowed.Load())[fetch.Origin(address)] }

// Try tells a hook of nothing but the trial, once.
func (c *Courier) Try(ctx context.Context, h hooks.Hook) hooks.Answer {
	return c.tell(ctx, h, hooks.Event{
		ID: "test_" + strings.ToLower(rand.Text()[:13]), Type: hooks.Test, At: time.Now(), Data: hooks.HookData{Name: h.Name},
	})
}

// tell makes one attempt.
func (c *Courier) tell(ctx context.Context, h hooks.Hook, e hooks.Event) hooks.Answer {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	began := time.Now()
	answer, err := c.request(ctx, h, e, began)
	a := hooks.Answer{Status: answer.Status, Began: began, Took: time.Since(began)}
	a.Says, a.Until = says(ctx, answer, err), answer.RetryAfter(time.Now())
	if answer.Status != http.StatusTooManyRequests && answer.Status < http.StatusInternalServerError {
		a.Until = time.Time{}
	}
	return a
}

func (c *Courier) request(ctx context.Context, h hooks.Hook, e hooks.Event, now time.Time) (request.Answer, error) {
	body, err := e.Body()
	if err != nil {
		return request.Answer{}, err
	}
	signers, err := h.Signers(now)
	if err != nil {
		return request.Answer{}, err
	}
	header, err := signers.Header(e.ID, now, body)
	if err != nil {
		return request.Answer{}, err
	}
	return c.post(ctx, h.URL, header, body)
}

// says puts in words what an attempt came to, and nothing that the receiver
// wrote.
func says(ctx context.Context, a request.Answer, err error) string {
	e := channels.AsError(err)
	switch {
	case err == nil && a.Status >= 300 && a.Status < 400:
		return fmt.Sprintf("answered %d, and a redirect is not followed", a.Status)
	case err == nil:
		return strings.TrimSpace(fmt.Sprintf("answered %d %s", a.Status, http.StatusText(a.Status)))
	case fetch.LedInside(err):
		return "was not asked: its address leads inside a network; the operator allows that by hooks.allow in the configuration"
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("did not answer within %s", Timeout)
	case e == nil:
		return "was not asked: the event could not be made"
	case e.Err != nil:
		return fmt.Sprintf("gave no answer: %s (%v)", e.Reason, e.Err)
	default:
		return "gave no answer: " + e.Reason
	}
}
