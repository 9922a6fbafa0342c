//go:build servers

package readers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
)

// TestMiniflux needs the address of a Miniflux with name and password, as in
// http://admin:admin-pass@127.0.0.1:8180, which test/servers/miniflux.sh
// starts.
func TestMiniflux(t *testing.T) {
	base := os.Getenv("CLARION_MINIFLUX")
	if base == "" {
		t.Skip("CLARION_MINIFLUX NAMES NO SERVER, nothing was tried")
	}
	for _, file := range []string{"public.atom", "all.rss", "all.json"} {
		t.Run(file, func(t *testing.T) {
			follow(t, func(t *testing.T, feed string) reader { return miniflux(t, base, feed) }, file)
		})
	}
}

func miniflux(t *testing.T, base, feed string) reader {
	t.Helper()
	var added struct {
		ID int64 `json:"feed_id"`
	}
	ask(t, http.MethodPost, base+"/v1/feeds", map[string]any{"feed_url": feed, "category_id": 1}, &added)
	t.Cleanup(func() { ask(t, http.MethodDelete, fmt.Sprintf("%s/v1/feeds/%d", base, added.ID), nil, nil) })
	return func(t *testing.T) []seen {
		t.Helper()
		ask(t, http.MethodPut, fmt.Sprintf("%s/v1/feeds/%d/refresh", base, added.ID), nil, nil)
		var stored struct {
			Entries []struct{ Title, Hash, Content string }
		}
		ask(t, http.MethodGet, fmt.Sprintf("%s/v1/feeds/%d/entries", base, added.ID), nil, &stored)
		var all []seen
		for _, e := range stored.Entries {
			all = append(all, seen{e.Title, e.Hash, e.Content})
		}
		return all
	}
}

// ask makes one request of the API (https://miniflux.app/docs/api.html).
func ask(t *testing.T, method, url string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(body)) //nolint:noctx // the client's time-out ends it; a clean-up has no context
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Timeout: patience}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s of Miniflux: %v", method, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: %s", method, req.URL.Redacted(), resp.Status)
	}
	if out == nil {
		return
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		t.Fatalf("%s of Miniflux: %v", method, err)
	}
}
