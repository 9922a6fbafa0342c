package mastodon

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// answer is what the fake says instead of its own answer.
type answer struct {
	status int
	body   string
	header map[string]string
	lost   bool // it does what was asked, then cuts the connection
}

// asked is a request that the fake was asked.
type asked struct {
	line   string // method and path
	header http.Header
	body   string
}

// fake is a server for the faults that no real one can be made to show.
type fake struct {
	*httptest.Server

	mu      sync.Mutex
	scripts map[string][]answer // by method and path, used up one by one
	seen    []asked
	posts   []map[string]any // oldest first
	media   int
	now     func() time.Time
}

func newFake(tb testing.TB) *fake {
	f := &fake{scripts: map[string][]answer{}, now: time.Now}
	f.Server = httptest.NewServer(f)
	tb.Cleanup(f.Close)
	return f
}

// script lets the next requests of a line meet these answers.
func (f *fake) script(line string, answers ...answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scripts[line] = append(f.scripts[line], answers...)
}

// lines lists what was asked since the last look.
func (f *fake) lines() []string {
	var all []string
	for _, a := range f.requests() {
		all = append(all, a.line)
	}
	return all
}

func (f *fake) requests() []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen
	f.seen = nil
	return seen
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	line := r.Method + " " + r.URL.Path
	f.seen = append(f.seen, asked{line, r.Header.Clone(), string(body)})
	if next := f.scripts[line]; len(next) > 0 {
		f.scripts[line] = next[1:]
		if next[0].lost {
			f.handle(httptest.NewRecorder(), r, body)
			panic(http.ErrAbortHandler)
		}
		for name, value := range next[0].header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(next[0].status)
		_, _ = io.WriteString(w, next[0].body)
		return
	}
	f.handle(w, r, body)
}

func (f *fake) handle(w http.ResponseWriter, r *http.Request, body []byte) {
	path := strings.TrimPrefix(r.URL.Path, "/api/v1/")
	switch {
	case r.Header.Get("Authorization") != "Bearer "+token:
		w.WriteHeader(http.StatusUnauthorized)
	case path == "accounts/verify_credentials":
		w.Header().Set("X-RateLimit-Limit", "300")
		w.Header().Set("X-RateLimit-Remaining", "287")
		reply(w, map[string]any{"id": "7", "username": "office", "statuses_count": len(f.posts)})
	case path == "accounts/7/statuses":
		reply(w, f.page(r.URL.Query().Get("max_id")))
	case r.URL.Path == "/api/v2/media":
		f.media++
		reply(w, map[string]any{"id": fmt.Sprintf("m%d", f.media), "url": "x"})
	case strings.HasPrefix(path, "media/"):
		reply(w, map[string]any{"id": strings.TrimPrefix(path, "media/"), "url": "x"})
	case path == "statuses":
		reply(w, f.add(body))
	case strings.HasPrefix(path, "statuses/"):
		id, source := strings.CutSuffix(strings.TrimPrefix(path, "statuses/"), "/source")
		f.one(w, r.Method, id, source, body)
	default:
		w.WriteHeader(http.StatusNotFound)
		reply(w, map[string]any{"error": "Record not found"})
	}
}

func (f *fake) add(body []byte) map[string]any {
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		return map[string]any{"error": err.Error()}
	}
	id := fmt.Sprintf("%d", 100+len(f.posts))
	p := map[string]any{
		"id": id, "url": "https://m.example/@office/" + id, "created_at": f.now().UTC().Format(time.RFC3339Nano), "edited_at": nil,
		"in_reply_to_id": in["in_reply_to_id"], "text": in["status"], "content": htmlOf(in["status"]),
	}
	f.posts = append(f.posts, p)
	return p
}

func (f *fake) one(w http.ResponseWriter, method, id string, source bool, body []byte) {
	i := slices.IndexFunc(f.posts, func(p map[string]any) bool { return p["id"] == id })
	if i < 0 {
		w.WriteHeader(http.StatusNotFound)
		reply(w, map[string]any{"error": "Record not found"})
		return
	}
	p := f.posts[i]
	switch method {
	case http.MethodDelete:
		f.posts = slices.Delete(f.posts, i, i+1)
	case http.MethodPut:
		var in map[string]any
		_ = json.Unmarshal(body, &in)
		p["text"], p["content"], p["edited_at"] = in["status"], htmlOf(in["status"]), f.now().UTC().Format(time.RFC3339Nano)
	}
	if source {
		p = map[string]any{"id": id, "text": p["text"]}
	}
	reply(w, p)
}

func (f *fake) page(before string) []map[string]any {
	all := slices.Clone(f.posts)
	slices.Reverse(all)
	if before != "" {
		i := slices.IndexFunc(all, func(p map[string]any) bool { return p["id"] == before })
		all = all[i+1:]
	}
	return append([]map[string]any{}, all[:min(len(all), pageSize)]...)
}

func htmlOf(text any) string {
	s, _ := text.(string)
	s = strings.ReplaceAll(html.EscapeString(s), homePage, `<a href="`+homePage+`"><span class="invisible">https://</span><span class="ellipsis">`+
		strings.TrimPrefix(homePage, "https://")+`</span></a>`)
	return "<p>" + strings.ReplaceAll(strings.ReplaceAll(s, "\n\n", "</p><p>"), "\n", "<br />") + "</p>"
}

func reply(w http.ResponseWriter, v any) {
	b, _ := json.Marshal(v)
	_, _ = w.Write(b)
}
