package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// startSystem runs a system of the office's own that is told what happens, at
// $HOOK: $HOOK/told lists what came, a line for each request: its id, its type,
// and "signed" if the official library says so with the secret in the file
// secret. It answers with the status in the file status, or 204.
func startSystem(ts *testscript.TestScript, _ bool, _ []string) {
	var mu sync.Mutex
	var told strings.Builder
	file := func(name string) string {
		content, _ := os.ReadFile(ts.MkAbs(name)) // none is as good as an empty one
		return strings.TrimSpace(string(content))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /told", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprint(w, told.String())
	})
	mux.HandleFunc("POST /hooks", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		word := "unsigned"
		if verifier, err := standardwebhooks.NewWebhook(file("secret")); err == nil && verifier.Verify(body, r.Header) == nil {
			word = "signed"
		}
		mu.Lock()
		fmt.Fprintf(&told, "%s %s %s\n", r.Header.Get("webhook-id"), body, word)
		mu.Unlock()
		status, err := strconv.Atoi(file("status"))
		if err != nil {
			status = http.StatusNoContent
		}
		w.WriteHeader(status)
	})
	s := httptest.NewServer(mux)
	ts.Defer(s.Close)
	ts.Setenv("HOOK", s.URL)
	allowed, err := os.OpenFile(ts.MkAbs("data/clarion.toml"), os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = fmt.Fprintf(allowed, "\n[hooks]\nallow = [%q]\n", s.URL)
	ts.Check(err)
	ts.Check(allowed.Close())
}
