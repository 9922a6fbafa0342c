package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clarion/api"
)

// padded is a body of exactly so many bytes: a text and then blanks.
func padded(text string, size int64) io.Reader {
	return io.MultiReader(strings.NewReader(text), io.LimitReader(blanks{}, size-int64(len(text))))
}

type blanks struct{}

func (blanks) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestAPIBodyLimits(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for name, c := range map[string]struct {
		method, path, mediaType, text string
		limit                         int64
		try                           string
	}{
		"other": {http.MethodPut, "/api/v1/people/cid", "application/json", `{"full_name":"Cid"}`, api.MaxOther, "send less"},
		"draft": {http.MethodPost, "/api/v1/messages", "application/json", `{"file":"a.md","text":"","dry_run":true}`, api.MaxDraft, "assets"},
		"list":  {http.MethodPost, "/api/v1/audiences/press/import", "text/csv", "email\n", api.MaxList, "split"},
	} {
		for _, over := range []int64{-1, 0, 1} {
			r := httptest.NewRequest(c.method, c.path, padded(c.text, c.limit+over))
			r.Header.Set("Content-Type", c.mediaType)
			r.Header.Set("Authorization", "Bearer "+d.adaKey)
			w := httptest.NewRecorder()
			d.api.ServeHTTP(w, r)
			if refused := w.Code == http.StatusRequestEntityTooLarge; refused != (over > 0) {
				t.Errorf("%s, %+d bytes: status %d: %.200s", name, over, w.Code, w.Body)
			}
			if over > 0 && !strings.Contains(w.Body.String(), c.try) {
				t.Errorf("%s: %s does not say %q", name, w.Body, c.try)
			}
		}
	}
}
