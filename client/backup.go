package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"

	"clarion/api"
)

// Backup is what was backed up.
type Backup struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hex
}

// Backup writes a backup. After an error what was written is worthless.
func (c *Client) Backup(ctx context.Context, w io.Writer) (Backup, error) {
	resp, err := c.open(ctx, request{method: http.MethodGet, path: path("backup")})
	if err != nil {
		return Backup{}, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or is worthless
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), resp.Body)
	if err != nil {
		return Backup{}, fmt.Errorf("receive the backup: %w", err)
	}
	want := "sha-256=:" + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + ":"
	if got := resp.Trailer.Get(api.DigestTrailer); got != want {
		return Backup{}, fmt.Errorf("receive the backup: its digest is %q and what came has %q", got, want)
	}
	return Backup{Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}
