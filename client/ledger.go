package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"clarion/api"
)

// Heads gives the ledger's heads.
func (c *Client) Heads(ctx context.Context) (api.Heads, error) {
	return call[api.Heads](ctx, c, request{method: http.MethodGet, path: path("ledger", "heads")})
}

// Verify has the server verify the ledger against exported heads.
func (c *Client) Verify(ctx context.Context, heads []api.Head) (api.Verification, error) {
	if heads == nil {
		heads = []api.Head{}
	}
	return call[api.Verification](ctx, c, request{method: http.MethodPost, path: path("ledger", "verify"), body: api.Heads{Heads: heads}})
}

// Export hands out the ledger's entries from an instant on, oldest first.
func (c *Client) Export(ctx context.Context, since api.Time, hand func(api.Entry) error) error {
	q := url.Values{}
	put(q, "since", since.String())
	resp, err := c.open(ctx, request{method: http.MethodGet, path: path("ledger", "entries"), query: q})
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or is worthless
	lines := json.NewDecoder(resp.Body)
	for {
		var e api.Entry
		err := lines.Decode(&e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the ledger's export: %w", err)
		}
		if err := hand(e); err != nil {
			return err
		}
	}
}
