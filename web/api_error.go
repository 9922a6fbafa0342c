package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

// statusGone is what proxies log where the client went away; nobody reads it.
const statusGone = 499

// refusal turns an error into what the client gets.
func (a *API) refusal(ctx context.Context, doing string, err error) error {
	if r, ok := errors.AsType[*office.Refusal](err); ok {
		return refused(r)
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e
	}
	if errors.Is(err, office.ErrMoved) {
		return problem(http.StatusConflict, "something else changed meanwhile", "try again")
	}
	if errors.Is(err, office.ErrRequestTaken) {
		return problem(http.StatusConflict, "a request with this key was carried out meanwhile", "ask again: you get its answer")
	}
	if ctx.Err() != nil {
		return &api.Error{Title: "Client Closed Request", Status: statusGone, Detail: "the request was given up"}
	}
	a.fault(strings.ToLower(doing), err)
	return internal()
}

func refused(r *office.Refusal) *api.Error {
	status := statusOf(r.Code)
	return &api.Error{Title: http.StatusText(status), Status: status, Detail: inWords(r.Says), Try: r.Try, Problems: problemsOf(r.Problems)}
}

// inWords writes the states of two words as people do.
func inWords(says string) string {
	for _, s := range message.States() {
		if name := string(s); strings.Contains(name, "_") {
			says = strings.ReplaceAll(says, " is "+name, " is "+strings.ReplaceAll(name, "_", " "))
		}
	}
	return says
}

func statusOf(c office.Code) int {
	switch c {
	case office.NotFound:
		return http.StatusNotFound
	case office.Conflict:
		return http.StatusConflict
	case office.TooMany:
		return http.StatusTooManyRequests
	case office.Forbidden:
		return http.StatusForbidden
	default:
		return http.StatusBadRequest
	}
}

func internal() *api.Error {
	return problem(http.StatusInternalServerError, "something failed inside Clarion; nothing was changed unless it says so elsewhere", "look at Clarion's log")
}

func problem(status int, detail, try string) *api.Error {
	return &api.Error{Title: http.StatusText(status), Status: status, Detail: detail, Try: try}
}

// mendError puts the library's own refusals into our form. Values are left
// out: they are what was sent.
func mendError(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		return tooLarge(ctx.Operation()), nil
	case http.StatusInternalServerError:
		return internal(), nil
	}
	out := problem(e.Status, "the request is not one of this API: "+e.Detail, "its description is "+api.Base+"/openapi.json")
	for _, detail := range e.Errors {
		field := strings.TrimPrefix(detail.Location, "body.")
		out.Problems = append(out.Problems, api.Problem{Field: field, Says: detail.Message})
	}
	return out, nil
}

func tooLarge(op *huma.Operation) *api.Error {
	limit := op.MaxBodyBytes - 1
	try := "send less"
	switch limit {
	case api.MaxDraft:
		try = "leave assets out or make them smaller"
	case api.MaxList:
		try = "split the list"
	}
	return problem(http.StatusRequestEntityTooLarge, fmt.Sprintf("the request is larger than %d bytes", limit), try)
}

// refuseRoute answers for an address or method that does not exist, as the
// router's own handler would, in our form.
func refuseRoute(w http.ResponseWriter, r *http.Request, router http.Handler) {
	probe := &statusOnly{header: http.Header{}}
	router.ServeHTTP(probe, r)
	if probe.status < http.StatusBadRequest {
		probe.status = http.StatusNotFound // a redirect would lose the body
	}
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	writeError(w, problem(probe.status, fmt.Sprintf("there is no %s %.200s", r.Method, r.URL.Path), "the API is described in "+api.Base+"/openapi.json"))
}

// statusOnly keeps an answer's status and header and drops its body.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

func writeError(w http.ResponseWriter, e *api.Error) {
	w.Header().Set("Content-Type", e.ContentType(""))
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(e) // the client went away
}
