//go:build servers

package networks_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

func TestMastodonOverCutConnections(t *testing.T) {
	t.Parallel()
	address := os.Getenv("CLARION_GOTOSOCIAL")
	if address == "" || os.Getenv("CLARION_GOTOSOCIAL_TOKEN") == "" {
		t.Skip("NOT TESTED against a real server: set CLARION_GOTOSOCIAL and CLARION_GOTOSOCIAL_TOKEN")
	}
	network{
		address: address,
		channel: func(address string) string {
			return "kind = \"mastodon\"\nserver = \"" + address + "\"\ntoken = \"env:CLARION_GOTOSOCIAL_TOKEN\"\nsettle_after = \"2s\"\n"
		},
		cutter: func(t *testing.T, host string) *cutter {
			return newCutter(t, host, cuts, func(r *http.Request) bool {
				return r.Method == http.MethodPost && r.URL.Path == "/api/v1/statuses"
			})
		},
		posts: statuses,
		every: 20, sentences: 60, // the server takes 5,000 characters
	}.try(t)
}

// statuses reads the account's posts, newest first, until a page has none with
// the mark.
func statuses(t *testing.T, mark string) []string {
	t.Helper()
	var account struct{ ID string }
	fromMastodon(t, "/api/v1/accounts/verify_credentials", &account)
	var all []string
	for before := ""; ; {
		var page []struct{ ID, Content string }
		fromMastodon(t, "/api/v1/accounts/"+account.ID+"/statuses?limit=40&max_id="+url.QueryEscape(before), &page)
		found := len(all)
		for _, s := range page {
			if strings.Contains(s.Content, mark) {
				all = append(all, s.Content)
			}
			before = s.ID
		}
		if len(page) == 0 || found > 0 && len(all) == found {
			return all
		}
	}
}

func fromMastodon(t *testing.T, path string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, os.Getenv("CLARION_GOTOSOCIAL")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("CLARION_GOTOSOCIAL_TOKEN"))
	req.Header.Set("User-Agent", "clarion-trial")
	read200(t, req, into)
}

// read200 reads the JSON of a good answer.
func read200(t *testing.T, req *http.Request, into any) {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s", req.URL.Path, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
