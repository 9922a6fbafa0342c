package office_test

import (
	"encoding/json"
	"strings"
	"testing"

	"clarion/office"
)

// TestRefusalReads shows how a refusal comes before people: what happened, to
// what, and what to do.
func TestRefusalReads(t *testing.T) {
	b := setup(t)
	_, err := b.Check(b.ctx, draft("channels: [pigeon]", "corrects: m1"))
	want := `bridge.md was not taken
  bridge.md:4: channels[1]: there is no channel called "pigeon"; the channels are web, mastodon, email
  bridge.md:5: corrects: there is no message "m1" to correct; ` + "`clarion message list`" + ` shows the ids`
	r := b.refused(err, office.Invalid)
	if got := r.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	err = b.Approve(b.ctx, "m0", "", bob())
	if got, want := err.Error(), "approve m0: there is no message m0; `clarion message list` shows them"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestProblemIsFlatInJSON is what the API's callers rely on.
func TestProblemIsFlatInJSON(t *testing.T) {
	b := setup(t)
	_, err := b.Check(b.ctx, draft("channels: [pigeon]"))
	out, err := json.Marshal(b.refused(err, office.Invalid).Problems)
	b.no(err)
	for _, part := range []string{`"file":"bridge.md"`, `"line":4`, `"field":"channels[1]"`, `"says":"there is no channel`, `"try":"the channels are`} {
		if !strings.Contains(string(out), part) {
			t.Errorf("%s lacks %s", out, part)
		}
	}
}
