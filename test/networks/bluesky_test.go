//go:build servers

package networks_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// The account that test/servers/bluesky.sh makes.
const (
	handle   = "caster.test"
	password = "pw-caster-1"
)

func TestBlueskyOverCutConnections(t *testing.T) {
	address := os.Getenv("CLARION_BLUESKY")
	if address == "" {
		t.Skip("NOT TESTED against a real server: set CLARION_BLUESKY")
	}
	t.Setenv("CLARION_TRIAL_PASSWORD", password)
	network{
		address: address,
		channel: func(address string) string {
			return "kind = \"bluesky\"\nservice = \"" + address + "\"\nidentifier = \"" + handle +
				"\"\napp_password = \"env:CLARION_TRIAL_PASSWORD\"\nsettle_after = \"2s\"\n"
		},
		cutter: func(t *testing.T, host string) *cutter {
			return newCutter(t, host, cuts, func(r *http.Request) bool {
				return strings.HasSuffix(r.URL.Path, "/com.atproto.repo.putRecord")
			})
		},
		posts: records,
		every: 5, sentences: 8,
	}.try(t)
}

// records reads the account's posts whose text holds the mark.
func records(t *testing.T, mark string) []string {
	t.Helper()
	var all []string
	for cursor := ""; ; {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, os.Getenv("CLARION_BLUESKY")+"/xrpc/com.atproto.repo.listRecords?"+url.Values{
			"repo": {handle}, "collection": {"app.bsky.feed.post"}, "limit": {"100"}, "cursor": {cursor},
		}.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Cursor  string
			Records []struct{ Value struct{ Text string } }
		}
		read200(t, req, &page)
		for _, r := range page.Records {
			if strings.Contains(r.Value.Text, mark) {
				all = append(all, r.Value.Text)
			}
		}
		if cursor = page.Cursor; cursor == "" || len(page.Records) == 0 {
			return all
		}
	}
}
