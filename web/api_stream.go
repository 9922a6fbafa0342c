package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"clarion/api"
)

// stream writes an answer of any length. Its status is open until the first
// byte, so that what fails before is still a proper refusal.
type stream struct {
	w         http.ResponseWriter
	mediaType string
	begun     bool
}

func (s *stream) header() http.Header { return s.w.Header() }

func (s *stream) Write(b []byte) (int, error) {
	if !s.begun {
		s.begin()
	}
	return s.w.Write(b)
}

func (s *stream) begin() {
	s.begun = true
	s.header().Set("Content-Type", s.mediaType)
	s.w.WriteHeader(http.StatusOK)
}

// unbound takes the server's time bounds off an answer that may be long. A read
// deadline that passes would end the request's context. Not every writer has
// deadlines.
func unbound(w http.ResponseWriter) {
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Time{})
	_ = conn.SetWriteDeadline(time.Time{})
}

// stream answers with whatever fill writes. After a fault the connection is
// cut, which a client can't take for the end.
func (a *API) stream(doing, mediaType string, fill func(ctx context.Context, w *stream) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		unbound(w)
		s := &stream{w: w, mediaType: mediaType}
		err := fill(hc.Context(), s)
		switch {
		case err == nil && !s.begun:
			s.begin()
		case err == nil:
		case s.begun:
			_ = a.refusal(hc.Context(), doing, err) // it is only to be handed on
			panic(http.ErrAbortHandler)
		default:
			w.Header().Del("Trailer")
			e, _ := a.refusal(hc.Context(), doing, err).(*api.Error) //nolint:errorlint // it is never wrapped
			writeError(w, e)
		}
	}}
}
