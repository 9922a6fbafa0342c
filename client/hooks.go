package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"clarion/api"
)

// Hooks lists the systems that are told what happens.
func (c *Client) Hooks(ctx context.Context) (api.Hooks, error) {
	return call[api.Hooks](ctx, c, request{method: http.MethodGet, path: path("hooks")})
}

// AddHook has a system told what happens. Its secret is shown this once.
func (c *Client) AddHook(ctx context.Context, r api.HookRequest) (api.HookMade, error) {
	return call[api.HookMade](ctx, c, request{method: http.MethodPost, path: path("hooks"), body: r})
}

// Hook shows a hook.
func (c *Client) Hook(ctx context.Context, name string) (api.Hook, error) {
	return call[api.Hook](ctx, c, request{method: http.MethodGet, path: path("hooks", name)})
}

// RotateHook gives a hook another secret; the one before signs as well for so
// long.
func (c *Client) RotateHook(ctx context.Context, name string, overlap time.Duration) (api.HookMade, error) {
	return call[api.HookMade](ctx, c, request{method: http.MethodPost, path: path("hooks", name, "rotate"), body: api.Rotation{Overlap: int64(overlap / time.Second)}})
}

// EnableHook has a hook told again.
func (c *Client) EnableHook(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("hooks", name, "enable")})
	return err
}

// DisableHook has a hook told no more.
func (c *Client) DisableHook(ctx context.Context, name, reason string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("hooks", name, "disable"), body: api.Reason{Reason: reason}})
	return err
}

// DropHook takes a hook away.
func (c *Client) DropHook(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodDelete, path: path("hooks", name)})
	return err
}

// TestHook sends a hook a trial event now.
func (c *Client) TestHook(ctx context.Context, name string) (api.HookAnswer, error) {
	return call[api.HookAnswer](ctx, c, request{method: http.MethodPost, path: path("hooks", name, "test")})
}

// Deliveries lists what a hook was told, the newest first.
func (c *Client) Deliveries(ctx context.Context, name, state string, before int64, limit int) (api.Deliveries, error) {
	q := url.Values{}
	put(q, "state", state)
	putInt(q, "before", before)
	putInt(q, "limit", int64(limit))
	return call[api.Deliveries](ctx, c, request{method: http.MethodGet, path: path("hooks", name, "deliveries"), query: q})
}

// ResendHook has a hook told again of an event, or of all since an instant.
func (c *Client) ResendHook(ctx context.Context, name string, r api.Resend) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("hooks", name, "resend"), body: r})
	return err
}
