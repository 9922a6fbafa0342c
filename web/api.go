// Package web holds the faces that speak HTTP: the API and the public pages.
//
// Failure rules. A refusal is answered with what happened and what to do;
// anything else that fails is answered with status 500 and without its text,
// and is handed once to the fault hook. A request that panics is a fault like
// any other and ends nothing but itself. A body over its limit is refused
// unread. A stream that fails is cut off, so that nobody takes it for whole.
package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"clarion/accounts"
	"clarion/api"
	"clarion/office"
)

// bodyTimeout bounds how long a request's body may take to arrive.
const bodyTimeout = 2 * time.Minute

// APISettings is what the API is made of.
type APISettings struct {
	Office   *office.Office
	Accounts *accounts.Accounts
	Sessions *Sessions
	Version  string
	// PerMinute bounds the requests of one caller over the network, Burst those
	// that come at once; 0: no bound.
	PerMinute, Burst int
	// Local: it is for the same process, whose user has the data folder itself
	// and so may read all of it. They sign in for anything else.
	Local bool
	// Reload, if not nil, reads the configuration again.
	Reload func(context.Context) (api.Reloaded, error)
	// Fault is told, once, whatever fails and is no refusal.
	Fault func(doing string, err error)
}

// API serves the API, as a handler to this machine alone. Whoever comes without
// a session or token may freeze everything there, and nothing else. Remote
// serves it to others.
type API struct {
	office   *office.Office
	accounts *accounts.Accounts
	sessions *Sessions
	version  string
	local    bool
	renew    func(context.Context) (api.Reloaded, error) // reads the configuration again; nil if nothing can
	fault    func(doing string, err error)
	mux      *http.ServeMux
	huma     huma.API
	running  underWay      // requests with a key
	limits   *limits       // of callers over the network
	stopped  chan struct{} // closed by Stop
	stop     sync.Once
}

// NewAPI makes the API over an office.
func NewAPI(s APISettings) *API {
	a := &API{
		office: s.Office, accounts: s.Accounts, sessions: s.Sessions, version: s.Version, local: s.Local, renew: s.Reload, fault: s.Fault,
		limits: newLimits(s.PerMinute, s.Burst), mux: http.NewServeMux(), stopped: make(chan struct{}),
	}
	a.huma = humago.New(a.mux, a.config())
	a.huma.UseMiddleware(withAddress, a.withActor, a.withLimit, a.withName, a.withJSON, a.withKey, a.withCondition, a.withTag)
	a.registerSessions()
	a.registerMessages()
	a.registerAgenda()
	a.registerReviews()
	a.registerComments()
	a.registerEmergencies()
	a.registerHolds()
	a.registerSends()
	a.registerRecipients()
	a.registerChannels()
	a.registerAudiences()
	a.registerFeeds()
	a.registerPeople()
	a.registerTokens()
	a.registerPolicies()
	a.registerTemplates()
	a.registerHooks()
	a.registerFreeze()
	a.registerLedger()
	a.registerBackup()
	a.registerStatus()
	a.registerReload()
	a.serveDocument()
	return a
}

// Stop ends the requests that wait for something to change, so that a server
// can shut down at once.
func (a *API) Stop() { a.stop.Do(func() { close(a.stopped) }) }

func (a *API) config() huma.Config {
	c := huma.DefaultConfig("Clarion", a.version)
	c.Info.Description = "People's decisions about messages, and what became of every send. Errors are problem details (RFC 9457). The header Authorization carries the key of a session or a token."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer", Description: "The key of a session or a token."}}
	c.Security = []map[string][]string{{"bearer": {}}}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{mendError}
	return c
}

// serveDocument serves the OpenAPI 3.1 document.
func (a *API) serveDocument() {
	for _, name := range []string{"ErrorModel", "ErrorDetail"} { // the library's own, which never leave
		delete(a.huma.OpenAPI().Components.Schemas.Map(), name)
	}
	document, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		panic("web: the OpenAPI document always marshals: " + err.Error())
	}
	a.mux.HandleFunc("GET "+api.Base+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(document)
	})
}

// handle registers an operation. What it returns as an error becomes problem
// details.
func handle[I, O any](a *API, op huma.Operation, run func(context.Context, *I) (*O, error)) {
	op.Path = api.Base + op.Path
	op.BodyReadTimeout = bodyTimeout
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = api.MaxOther
	}
	op.MaxBodyBytes++ // the library refuses a body of exactly this size
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = a.errorResponse()
	if slices.Contains(openToAll(), op.OperationID) {
		op.Security = []map[string][]string{{}}
	}
	if takesKey(&op) {
		describeKey(&op)
	}
	a.describeTags(&op)
	changed := a.guarded(op.OperationID)
	if _, ok := any((*O)(nil)).(*answer[api.Done]); ok && op.Metadata == nil {
		op.Metadata = map[string]any{simple: true}
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		ran(ctx)
		out, err := onCondition(ctx, a, changed, func(ctx context.Context) (*O, error) { return run(ctx, in) })
		if err != nil {
			return nil, a.refusal(ctx, op.Summary, err)
		}
		return out, nil
	})
}

func (a *API) errorResponse() *huma.Response {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.Error](), true, "Error")
	return &huma.Response{
		Description: "Refused, or failed.",
		Content:     map[string]*huma.MediaType{(&api.Error{}).ContentType(""): {Schema: schema}},
	}
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &recorder{ResponseWriter: w}
	defer a.recover(rec, r)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if h, pattern := a.mux.Handler(r); pattern == "" || path.Clean(r.URL.Path) != r.URL.Path {
		refuseRoute(rec, r, h)
		return
	}
	a.mux.ServeHTTP(rec, r)
}

// recover keeps a panic within its request.
func (a *API) recover(w *recorder, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // a panic's value, compared as net/http does
		panic(v)
	}
	a.fault(r.Method+" "+r.URL.Path, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	writeError(w, internal())
}

// recorder remembers whether an answer has begun.
type recorder struct {
	http.ResponseWriter
	begun bool
}

func (r *recorder) WriteHeader(status int) {
	r.begun = true
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.begun = true
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// answer and given are how the library wants bodies to be wrapped.
type (
	answer[T any] struct{ Body T }
	given[T any]  struct{ Body T }
	nothing       struct{}
)

func reply[T any](body T) *answer[T] { return &answer[T]{Body: body} }

// done is the answer of what was done without more to say.
func done(err error) (*answer[api.Done], error) {
	if err != nil {
		return nil, err
	}
	return reply(api.Done{Done: true}), nil
}
