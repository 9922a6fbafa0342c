package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// setSecurityHeaders sets what every public answer carries.
func setSecurityHeaders(h http.Header, baseURL string) {
	secure(h, policyPage)
	stayOnHTTPS(h, baseURL)
}

// allow answers 405 to every method but those given (RFC 9110 15.5.6).
func allow(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	writeText(w, http.StatusMethodNotAllowed, "This address does not take that method.\n")
	return false
}

// writePage writes a page that no cache may keep.
func writePage(w http.ResponseWriter, status int, page []byte) {
	writeUncached(w, status, "text/html; charset=utf-8", page)
}

// writeText writes a text that no cache may keep.
func writeText(w http.ResponseWriter, status int, text string) {
	writeUncached(w, status, "text/plain; charset=utf-8", []byte(text))
}

func writeUncached(w http.ResponseWriter, status int, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // pages are made by templates, and texts are ours; a reader who went away has no remedy
}

// answered knows whether an answer has begun.
type answered struct {
	http.ResponseWriter
	begun bool
}

func (a *answered) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }
