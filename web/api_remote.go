package web

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

// remote is where a request came from that did not come over the socket.
type remote struct{ address string }

type remoteKey struct{}

// Remote serves the API to other machines. Nobody is anonymous there but
// whoever signs in, and what anybody on the way could read is refused. A
// browser's cookie counts for nothing; what another site has a browser send is
// refused as well.
func (a *API) Remote(trusted []netip.Prefix) http.Handler {
	sites := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := sites.Check(r); err != nil {
			writeError(w, problem(http.StatusForbidden, "a browser sent this for another site", "call the API from a program"))
			return
		}
		if !isPrivate(r, trusted) {
			writeError(w, problem(http.StatusForbidden, "this came over plain http, so that anybody on the way could read it",
				"use https, and revoke the key that was sent; a proxy that does TLS sends X-Forwarded-Proto and stands in server.trusted_proxies"))
			return
		}
		from := remote{address: ClientAddress(r, trusted).String()}
		a.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), remoteKey{}, from)))
	})
}

// isPrivate reports whether a request came over TLS, here or at a trusted
// proxy, or never left this machine.
func isPrivate(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	peer, _ := parseAddress(r.RemoteAddr)
	if scheme := forwardedScheme(r); scheme != "" && isTrusted(peer, trusted) {
		return scheme == "https" || ClientAddress(r, trusted).IsLoopback()
	}
	return peer.IsLoopback()
}

// forwardedScheme is how the nearest proxy says that it was asked.
func forwardedScheme(r *http.Request) string {
	all := strings.Split(strings.Join(r.Header.Values("X-Forwarded-Proto"), ","), ",")
	return strings.ToLower(strings.TrimSpace(all[len(all)-1]))
}

// openToAll lists the operations that need nobody to be signed in, wherever
// they come from.
func openToAll() []string {
	return []string{"sign-in", "choose-password", "begin-browser-sign-in", "collect-browser-sign-in"}
}

// withName refuses whoever comes from another machine and has no name.
func (a *API) withName(ctx huma.Context, next func(huma.Context)) {
	_, isRemote := ctx.Context().Value(remoteKey{}).(remote)
	if isRemote && actor(ctx.Context()).Name == "" && !slices.Contains(openToAll(), ctx.Operation().OperationID) {
		ctx.SetHeader("WWW-Authenticate", "Bearer")
		writeProblem(ctx, problem(http.StatusUnauthorized, "you are not signed in", "send the key of a session or a token as Authorization: Bearer"))
		return
	}
	next(ctx)
}

// isAPI reports whether an address is one of the API.
func isAPI(path string) bool { return path == api.Base || strings.HasPrefix(path, api.Base+"/") }

// WithAPI serves the API's addresses before anything else.
func WithAPI(api, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isAPI(r.URL.Path) {
			api.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
