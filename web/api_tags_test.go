package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"clarion/api"
)

// asked sends a request with headers in pairs.
func (d *desk) asked(session, method, path, body string, headers ...string) (*httptest.ResponseRecorder, api.Error) {
	d.Helper()
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+session)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, r)
	var e api.Error
	if w.Code >= http.StatusBadRequest {
		d.no(json.Unmarshal(w.Body.Bytes(), &e))
	}
	return w, e
}

// tag gives the tag of what stands at an address.
func (d *desk) tag(path string) string {
	d.Helper()
	w, _ := d.asked(d.adaKey, http.MethodGet, path, "")
	if w.Code != http.StatusOK || w.Header().Get("ETag") == "" {
		d.Fatalf("%s: %d, tag %q, %s", path, w.Code, w.Header().Get("ETag"), w.Body)
	}
	return w.Header().Get("ETag")
}

func TestTags(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	id := d.approved(sample)
	for _, path := range []string{"/messages/" + id, "/sends/1", "/audiences/public", "/channels/web", "/people/ben", "/policies"} {
		tag := d.tag(path)
		if again := d.tag(path); again != tag || strings.HasPrefix(tag, "W/") || !strings.HasPrefix(tag, `"`) {
			t.Errorf("%s: %s, then %s", path, tag, again)
		}
		for header, status := range map[string]int{
			tag: http.StatusNotModified, "W/" + tag: http.StatusNotModified, `"other", ` + tag: http.StatusNotModified, "*": http.StatusNotModified,
			`"other"`: http.StatusOK, strings.Trim(tag, `"`): http.StatusOK,
		} {
			w, _ := d.asked(d.adaKey, http.MethodGet, path, "", "If-None-Match", header)
			if w.Code != status || status == http.StatusNotModified && (w.Body.Len() > 0 || w.Header().Get("ETag") != tag) {
				t.Errorf("%s with %s: %d %s", path, header, w.Code, w.Body)
			}
		}
	}
	before := d.tag("/messages/" + id)
	d.no(d.ben.Comment(t.Context(), id, "a word"))
	if d.tag("/messages/"+id) == before {
		t.Error("a comment left the tag as it was")
	}
}

func TestChangesOnCondition(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	id := d.add(sample)
	path := "/messages/" + id
	first := d.tag(path)
	if w, _ := d.asked(d.adaKey, "PUT", path, draftJSON(sample+"More.\n"), "If-Match", first); w.Code != http.StatusOK {
		t.Fatalf("an edit of what was seen: %d %s", w.Code, w.Body)
	}
	w, e := d.asked(d.adaKey, "PUT", path, draftJSON(sample+"Other.\n"), "If-Match", first)
	if w.Code != http.StatusPreconditionFailed || !strings.Contains(e.Detail, "it was revision 1 and draft, and is revision 2 and draft") || e.ETag != d.tag(path) {
		t.Errorf("an edit of what is no more: %d %s", w.Code, w.Body)
	}
	second := d.tag(path)
	submitted, err := d.ada.Submit(t.Context(), id)
	d.no(err)
	w, e = d.asked(d.benKey, "POST", path+"/approve", fmt.Sprintf(`{"digest":%q}`, submitted.Digest), "If-Match", second, "Idempotency-Key", "k")
	if w.Code != http.StatusPreconditionFailed || !strings.Contains(e.Detail, "it was revision 2 and draft, and is revision 2 and in review") {
		t.Errorf("an approval of what is no more: %d %s", w.Code, w.Body)
	}
	// Nothing was done, so that the key is free for the next try.
	w, _ = d.asked(d.benKey, "POST", path+"/approve", fmt.Sprintf(`{"digest":%q}`, submitted.Digest), "If-Match", d.tag(path), "Idempotency-Key", "k")
	if w.Code != http.StatusOK {
		t.Errorf("an approval of what was seen: %d %s", w.Code, w.Body)
	}
	if w, _ := d.asked(d.adaKey, "POST", path+"/hold", `{"reason":"x"}`, "If-Match", "*"); w.Code != http.StatusOK {
		t.Errorf("a hold of whatever there is: %d %s", w.Code, w.Body)
	}
	if w, _ := d.asked(d.adaKey, "POST", path+"/cancel", `{"reason":"x"}`, "If-Match", "W/"+d.tag(path)); w.Code != http.StatusPreconditionFailed {
		t.Errorf("a weak tag: %d %s", w.Code, w.Body)
	}
	if w, e := d.asked(d.adaKey, "POST", "/messages/m0/hold", `{"reason":"x"}`, "If-Match", "*"); w.Code != http.StatusPreconditionFailed || !strings.Contains(e.Detail, "no such message") {
		t.Errorf("of nothing: %d %s", w.Code, w.Body)
	}
}

func TestSettingsOnCondition(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for path, c := range map[string]struct{ method, at, body string }{
		"/audiences/press": {"PUT", "/audiences/press", `{"title":"The press","channels":["email"]}`},
		"/channels/web":    {"POST", "/channels/web/pause", `{"reason":"x"}`},
		"/people/ben":      {"PUT", "/people/ben", `{"full_name":"Ben H."}`},
		"/policies":        {"PUT", "/policies", `{"approvals":2}`},
	} {
		seen := d.tag(path)
		if w, _ := d.asked(d.adaKey, c.method, c.at, c.body, "If-Match", seen); w.Code != http.StatusOK {
			t.Errorf("%s as seen: %d %s", c.at, w.Code, w.Body)
		}
		if w, e := d.asked(d.adaKey, c.method, c.at, c.body, "If-Match", seen); w.Code != http.StatusPreconditionFailed || e.ETag != d.tag(path) {
			t.Errorf("%s once more: %d %s", c.at, w.Code, w.Body)
		}
	}
}

// Of many who decide about what they saw, one does.
func TestConditionsAreHeldInTheTransaction(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	path := "/messages/" + d.add(sample)
	seen := d.tag(path)
	statuses := make(chan int, 16)
	var all sync.WaitGroup
	for i := range cap(statuses) {
		all.Go(func() {
			w, _ := d.asked(d.adaKey, "PUT", path, draftJSON(fmt.Sprintf("%sEdit %d.\n", sample, i)), "If-Match", seen)
			statuses <- w.Code
		})
	}
	all.Wait()
	close(statuses)
	count := map[int]int{}
	for s := range statuses {
		count[s]++
	}
	if count[http.StatusOK] != 1 || count[http.StatusPreconditionFailed] != 15 {
		t.Errorf("answers %v", count)
	}
}
