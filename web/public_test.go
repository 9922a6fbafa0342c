package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

func TestPublicPages(t *testing.T) {
	r := openRoom(t)
	q := r.publish("Bridge opens", "public")
	page := r.found("/news/" + q.slug)
	if !strings.Contains(page.body, "<h1>Bridge opens</h1>") || page.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("page is %v:\n%s", page.header, page.body)
	}
	index := r.found("/")
	if !strings.Contains(index.body, `<a href="https://news.example/news/`+q.slug+`">Bridge opens</a>`) || !strings.Contains(index.body, "1 May 2025") {
		t.Errorf("the front page does not list it:\n%s", index.body)
	}
	if style := r.found("/assets/public.css"); style.header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(style.body, ".skip") {
		t.Errorf("style is %v", style.header)
	}
}

// A correction takes its original's place in the feed, and moves the feed's own
// date though something newer is in it.
func TestPublicCorrection(t *testing.T) {
	r := openRoom(t)
	q := r.publish("Bridge opens", "public")
	r.found("/news/" + q.slug)
	r.now = r.now.Add(time.Minute)
	r.publish("Another bridge opens", "public")
	r.now = r.now.Add(59 * time.Minute)
	c := r.contentOf(q)
	c.Body, c.Corrects = "It opens on Sunday.", q.message
	r.queueAs(c, "public")
	r.publishDue()
	got := r.found("/news/" + q.slug)
	if !strings.Contains(got.body, "It opens on Sunday.") || got.header.Get("Last-Modified") != "Thu, 01 May 2025 09:00:00 GMT" {
		t.Errorf("%v\n%s", got.header, got.body)
	}
	feed := r.found("/feeds/public.atom")
	if feed.header.Get("Last-Modified") != "Thu, 01 May 2025 09:00:00 GMT" {
		t.Errorf("the feed was last modified at %s", feed.header.Get("Last-Modified"))
	}
	for _, want := range []string{"<id>" + q.entry + "</id>", "<updated>2025-05-01T09:00:00Z</updated>\n<author>"} {
		if strings.Count(feed.body, want) != 1 {
			t.Errorf("the feed does not hold %s once:\n%s", want, feed.body)
		}
	}
}

// A withdrawal takes everything of its original from the public and leaves a
// notice under the same address and entry id. The list of corrections names
// what is listed elsewhere, and nothing else.
func TestPublicWithdrawal(t *testing.T) {
	r := openRoom(t)
	empty := r.found("/corrections")
	if !strings.Contains(empty.body, "Nothing has been corrected or withdrawn.") {
		t.Errorf("the empty list says\n%s", empty.body)
	}
	picture, shared := r.asset("map.png", "image/png", pngOf(40, 20)), r.asset("both.csv", "text/csv", []byte("place,day\n"))
	q := r.queue("Bridge opens", []channels.Asset{picture, shared}, "public")
	other := r.queue("Another bridge opens", []channels.Asset{shared}, "public")
	r.publishDue()
	r.found("/media/" + picture.SHA256)

	r.now = r.now.Add(time.Hour)
	c := r.contentOf(q)
	c.Summary, c.Assets, c.Corrects = "It opens on Sunday & not on Monday.", []channels.Asset{shared}, q.message
	r.queueAs(c, "public")
	r.publishDue()
	if got := r.get("/media/" + picture.SHA256); got.status != http.StatusNotFound {
		t.Errorf("a picture that the correction leaves out answers %d", got.status)
	}
	r.now = r.now.Add(time.Hour)
	c.Body, c.Summary, c.Assets, c.Corrects, c.Withdraws = "It stays closed.", "A fault was found.", nil, "", q.message
	notice := r.queueAs(c, "public")
	r.publishDue()

	r.found("/media/" + shared.SHA256)
	r.found("/news/" + other.slug)
	page := r.found("/news/" + q.slug)
	for _, path := range []string{"/news/" + q.slug, "/feeds/all.atom", "/feeds/public.rss", "/feeds/all.json"} {
		got := r.found(path)
		if !strings.Contains(got.body, "Withdrawn: the original") || !strings.Contains(got.body, "It stays closed.") || strings.Contains(got.body, "Body of Bridge opens") {
			t.Errorf("%s does not read as withdrawn:\n%s", path, got.body)
		}
	}
	if page.header.Get("Last-Modified") != "Thu, 01 May 2025 10:00:00 GMT" {
		t.Errorf("the page was last modified at %s", page.header.Get("Last-Modified"))
	}
	if got := r.get("/news/" + notice.slug); got.status != http.StatusNotFound {
		t.Errorf("the notice has an address of its own: %d", got.status)
	}
	feed := r.found("/feeds/public.atom").body
	for _, want := range []string{"<id>" + q.entry + "</id>", `<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="` + q.entry + `" when="2025-05-01T10:00:00Z">`} {
		if strings.Count(feed, want) != 1 {
			t.Errorf("the feed does not hold %s once:\n%s", want, feed)
		}
	}
	list := r.found("/corrections")
	withdrawn, corrected := strings.Index(list.body, "A fault was found."), strings.Index(list.body, "It opens on Sunday &amp; not on Monday.")
	if withdrawn < 0 || corrected < withdrawn || list.header.Get("Last-Modified") != "Thu, 01 May 2025 10:00:00 GMT" {
		t.Errorf("the list of corrections is %v\n%s", list.header, list.body)
	}
	r.audience("public", "Everyone", false)
	r.public.Invalidate()
	if got := r.found("/corrections"); got.body != empty.body {
		t.Errorf("what no list shows is in the list of corrections:\n%s", got.body)
	}
}

func TestPublicMethods(t *testing.T) {
	r := openRoom(t)
	q := r.publish("Bridge opens", "public")
	token := "/unsubscribe/" + UnsubscribeToken(unsubscribeKey, 1)
	for path, allow := range map[string]string{
		"/": "GET, HEAD", "/news/" + q.slug: "GET, HEAD", "/news/nothing": "GET, HEAD", "/feeds/all.atom": "GET, HEAD",
		"/assets/public.css": "GET, HEAD", "/media/x": "GET, HEAD", "/corrections": "GET, HEAD", "/corrections/": "GET, HEAD", token: "GET, HEAD, POST", "/unsubscribe/bad": "GET, HEAD, POST",
	} {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"} {
			got := r.ask(method, path, nil)
			if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != allow || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s: %d %v", method, path, got.status, got.header)
			}
		}
		get, head := r.get(path), r.ask(http.MethodHead, path, nil)
		if head.body != "" || head.status != get.status || cmp.Diff(get.header, head.header) != "" {
			t.Errorf("HEAD %s differs from GET: %s", path, cmp.Diff(get.header, head.header))
		}
	}
}

func TestPublicSecurityHeaders(t *testing.T) {
	r := openRoom(t)
	q := r.publish("Bridge opens", "public")
	want := http.Header{
		"Content-Security-Policy":    {"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
		"X-Content-Type-Options":     {"nosniff"},
		"Referrer-Policy":            {"no-referrer"},
		"Permissions-Policy":         {unneeded},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Strict-Transport-Security":  {"max-age=31536000"},
	}
	paths := []string{"/", "/news/" + q.slug, "/news/x", "/feeds/all.rss", "/feeds/x.rss", "/assets/public.css", "/unsubscribe/x", "/x",
		"/unsubscribe/" + UnsubscribeToken(unsubscribeKey, 1)}
	check := func(method string) {
		for _, path := range paths {
			got := r.ask(method, path, nil)
			for name, value := range want {
				if diff := cmp.Diff(value, got.header[name]); diff != "" {
					t.Errorf("%s %s: %s: %s", method, path, name, diff)
				}
			}
		}
	}
	check(http.MethodGet)
	check(http.MethodPut)

	s := r.settings(storeReader{r.store})
	s.BaseURL = "http://127.0.0.1:8080"
	r.serve(NewPublic(s))
	want["Strict-Transport-Security"] = nil
	check(http.MethodGet)
}

func TestPublicMedia(t *testing.T) {
	r := openRoom(t)
	picture, list := pngOf(40, 20), []byte(strings.Repeat("place,day\n", 100))
	image, file := r.asset("map.png", "image/png", picture), r.asset("places.csv", "text/csv", list)
	svg := r.asset("map.svg", "image/svg+xml", []byte("<svg onload='alert(1)'/>"))
	secret := r.asset("secret.csv", "text/csv", []byte("not yet"))
	r.queue("Works begin", []channels.Asset{image, file, svg}, "public")
	r.publishDue()
	r.queue("Secret", []channels.Asset{secret}, "public")

	for _, tc := range []struct {
		asset       channels.Asset
		body        string
		disposition string
	}{{image, string(picture), ""}, {file, string(list), "attachment"}, {svg, "<svg onload='alert(1)'/>", "attachment"}} {
		got := r.found("/media/" + tc.asset.SHA256)
		if got.body != tc.body || got.header.Get("Content-Type") != tc.asset.MediaType || got.header.Get("Content-Disposition") != tc.disposition {
			t.Errorf("%s: %v", tc.asset.Name, got.header)
		}
		if got.header.Get("Content-Security-Policy") != policyFile || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may run: %v", tc.asset.Name, got.header)
		}
		part := r.ask(http.MethodGet, "/media/"+tc.asset.SHA256, map[string]string{"Range": "bytes=1-3"})
		if part.status != http.StatusPartialContent || part.body != tc.body[1:4] {
			t.Errorf("%s: a part is %d %q", tc.asset.Name, part.status, part.body)
		}
	}
	never := r.get("/media/" + strings.Repeat("0", 64))
	for _, sum := range []string{secret.SHA256, strings.ToUpper(image.SHA256), image.SHA256 + "/", "../" + image.SHA256, "%2e%2e%2fclarion.db", image.SHA256[:63]} {
		if diff := cmp.Diff(never, r.get("/media/"+sum), cmp.AllowUnexported(received{})); diff != "" {
			t.Errorf("/media/%s: %s", sum, diff)
		}
	}
}

// A fault is told once, shows nothing of itself, and is not kept.
func TestPublicFault(t *testing.T) {
	r := openRoom(t)
	reader := &scripted{err: errors.New("disk on fire at /var/lib")}
	r.serve(NewPublic(r.settings(reader)))
	for i, path := range []string{"/", "/news/x", "/feeds/all.atom", "/feeds/public.json", "/media/x", "/corrections"} {
		got := r.get(path)
		if got.status != http.StatusInternalServerError || got.header.Get("Cache-Control") != "no-store" || !strings.Contains(got.body, "Something went wrong") {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
		if strings.Contains(got.body, "fire") || r.faultCount() != i+1 {
			t.Errorf("%s: the page tells of the fault, or the hook does not: %v\n%s", path, r.faults, got.body)
		}
	}
	reader.set([]PublicEntry{}, nil)
	r.found("/")
}

func TestPublicPanic(t *testing.T) {
	r := openRoom(t)
	r.serve(NewPublic(r.settings(&scripted{before: func() { panic("no such thing") }})))
	for range 2 { // the address is free again
		got := r.get("/")
		if got.status != http.StatusInternalServerError || strings.Contains(got.body, "no such thing") || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%d %v\n%s", got.status, got.header, got.body)
		}
	}
	if r.faultCount() != 2 || !strings.Contains(r.faults[0], "panic: no such thing") {
		t.Errorf("faults are %v", r.faults)
	}
}

// Once an answer has begun, a panic cuts it off rather than ending it as if it
// were whole.
func TestPublicPanicWithinAnAnswer(t *testing.T) {
	r := openRoom(t)
	r.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer := &answered{ResponseWriter: w}
		defer r.public.recover(answer)
		_, _ = answer.Write([]byte("half"))
		panic("halfway")
	}))
	if got, err := r.try(http.MethodGet, "/", nil, nil); err == nil {
		t.Errorf("the answer looks whole: %d %q", got.status, got.body)
	}
	if r.faultCount() != 1 {
		t.Errorf("faults are %v", r.faults)
	}
}

// Nothing of the answer that was being made is left in the one for a panic.
func TestPublicPanicBeforeAnAnswer(t *testing.T) {
	r := openRoom(t)
	r.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer := &answered{ResponseWriter: w}
		defer r.public.recover(answer)
		answer.Header().Set("ETag", `"a"`)
		answer.Header().Set("Content-Encoding", "gzip")
		panic("too early")
	}))
	got := r.get("/")
	if got.status != http.StatusInternalServerError || got.header.Get("ETag") != "" || got.header.Get("Content-Encoding") != "" {
		t.Errorf("%d %v", got.status, got.header)
	}
}

func TestPublicReaderWhoLeftIsNoFault(t *testing.T) {
	r := openRoom(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	for i, ctx := range []context.Context{gone, t.Context()} {
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		r.public.fail(httptest.NewRecorder(), request, "serve a public page", context.Canceled)
		if r.faultCount() != i {
			t.Errorf("%d faults, want %d", r.faultCount(), i)
		}
	}
}
