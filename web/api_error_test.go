package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clarion/api"
	"clarion/client"
	"clarion/web"
)

// raw sends a request as it is and gives the answer with its problem details.
func raw(t *testing.T, handler http.Handler, method, path, mediaType, body string) (*httptest.ResponseRecorder, api.Error) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	var e api.Error
	if w.Code >= http.StatusBadRequest {
		if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s %s: the problem is %q", method, path, got)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
		if e.Status != w.Code || e.Detail == "" || e.Title == "" && w.Code != 499 {
			t.Errorf("%s %s: status %d with %+v", method, path, w.Code, e)
		}
	}
	return w, e
}

func TestAPIRefusesBadRequests(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for name, c := range map[string]struct {
		method, path, mediaType, body string
		status                        int
		says                          string
	}{
		"no such address":   {"GET", "/api/v1/nothing", "", "", 404, "no GET /api/v1/nothing"},
		"outside":           {"GET", "/", "", "", 404, "no GET /"},
		"a folded address":  {"POST", "/api/v1//freeze", "application/json", "{}", 404, "no POST"},
		"no such method":    {"DELETE", "/api/v1/messages", "", "", 405, "no DELETE"},
		"unknown field":     {"PUT", "/api/v1/people/cid", "application/json", `{"full_name":"Cid","admin":true}`, 422, "unexpected property"},
		"unknown parameter": {"GET", "/api/v1/messages?colour=red", "", "", 422, "unknown query parameter"},
		"unknown state":     {"GET", "/api/v1/sends?state=gone", "", "", 422, "planned"},
		"page too large":    {"GET", "/api/v1/sends?limit=201", "", "", 422, "200"},
		"page too small":    {"GET", "/api/v1/sends?limit=0", "", "", 422, "1"},
		"not a number":      {"GET", "/api/v1/sends/abc", "", "", 422, "integer"},
		"not JSON":          {"PUT", "/api/v1/people/cid", "application/json", `{"full_name":`, 400, "body"},
		"no body":           {"PUT", "/api/v1/people/cid", "application/json", ``, 400, "required"},
		"another type":      {"PUT", "/api/v1/people/cid", "text/plain", `full_name=Cid`, 415, "text/plain"},
		"a short digest":    {"POST", "/api/v1/messages/m1/approve", "application/json", `{"digest":"abc"}`, 422, "digest"},
		"a long wait":       {"GET", "/api/v1/sends/changes?wait=31s", "", "", 400, "25s"},
		"a wait back":       {"GET", "/api/v1/sends/changes?wait=-1s", "", "", 400, "25s"},
		"no wait":           {"GET", "/api/v1/sends/changes?wait=soon", "", "", 400, "25s"},
		"no such message":   {"GET", "/api/v1/messages/m0", "", "", 404, "message list"},
		"nobody":            {"POST", "/api/v1/messages/m0/submit", "", "", 404, "message list"},
		"long reason":       {"POST", "/api/v1/freeze", "application/json", `{"reason":"` + strings.Repeat("x", 1001) + `"}`, 422, "1000"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, e := raw(t, d.api, c.method, c.path, c.mediaType, c.body)
			if resp.Code != c.status || !strings.Contains(e.Error(), c.says) {
				t.Errorf("%d %v, want %d that says %q", resp.Code, e.Error(), c.status, c.says)
			}
			if c.status == http.StatusMethodNotAllowed && !strings.Contains(resp.Header().Get("Allow"), "GET") {
				t.Errorf("Allow is %q", resp.Header().Get("Allow"))
			}
		})
	}
	if got := d.faults.list(); len(got) != 0 {
		t.Errorf("refusals were handed on as faults: %q", got)
	}
}

func TestAPIRefusesBadAnnouncements(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	_, err := d.ada.Add(t.Context(), api.Draft{File: "bad.md", Text: []byte("---\ntitle: \xff\naudiences: [nobody]\n---\n\nText\n")})
	d.refused(err, http.StatusBadRequest, "bad.md was not taken", "bad.md:2:", "UTF-8")
	_, err = d.ada.Add(t.Context(), api.Draft{File: "bad.md", Text: []byte("---\ntitle: T\naudiences: [nobody]\n---\n\nText\n")})
	d.refused(err, http.StatusBadRequest, "bad.md:3:", "nobody", "audience list")
	all, err := d.ada.Messages(t.Context(), api.MessageFilter{})
	d.no(err)
	if len(all.Messages) != 0 {
		t.Errorf("something was stored: %+v", all.Messages)
	}
}

func TestAPIWrongPerson(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	draft := api.Draft{File: "gauges.md", Text: []byte(sample)}
	_, err := d.nobody.Add(ctx, draft)
	d.refused(err, http.StatusForbidden, "you are not signed in", "clarion login")
	for _, key := range []string{"cid", d.adaKey + "x", "clarion_live_" + d.adaKey, "' OR 1=1 --"} {
		_, err = d.nobody.With(key).Add(ctx, draft)
		d.refused(err, http.StatusUnauthorized, "does not hold", "clarion login")
		_, err = d.nobody.With(key).Freeze(ctx, "")
		d.refused(err, http.StatusUnauthorized, "does not hold")
	}
	_, err = d.ada.Message(ctx, "m0")
	d.refused(err, http.StatusNotFound, "message list")
}

func TestAPIFaultSaysNothingOfTheInside(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.serve(web.APISettings{Local: true})
	d.no(d.store.Close())
	for i, c := range []*client.Client{d.nobody, d.ada} {
		_, err := c.People(t.Context())
		d.refused(err, http.StatusInternalServerError, "log")
		if strings.Contains(err.Error(), "sql") || strings.Contains(err.Error(), "closed") {
			t.Errorf("the answer shows the inside: %v", err)
		}
		doing := []string{"list the people: ", "recognise who asks: "}[i]
		if got := d.faults.list(); len(got) != i+1 || !strings.Contains(got[i], doing) {
			t.Errorf("the hook got %q, want one fault more that says %q", got, doing)
		}
	}
}

func TestAPIPanicEndsItsRequestOnly(t *testing.T) {
	t.Parallel()
	var f faults
	a := web.NewAPI(web.APISettings{Version: "test", Fault: f.add}) // no office: every operation panics
	for range 2 {
		resp, e := raw(t, a, http.MethodGet, "/api/v1/people", "", "")
		if resp.Code != http.StatusInternalServerError || strings.Contains(e.Error(), "nil") {
			t.Errorf("%d %v", resp.Code, e)
		}
	}
	if got := f.list(); len(got) != 2 || !strings.Contains(got[0], "GET /api/v1/people: panic: ") {
		t.Errorf("the hook got %q", got)
	}
	if resp, _ := raw(t, a, http.MethodGet, "/api/v1/openapi.json", "", ""); resp.Code != http.StatusOK {
		t.Errorf("afterwards the document is %d", resp.Code)
	}
}

func TestAPIClientThatWentAwayIsNoFault(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/v1/people", nil)
	r.Header.Set("Authorization", "Bearer "+d.adaKey)
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, r)
	if w.Code != 499 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := d.faults.list(); len(got) != 0 {
		t.Errorf("the hook got %q", got)
	}
}
