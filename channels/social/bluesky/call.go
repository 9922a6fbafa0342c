package bluesky

import (
	"context"
	"net/http"
	"net/url"

	"clarion/channels/request"
)

func method(host, name string) string { return host + "/xrpc/" + name }

func query(host, name string, v url.Values) request.Request {
	return request.Request{Method: http.MethodGet, URL: method(host, name) + "?" + v.Encode()}
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// call is a request of the signed-in account.
type call struct {
	name        string     // of the method
	query       url.Values // of a request that reads
	contentType string     // of one that writes
	body        []byte
	begin       func() error // asked before each request that writes
}

// do makes a request, and makes it again if its token was refused: then the
// server did nothing. A session that is refused all the same is forgotten.
func (c *Channel) do(ctx context.Context, r call) (request.Answer, *session, error) {
	s, err := c.account.session(ctx)
	if err != nil {
		return request.Answer{}, s, err
	}
	a, err := c.client.Do(ctx, r.as(s))
	if err == nil && refusesToken(a) {
		if s, err = c.account.renew(ctx, s); err != nil {
			return request.Answer{}, s, err
		}
		a, err = c.client.Do(ctx, r.as(s))
	}
	if err == nil && (refusesToken(a) || a.Status == http.StatusUnauthorized) {
		c.account.forget(s)
	}
	return a, s, err
}

func (r call) as(s *session) request.Request {
	if r.begin == nil {
		ask := query(s.Host, r.name, r.query)
		ask.Header = bearer(s.Access)
		return ask
	}
	header := bearer(s.Access)
	header.Set("Content-Type", r.contentType)
	return request.Request{
		Method: http.MethodPost, URL: method(s.Host, r.name), Header: header, Body: r.body, Begin: r.begin,
	}
}
