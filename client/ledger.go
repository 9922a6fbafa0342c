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

func rangeQuery(r api.LedgerRange) url.Values {
	q := url.Values{}
	put(q, "since", r.Since.String())
	put(q, "until", r.Until.String())
	put(q, "message", r.Message)
	return q
}

// ExportSigned writes a signed export of the ledger as a tar stream. After an
// error what was written is worthless.
func (c *Client) ExportSigned(ctx context.Context, r api.LedgerRange, w io.Writer) error {
	resp, err := c.open(ctx, request{method: http.MethodGet, path: path("ledger", "export"), query: rangeQuery(r)})
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or is worthless
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("receive the export: %w", err)
	}
	return nil
}

// ExportKey gives the public key by which exports are signed, as OpenSSH
// writes it.
func (c *Client) ExportKey(ctx context.Context) (api.ExportKey, error) {
	return call[api.ExportKey](ctx, c, request{method: http.MethodGet, path: path("ledger", "key")})
}

// Export hands out the ledger's entries of a range, oldest first.
func (c *Client) Export(ctx context.Context, r api.LedgerRange, hand func(api.Entry) error) error {
	resp, err := c.open(ctx, request{method: http.MethodGet, path: path("ledger", "entries"), query: rangeQuery(r)})
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
