package web_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"clarion/api"
	"clarion/export"
	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/web"
)

// keyed sends a POST with an idempotency key.
func (d *desk) keyed(session, key, path, body string) (*httptest.ResponseRecorder, api.Error) {
	d.Helper()
	r := httptest.NewRequest(http.MethodPost, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+session)
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, r)
	var e api.Error
	if w.Code >= http.StatusBadRequest {
		d.no(json.Unmarshal(w.Body.Bytes(), &e))
	}
	return w, e
}

// entries counts the ledger's.
func (d *desk) entries() int {
	d.Helper()
	n := 0
	_, err := d.store.Export(d.Context(), export.Range{}, func(export.Entry) error { n++; return nil })
	d.no(err)
	return n
}

func draftJSON(text string) string {
	b, err := json.Marshal(api.Draft{File: "gauges.md", Text: []byte(text)})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestKeyGivesTheSameAnswer(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	first, _ := d.keyed(d.adaKey, "k-1", "/messages", draftJSON(sample))
	n := d.entries()
	again, _ := d.keyed(d.adaKey, "k-1", "/messages", draftJSON(sample))
	if first.Code != http.StatusCreated || again.Code != first.Code || !bytes.Equal(again.Body.Bytes(), first.Body.Bytes()) ||
		again.Header().Get("Content-Type") != first.Header().Get("Content-Type") || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %d %s\nagain %d %s", first.Code, first.Body, again.Code, again.Body)
	}
	if now := d.entries(); now != n {
		t.Errorf("the repetition recorded %d entries", now-n)
	}
	if w, e := d.keyed(d.adaKey, "k-1", "/messages", draftJSON(sample+"More.\n")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(e.Detail, "something else") {
		t.Errorf("another body: %d %s", w.Code, w.Body)
	}
	if w, _ := d.keyed(d.adaKey, "k-1", "/tokens", draftJSON(sample)); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("another address: %d %s", w.Code, w.Body)
	}
	if w, _ := d.keyed(d.benKey, "k-1", "/messages", draftJSON(sample)); w.Code != http.StatusCreated || w.Body.String() == first.Body.String() {
		t.Errorf("another person: %d %s", w.Code, w.Body)
	}
	_, made := d.scoped("all", false)
	if w, _ := d.keyed(made.Secret, "k-1", "/messages", draftJSON(sample)); w.Code != http.StatusCreated || w.Body.String() == first.Body.String() {
		t.Errorf("another token: %d %s", w.Code, w.Body)
	}
	if w, _ := d.keyed(d.signedIn("ada"), "k-1", "/messages", draftJSON(sample)); w.Body.String() != first.Body.String() {
		t.Errorf("another session of hers: %d %s", w.Code, w.Body)
	}
	d.serve(web.APISettings{}) // as after a restart
	if w, _ := d.keyed(d.adaKey, "k-1", "/messages", draftJSON(sample)); w.Body.String() != first.Body.String() {
		t.Errorf("after a restart: %d %s", w.Code, w.Body)
	}
}

// A refusal of the operation itself is repeated; what kept it from being run is not.
func TestKeyRepeatsRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	id := d.add(sample)
	first, e := d.keyed(d.benKey, "r", "/messages/"+id+"/return", `{"reason":"x"}`)
	if first.Code != http.StatusConflict || !strings.Contains(e.Detail, "in review") {
		t.Fatalf("%d %s", first.Code, first.Body)
	}
	_, err := d.ada.Submit(t.Context(), id)
	d.no(err)
	if again, _ := d.keyed(d.benKey, "r", "/messages/"+id+"/return", `{"reason":"x"}`); again.Body.String() != first.Body.String() || again.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("again: %d %s", again.Code, again.Body)
	}
	if w, _ := d.keyed(d.benKey, "bad", "/messages/"+id+"/return", `{"reason":1}`); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a bad body: %d %s", w.Code, w.Body)
	}
	if w, _ := d.keyed(d.benKey, "bad", "/messages/"+id+"/return", `{"reason":"mended"}`); w.Code != http.StatusOK {
		t.Errorf("a mended body under the key of one that was never run: %d %s", w.Code, w.Body)
	}
}

func TestKeyForm(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for key, good := range map[string]bool{
		"a": true, strings.Repeat("k", 255): true, `"8e03978e-40d5-43dd-bc93-6894a57f9324"`: true, "~!": true,
		"": false, strings.Repeat("k", 256): false, "a b": false, "schlüssel": false, "a\tb": false, "\x7f": false,
	} {
		w, e := d.keyed(d.adaKey, key, "/ledger/verify", `{"heads":[]}`)
		if good != (w.Code == http.StatusOK) || !good && (w.Code != http.StatusBadRequest || len(e.Problems) != 1 || e.Problems[0].Field != "Idempotency-Key") {
			t.Errorf("%q: %d %s", key, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/api/v1/ledger/verify", strings.NewReader(`{"heads":[]}`))
	r.Header["Idempotency-Key"] = []string{"a", "b"}
	r.Header.Set("Authorization", "Bearer "+d.adaKey)
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest {
		t.Errorf("two keys: %d %s", w.Code, w.Body)
	}
}

// While the first is under way the others wait outside, and it happens once.
func TestKeyAtOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	before := d.entries()
	var all sync.WaitGroup
	var mu sync.Mutex
	seen := map[int]int{}
	bodies := map[string]bool{}
	for range 20 {
		all.Go(func() {
			w, _ := d.keyed(d.adaKey, "at-once", "/messages", draftJSON(sample))
			mu.Lock()
			defer mu.Unlock()
			seen[w.Code]++
			if w.Code == http.StatusCreated {
				bodies[w.Body.String()] = true
			} else if w.Code == http.StatusConflict && w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		})
	}
	all.Wait()
	if seen[http.StatusCreated]+seen[http.StatusConflict] != 20 || len(bodies) != 1 {
		t.Errorf("answers %v, %d different", seen, len(bodies))
	}
	if n := d.entries() - before; n != 1 {
		t.Errorf("%d messages were added", n)
	}
}

// loseAnswers leaves the keys as they are where the process was killed between
// the commit and the answer.
func (d *desk) loseAnswers() {
	d.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(d.dir, "clarion.db")+"?_busy_timeout=5000")
	d.no(err)
	_, err = db.ExecContext(d.Context(), "UPDATE idempotency_keys SET answer = NULL WHERE count > 0")
	d.no(err)
	d.no(db.Close())
}

// Each POST that changes something is done once, although its answer was lost.
func TestKeyAfterACrash(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	try := func(name, session, path, body string, same bool) map[string]any {
		t.Helper()
		first, _ := d.keyed(session, name, path, body)
		if first.Code >= 300 {
			t.Fatalf("%s: %d %s", name, first.Code, first.Body)
		}
		n := d.entries()
		d.loseAnswers()
		again, e := d.keyed(session, name, path, body)
		if now := d.entries(); now != n {
			t.Errorf("%s was done again: %d entries", name, now-n)
		}
		switch {
		case same && (again.Code != first.Code || fields(t, again) != fields(t, first)):
			t.Errorf("%s: first %d %s\nagain %d %s", name, first.Code, first.Body, again.Code, again.Body)
		case !same && (again.Code != http.StatusConflict || !strings.Contains(e.Detail, "its answer was lost")):
			t.Errorf("%s: first %d %s\nagain %d %s", name, first.Code, first.Body, again.Code, again.Body)
		}
		var out map[string]any
		d.no(json.Unmarshal(first.Body.Bytes(), &out))
		return out
	}
	clean := strings.Replace(sample, "audiences: [public, press]", "audiences: [public]", 1)
	added, _ := d.keyed(d.adaKey, "add", "/messages", draftJSON(clean))
	d.loseAnswers()
	again, _ := d.keyed(d.adaKey, "add", "/messages", draftJSON(clean))
	var one, two api.Drafted
	d.no(json.Unmarshal(added.Body.Bytes(), &one))
	d.no(json.Unmarshal(again.Body.Bytes(), &two))
	if one.ID == "" || one.ID != two.ID || two.Revision != 1 || two.Title != one.Title || again.Code != http.StatusCreated {
		t.Errorf("added %s, then %s", added.Body, again.Body)
	}
	m := "/messages/" + one.ID
	try("comment", d.benKey, m+"/comments", `{"text":"where?"}`, true)
	try("submit", d.adaKey, m+"/submit", ``, true)
	try("return", d.benKey, m+"/return", `{"reason":"x"}`, true)
	submitted := try("submit-anew", d.adaKey, m+"/submit", ``, true)
	try("rehearse", d.adaKey, m+"/rehearse", ``, true)
	try("approve", d.benKey, m+"/approve", fmt.Sprintf(`{"digest":%q}`, submitted["digest"]), true)
	try("hold", d.adaKey, m+"/hold", `{"reason":"x"}`, true)
	try("release", d.benKey, m+"/release", `{"reason":"x"}`, true)
	try("pause", d.adaKey, "/channels/web/pause", `{"reason":"x"}`, true)
	try("resume", d.adaKey, "/channels/web/resume", ``, true)
	try("department", d.adaKey, "/departments", `{"name":"Flood"}`, true)
	failed := d.tried(message.Failed)
	try("retry", d.adaKey, fmt.Sprintf("/sends/%d/retry", failed), `{}`, true)
	unknown := d.tried(message.SendUnknown)
	try("resolve", d.adaKey, fmt.Sprintf("/sends/%d/resolve", unknown), `{"to":"planned","reason":"x"}`, true)
	try("cancel", d.adaKey, m+"/cancel", `{"reason":"x"}`, true)
	d.join("cid", "Cid", people.Everywhere, people.Viewer)
	try("invite", d.adaKey, "/people/cid/invite", ``, false) // a secret that is kept nowhere
	try("token", d.adaKey, "/tokens", `{"name":"x","scope":"read","days":1}`, false)
	try("disable", d.adaKey, "/people/cid/disable", ``, true)
	try("enable", d.adaKey, "/people/cid/enable", ``, true)
	_, err := d.nobody.Freeze(ctx, "x")
	d.no(err)
	try("thaw-first", d.adaKey, "/thaw", `{}`, true)
	if thawed := try("thaw", d.benKey, "/thaw", `{}`, true); thawed["done"] != true {
		t.Errorf("thawed %v", thawed)
	}
}

// fields gives an answer without what is only told at the time.
func fields(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	delete(all, "warnings")
	delete(all, "first")
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Nothing that is stored tells the key, the body or the answer.
func TestKeysAreStoredSealed(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	w, _ := d.keyed(d.adaKey, "a-key-that-nobody-knows", "/tokens", `{"name":"telltale","scope":"read","days":1}`)
	var made api.Token
	d.no(json.Unmarshal(w.Body.Bytes(), &made))
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(d.dir, "clarion.db"))
	d.no(err)
	defer func() { _ = db.Close() }()
	var row []byte
	d.no(db.QueryRowContext(t.Context(), "SELECT id || print || answer FROM idempotency_keys").Scan(&row))
	for _, secret := range []string{made.Secret, "a-key-that-nobody-knows", "telltale"} {
		if secret == "" || bytes.Contains(row, []byte(secret)) {
			t.Errorf("%q stands in the database, or is empty", secret)
		}
	}
	if again, _ := d.keyed(d.adaKey, "a-key-that-nobody-knows", "/tokens", `{"name":"telltale","scope":"read","days":1}`); again.Body.String() != w.Body.String() {
		t.Errorf("again: %s", again.Body)
	}
}

// A key opens nothing to whoever has lost their access.
func TestKeysEndWithTheAccess(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	made, err := d.ada.MakeToken(t.Context(), api.TokenRequest{Name: "cms", Scope: "all", Days: 1})
	d.no(err)
	w, _ := d.keyed(made.Secret, "k", "/messages", draftJSON(sample))
	if w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	d.no(d.ada.RevokeToken(t.Context(), made.ID))
	if w, e := d.keyed(made.Secret, "k", "/messages", draftJSON(sample)); w.Code != http.StatusForbidden || !strings.Contains(e.Detail, "revoked") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestOldKeysAreForgotten(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	first, _ := d.keyed(d.adaKey, "k", "/messages", draftJSON(sample))
	d.no(d.office.ForgetRequests(t.Context(), time.Now().Add(office.RequestAge-time.Minute)))
	if again, _ := d.keyed(d.adaKey, "k", "/messages", draftJSON(sample)); again.Body.String() != first.Body.String() {
		t.Error("it was forgotten too early")
	}
	d.no(d.office.ForgetRequests(t.Context(), time.Now().Add(office.RequestAge+time.Minute)))
	if again, _ := d.keyed(d.adaKey, "k", "/messages", draftJSON(sample)); again.Body.String() == first.Body.String() {
		t.Error("it was never forgotten")
	}
}

// A freeze is pressed each time.
func TestFreezeHeedsNoKey(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for range 2 {
		if w, _ := d.keyed(d.adaKey, "f", "/freeze", `{"reason":"x"}`); w.Code != http.StatusOK || w.Header().Get("Idempotency-Replayed") != "" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}
