package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"clarion/api"
)

// Add adds a message, or checks it alone if the draft says so.
func (c *Client) Add(ctx context.Context, d api.Draft) (api.Drafted, error) {
	return call[api.Drafted](ctx, c, request{method: http.MethodPost, path: path("messages"), body: d})
}

// Edit makes a new revision of a message.
func (c *Client) Edit(ctx context.Context, id string, d api.Draft) (api.Drafted, error) {
	return call[api.Drafted](ctx, c, request{method: http.MethodPut, path: path("messages", id), body: d})
}

// ImportFeed makes drafts of the entries of a feed, or checks it alone if the
// feed says so.
func (c *Client) ImportFeed(ctx context.Context, f api.Feed) (api.FeedImported, error) {
	return call[api.FeedImported](ctx, c, request{method: http.MethodPost, path: path("feeds", "import"), body: f})
}

// Messages gives one page of messages, newest first.
func (c *Client) Messages(ctx context.Context, f api.MessageFilter) (api.Messages, error) {
	q := url.Values{}
	put(q, "state", f.State)
	put(q, "cursor", f.Cursor)
	putInt(q, "limit", int64(f.Limit))
	return call[api.Messages](ctx, c, request{method: http.MethodGet, path: path("messages"), query: q})
}

// put sets a parameter that is not empty.
func put(q url.Values, key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}

func putInt(q url.Values, key string, n int64) {
	if n != 0 {
		q.Set(key, strconv.FormatInt(n, 10))
	}
}

// Message shows one message.
func (c *Client) Message(ctx context.Context, id string) (api.MessageDetail, error) {
	return call[api.MessageDetail](ctx, c, request{method: http.MethodGet, path: path("messages", id)})
}

// Agenda tells what leaves within some days (0: seven), the next first.
func (c *Client) Agenda(ctx context.Context, days int) (api.Agenda, error) {
	q := url.Values{}
	putInt(q, "days", int64(days))
	return call[api.Agenda](ctx, c, request{method: http.MethodGet, path: path("agenda"), query: q})
}

// Source gives a message as an announcement file.
func (c *Client) Source(ctx context.Context, id string) ([]byte, error) {
	resp, err := c.open(ctx, request{method: http.MethodGet, path: path("messages", id, "source")})
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the source of message %s: %w", id, err)
	}
	return b, nil
}

// Rendering shows what a channel would publish of a message.
func (c *Client) Rendering(ctx context.Context, id, channel string) (api.Rendering, error) {
	return call[api.Rendering](ctx, c, request{method: http.MethodGet, path: path("messages", id, "renderings", channel)})
}

// act makes a decision about a message.
func act[T any](ctx context.Context, c *Client, id, verb string, body any) (T, error) {
	return call[T](ctx, c, request{method: http.MethodPost, path: path("messages", id, verb), body: body})
}

// Submit puts a message up for approval and gives the digest to approve.
func (c *Client) Submit(ctx context.Context, id string) (api.Submitted, error) {
	return act[api.Submitted](ctx, c, id, "submit", nil)
}

// Approve approves a message by its full digest.
func (c *Client) Approve(ctx context.Context, id, digest string) (api.Approved, error) {
	return act[api.Approved](ctx, c, id, "approve", api.Approval{Digest: digest})
}

// Return gives a message in review back to its authors.
func (c *Client) Return(ctx context.Context, id, reason string) error {
	_, err := act[api.Done](ctx, c, id, "return", api.Reason{Reason: reason})
	return err
}

// Emergency lets go what nobody approved; it may take a second person.
func (c *Client) Emergency(ctx context.Context, id, digest, reason string) (api.Decision, error) {
	return act[api.Decision](ctx, c, id, "emergency", api.Emergency{Digest: digest, Reason: reason})
}

// Settle approves afterwards what was released in an emergency.
func (c *Client) Settle(ctx context.Context, id, reason string) error {
	_, err := act[api.Done](ctx, c, id, "settle", api.Reason{Reason: reason})
	return err
}

// Difference shows what changed since the last approved revision.
func (c *Client) Difference(ctx context.Context, id string) (api.Differences, error) {
	return call[api.Differences](ctx, c, request{method: http.MethodGet, path: path("messages", id, "difference")})
}

// Comment says something about a message.
func (c *Client) Comment(ctx context.Context, id, text string) error {
	_, err := act[api.Done](ctx, c, id, "comments", api.Remark{Text: text})
	return err
}

// Hold keeps a message from leaving.
func (c *Client) Hold(ctx context.Context, id, reason string) error {
	_, err := act[api.Done](ctx, c, id, "hold", api.Reason{Reason: reason})
	return err
}

// Release lets what is held go on; it may take a second person.
func (c *Client) Release(ctx context.Context, id, reason string) (api.Decision, error) {
	return act[api.Decision](ctx, c, id, "release", api.Reason{Reason: reason})
}

// ReleaseAll lets all go on that is held for one reason; it may take a second
// person.
func (c *Client) ReleaseAll(ctx context.Context, hold, reason string) (api.ReleasedAll, error) {
	return call[api.ReleasedAll](ctx, c, request{method: http.MethodPost, path: path("holds", hold, "release"), body: api.Reason{Reason: reason}})
}

// Cancel ends a message, or what has not started of it.
func (c *Client) Cancel(ctx context.Context, id, reason string) error {
	_, err := act[api.Done](ctx, c, id, "cancel", api.Reason{Reason: reason})
	return err
}

// Rehearse runs a message as a rehearsal.
func (c *Client) Rehearse(ctx context.Context, id string) (api.Rehearsed, error) {
	return act[api.Rehearsed](ctx, c, id, "rehearse", nil)
}
