package client

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"clarion/api"
)

// Channels lists the configured channels.
func (c *Client) Channels(ctx context.Context) (api.Channels, error) {
	return call[api.Channels](ctx, c, request{method: http.MethodGet, path: path("channels")})
}

// CheckChannel asks whether a channel's destination and credentials are good.
func (c *Client) CheckChannel(ctx context.Context, name string) (api.Checked, error) {
	return call[api.Checked](ctx, c, request{method: http.MethodPost, path: path("channels", name, "check")})
}

// PauseChannel keeps a channel from sending.
func (c *Client) PauseChannel(ctx context.Context, name, reason string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("channels", name, "pause"), body: api.Reason{Reason: reason}})
	return err
}

// ResumeChannel lets a paused channel go on.
func (c *Client) ResumeChannel(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("channels", name, "resume")})
	return err
}

// RehearseChannel switches a channel to rehearsal or live.
func (c *Client) RehearseChannel(ctx context.Context, name string, rehearsal bool) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("channels", name, "mode"), body: api.Mode{Rehearsal: rehearsal}})
	return err
}

// Audiences lists the audiences.
func (c *Client) Audiences(ctx context.Context) (api.Audiences, error) {
	return whole(func(cursor string) (api.Audiences, string, error) {
		page, err := call[api.Audiences](ctx, c, request{method: http.MethodGet, path: path("audiences"), query: nextPage(cursor)})
		return page, page.Next, err
	}, func(all *api.Audiences, page api.Audiences) {
		all.Audiences, all.Next = append(all.Audiences, page.Audiences...), ""
	})
}

// SetAudience adds or changes an audience.
func (c *Client) SetAudience(ctx context.Context, name string, s api.AudienceSettings) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPut, path: path("audiences", name), body: s})
	return err
}

// Import puts the people of a CSV list into an audience.
func (c *Client) Import(ctx context.Context, name string, list io.Reader, goodRows bool) (api.Imported, error) {
	q := url.Values{}
	if goodRows {
		q.Set("good_rows", "true")
	}
	return call[api.Imported](ctx, c, request{method: http.MethodPost, path: path("audiences", name, "import"), query: q, raw: list, mediaType: "text/csv"})
}

// Frozen tells whether everything is frozen.
func (c *Client) Frozen(ctx context.Context) (api.Freeze, error) {
	return call[api.Freeze](ctx, c, request{method: http.MethodGet, path: path("freeze")})
}

// Freeze freezes everything.
func (c *Client) Freeze(ctx context.Context, reason string) (api.Pressed, error) {
	return call[api.Pressed](ctx, c, request{method: http.MethodPost, path: path("freeze"), body: api.Reason{Reason: reason}})
}

// Thaw ends a freeze; it takes two people.
func (c *Client) Thaw(ctx context.Context, reason string) (api.Decision, error) {
	return call[api.Decision](ctx, c, request{method: http.MethodPost, path: path("thaw"), body: api.Reason{Reason: reason}})
}

// Status tells the version and what waits.
func (c *Client) Status(ctx context.Context) (api.Status, error) {
	return call[api.Status](ctx, c, request{method: http.MethodGet, path: path("status")})
}
