package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"clarion/api"
)

// Sends gives one page of sends, newest first.
func (c *Client) Sends(ctx context.Context, f api.SendFilter) (api.Sends, error) {
	q := url.Values{}
	put(q, "message", f.Message)
	put(q, "audience", f.Audience)
	put(q, "mechanism", f.Mechanism)
	put(q, "state", f.State)
	put(q, "since", f.Since.String())
	put(q, "cursor", f.Cursor)
	putInt(q, "limit", int64(f.Limit))
	return call[api.Sends](ctx, c, request{method: http.MethodGet, path: path("sends"), query: q})
}

// ChangedSends waits for sends that change behind a place; -1 gives the
// present place at once.
func (c *Client) ChangedSends(ctx context.Context, after int64, wait time.Duration) (api.ChangedSends, error) {
	q := url.Values{"after": {strconv.FormatInt(after, 10)}, "wait": {wait.String()}}
	return call[api.ChangedSends](ctx, c, request{method: http.MethodGet, path: path("sends", "changes"), query: q})
}

func send(id int64, more ...string) string {
	return path(append([]string{"sends", strconv.FormatInt(id, 10)}, more...)...)
}

// Send shows one send with the evidence.
func (c *Client) Send(ctx context.Context, id int64) (api.SendDetail, error) {
	return call[api.SendDetail](ctx, c, request{method: http.MethodGet, path: send(id)})
}

// Content shows what left; recipient is 0 where people are not addressed one
// by one.
func (c *Client) Content(ctx context.Context, id, recipient int64) (api.Rendering, error) {
	q := url.Values{}
	putInt(q, "recipient", recipient)
	return call[api.Rendering](ctx, c, request{method: http.MethodGet, path: send(id, "content"), query: q})
}

// Recipients gives one page of a send's recipients in a state (empty: any).
func (c *Client) Recipients(ctx context.Context, id int64, state, cursor string, limit int) (api.Recipients, error) {
	q := url.Values{}
	put(q, "state", state)
	put(q, "cursor", cursor)
	putInt(q, "limit", int64(limit))
	return call[api.Recipients](ctx, c, request{method: http.MethodGet, path: send(id, "recipients"), query: q})
}

// Resolve says what became of an unknown send.
func (c *Client) Resolve(ctx context.Context, id int64, r api.Resolution) (api.Settled, error) {
	return call[api.Settled](ctx, c, request{method: http.MethodPost, path: send(id, "resolve"), body: r})
}

// Look looks for an unknown send at its destination now.
func (c *Client) Look(ctx context.Context, id int64) (api.Look, error) {
	return call[api.Look](ctx, c, request{method: http.MethodPost, path: send(id, "look")})
}

// Retry plans a failed send again, or gives it up.
func (c *Client) Retry(ctx context.Context, id int64, r api.Retrial) (api.Settled, error) {
	return call[api.Settled](ctx, c, request{method: http.MethodPost, path: send(id, "retry"), body: r})
}
