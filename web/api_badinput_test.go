package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestAPIBadBodies: each has a documented answer that names the field.
func TestAPIBadBodies(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	doc := readDocument(t)
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, c := range map[string]struct {
		id, body string
		status   int
		field    string
		says     string
	}{
		"unknown":          {"make-token", `{"name":"x","scope":"read","days":1,"admin":true}`, 422, "admin", "unexpected"},
		"missing":          {"make-token", `{"name":"x","scope":"read"}`, 422, "", "days"},
		"of another type":  {"make-token", `{"name":1,"scope":"read","days":1}`, 422, "name", "string"},
		"no whole number":  {"make-token", `{"name":"x","scope":"read","days":1.5}`, 422, "days", "integer"},
		"huge":             {"make-token", `{"name":"x","scope":"read","days":99999999999999999999999}`, 422, "days", ""},
		"huger":            {"make-token", `{"name":"x","scope":"read","days":1e400}`, 400, "days", "too large"},
		"negative":         {"make-token", `{"name":"x","scope":"read","days":-1}`, 422, "days", ""},
		"no word":          {"make-token", `{"name":"x","scope":"write","days":1}`, 422, "scope", "read"},
		"too long":         {"make-token", `{"name":"` + strings.Repeat("x", 101) + `","scope":"read","days":1}`, 422, "name", "100"},
		"twice":            {"make-token", `{"name":"x","name":"y","scope":"read","days":1}`, 400, "name", "twice"},
		"twice, written":   {"make-token", `{"name":"x","\u006eame":"y","scope":"read","days":1}`, 400, "name", "twice"},
		"twice, in case":   {"make-token", `{"name":"x","NAME":"y","scope":"read","days":1}`, 400, "NAME", "twice"},
		"twice within":     {"add-message", `{"file":"a","text":"","assets":[{"name":"a","name":"b","content":""}]}`, 400, "assets[0].name", "twice"},
		"deep":             {"verify-ledger", `{"heads":` + nested(33) + `}`, 400, "heads", "deep"},
		"deep, and no end": {"verify-ledger", `{"heads":` + strings.Repeat("[", 100_000), 400, "heads", "deep"},
		"at the bound":     {"verify-ledger", `{"heads":` + nested(31) + `}`, 422, "heads[0]", ""},
		"two values":       {"make-token", `{"name":"x","scope":"read","days":1}{}`, 400, "", "behind its end"},
		"not UTF-8":        {"make-token", "{\"name\":\"\xff\",\"scope\":\"read\",\"days\":1}", 400, "", "UTF-8"},
		"half a pair":      {"hold-message", `{"reason":"\ud800"}`, 404, "", "no message"},
		"no object":        {"make-token", `[]`, 422, "", ""},
		"null":             {"make-token", `null`, 422, "", ""},
		"no JSON":          {"make-token", `{"name":`, 400, "", ""},
		"no base64":        {"add-message", `{"file":"a","text":"***"}`, 422, "text", ""},
	} {
		i := slices.IndexFunc(doc.operations, func(r route) bool { return r.id == c.id })
		r := doc.operations[i]
		w, e := d.asked(d.adaKey, r.method, strings.TrimPrefix(strings.ReplaceAll(r.path, "{id}", "m0"), "/api/v1"), c.body)
		if w.Code != c.status || !strings.Contains(e.Error(), c.says) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if c.field != "" && (len(e.Problems) == 0 || e.Problems[0].Field != c.field) {
			t.Errorf("%s names %+v, want %s", name, e.Problems, c.field)
		}
		if err := doc.holds(r, w); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := d.faults.list(); len(got) != 0 {
		t.Errorf("faults: %q", got)
	}
}

// FuzzAPI sends anything to every operation of an office with a real store: the
// answer is a documented one, and never a fault of ours.
func FuzzAPI(f *testing.F) {
	d, doc := openDesk(f), readDocument(f)
	slices.SortFunc(doc.operations, func(a, b route) int { return strings.Compare(a.id, b.id) })
	f.Add(uint(0), "m0", "limit=1", `{"reason":"x"}`, "application/json", "key")
	f.Add(uint(3), "1", "cursor=x", `{"heads":[{}]}`, "", "")
	f.Add(uint(7), "..", "a=b&a=c", "email\na@example.org\n", "text/csv", "")
	f.Add(uint(11), "%00", "wait=0s", `{"name":"x","scope":"read","days":1}`, "application/json; charset=utf-8", "k")
	f.Add(uint(40), "9223372036854775807", "", `{"file":"a.md","text":"LS0tCnRpdGxlOiBBCi0tLQpCCg==","dry_run":true}`, "application/json", "")
	f.Fuzz(func(t *testing.T, op uint, id, query, body, mediaType, key string) {
		r := doc.operations[op%uint(len(doc.operations))]
		if r.id == "sign-out" || r.id == "follow-sends" { // it would end the session, or wait
			return
		}
		req := httptest.NewRequest(r.method, "http://clarion/", strings.NewReader(body))
		parts := strings.Split(r.path, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, "{") {
				parts[i] = id
			}
		}
		req.URL.Path, req.URL.RawPath, req.URL.RawQuery = strings.Join(parts, "/"), "", query
		req.Header.Set("Authorization", "Bearer "+d.adaKey)
		req.Header.Set("Content-Type", mediaType)
		if key != "" {
			req.Header.Set("Idempotency-Key", key)
		}
		w := httptest.NewRecorder()
		d.api.ServeHTTP(w, req)
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("%s: %d %s; %q", r.id, w.Code, w.Body, d.faults.list())
		}
		if w.Code >= http.StatusBadRequest && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s: %d %q", r.id, w.Code, w.Body)
		}
	})
}
