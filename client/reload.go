package client

import (
	"context"
	"net/http"

	"clarion/api"
)

// Reload has the daemon read its configuration again.
func (c *Client) Reload(ctx context.Context) (api.Reloaded, error) {
	return call[api.Reloaded](ctx, c, request{method: http.MethodPost, path: path("reload")})
}
