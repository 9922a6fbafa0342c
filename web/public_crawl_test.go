package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/message"
)

// Before a message is published, every address that could be guessed of it
// answers exactly as one that never was: status, headers and body. Afterwards
// its page, entry and assets are there, and what is of no public audience is
// still not.
func TestPublicCrawl(t *testing.T) {
	r := openRoom(t)
	picture := r.asset("map.png", "image/png", pngOf(30, 30))
	r.publish("An older message", "public")
	draft := r.queueAs(message.Content{
		Title: "Bridge opens", Body: "On Sunday.", Language: "en", Assets: []channels.Asset{picture},
		Schedule: message.Schedule{LateLimit: message.DefaultLateLimit},
	}, "public", "press")

	guesses := []string{
		"/news/" + draft.slug, "/media/" + picture.SHA256, "/news/" + draft.message, "/news/" + draft.entry, "/news/bridge-opens",
		"/news/" + draft.slug + "/", "/news/" + strings.ToUpper(draft.slug), "/news/" + draft.slug + ".html", "/news/" + draft.slug + "?preview=1",
		"/preview/" + draft.slug, "/drafts/" + draft.message, "/media/map.png", "/media/" + picture.SHA256 + ".png", "/assets/" + picture.SHA256,
		"/feeds/press.atom", "/feeds/press.rss", "/feeds/press.json", "/feeds/" + draft.message + ".atom", "/news/", "/news", "/media/", "/feeds/", "/unsubscribe/",
		"/unsubscribe/" + draft.message, "/console/", "/api/v1/messages", "/api/v1/openapi.json", "/clarion.db", "/robots.txt", "/%2e%2e/clarion.db",
	}
	requests := []map[string]string{
		nil, {"Accept-Encoding": "gzip"}, {"If-None-Match": "*"}, {"Range": "bytes=0-1"},
		{"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, {"Accept": "application/json"}, {"Accept-Language": "cy"},
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		never := r.ask(method, "/news/bridge-opens-"+randomName(), nil)
		if never.status != http.StatusNotFound || never.header.Get("Cache-Control") != "no-store" || never.header.Get("ETag") != "" {
			t.Fatalf("%s of nothing: %d %v", method, never.status, never.header)
		}
		for _, path := range guesses {
			for _, header := range requests {
				if diff := cmp.Diff(never, r.ask(method, path, header), cmp.AllowUnexported(received{})); diff != "" {
					t.Errorf("%s %s with %v (-never +not yet):\n%s", method, path, header, diff)
				}
			}
		}
	}
	for _, path := range []string{"/", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/public.atom"} {
		if got := r.found(path); strings.Contains(got.body, "Bridge") || strings.Contains(got.body, draft.slug) {
			t.Errorf("%s tells of what is not published yet", path)
		}
	}

	r.publishDue()
	for i, path := range guesses {
		if got, there := r.get(path), i < 2 || path == "/news/"+draft.slug+"?preview=1"; (got.status == http.StatusOK) != there {
			t.Errorf("after the publication %s answers %d", path, got.status)
		}
	}
	for _, path := range []string{"/", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/public.atom"} {
		if got := r.found(path); !strings.Contains(got.body, draft.slug) {
			t.Errorf("%s does not tell of what is published", path)
		}
	}
	if got := r.found("/feeds/stakeholders.atom"); strings.Contains(got.body, draft.slug) {
		t.Error("another audience's feed holds it")
	}
}
