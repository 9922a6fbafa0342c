package daemon

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/api"
	"clarion/client"
)

// TestAPIOverTCP: the same handlers as on the socket, by a session or a token.
func TestAPIOverTCP(t *testing.T) {
	b := setup(t, usual)
	nobody, err := client.Remote("http://" + b.listen)
	b.no(err)
	in, err := nobody.SignIn(t.Context(), api.SignIn{Name: "ann", Password: password})
	b.no(err)
	ann := nobody.With(in.Key)
	made, err := ann.MakeToken(t.Context(), api.TokenRequest{Name: "cms", Scope: "draft", Days: 1})
	b.no(err)
	drafted, err := nobody.With(made.Secret).Add(t.Context(), api.Draft{File: "a.md", Text: []byte("---\ntitle: A\naudiences: [web]\n---\nB.\n")})
	b.no(err)
	if m, err := ann.Message(t.Context(), drafted.ID); err != nil || m.EditedBy != "ann" {
		t.Errorf("got %+v, %v", m.Message, err)
	}
	if _, err := nobody.Freeze(t.Context(), "why"); err == nil {
		t.Error("a stranger froze everything over TCP")
	}
	if _, err := b.api("").Freeze(t.Context(), "why"); err != nil {
		t.Errorf("a stranger on this machine could not freeze: %v", err)
	}
	if status, body := b.get("/api/v1/nothing"); status != http.StatusNotFound || !strings.Contains(body, `"status":404`) {
		t.Errorf("%d %s", status, body)
	}
}

// TestStopEndsFollowers: who waits for changes does not keep a daemon from
// stopping.
func TestStopEndsFollowers(t *testing.T) {
	b := setup(t, usual)
	nobody, err := client.Remote("http://" + b.listen)
	b.no(err)
	in, err := nobody.SignIn(t.Context(), api.SignIn{Name: "ann", Password: password})
	b.no(err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+b.listen+"/api/v1/sends/changes?after=1000000&wait=25s", nil)
	b.no(err)
	r.Header.Set("Authorization", "Bearer "+in.Key)
	ended := make(chan error, 1)
	go func() {
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		ended <- err
	}()
	began := time.Now()
	b.no(b.stop())
	if err := <-ended; err != nil {
		t.Log("the follower saw", err) // it may not have been taken yet
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
}
