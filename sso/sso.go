// Package sso asks an OpenID Connect provider who somebody is: by its
// authorization code, with PKCE (RFC 7636), a state, a nonce and the issuer's
// name in the answer (RFC 9207).
//
// Failure rules. Nobody is let in by anything but an ID token that the
// configured issuer signed for this client, lately, for this very attempt;
// whatever can't be read or checked lets nobody in. Every error is an *Error
// in plain words that holds no token, code or secret and nothing that the
// provider wrote but its own error word. A request goes to the issuer, to what the issuer
// names at its own host, or over https to the public internet; time and size
// are bounded, and no redirect is followed. No token is kept.
package sso

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"clarion/channels"
)

// Bounds.
const (
	discoveryAge = time.Hour       // how long what the issuer says of itself is believed
	failureAge   = 5 * time.Second // how long a provider that was down is not asked again
	Skew         = 2 * time.Minute // by which the provider's clock may be off
)

// Settings is what a provider is asked with.
type Settings struct {
	Issuer, ClientID string
	ClientSecret     channels.Secret // none for a client that has none
	RedirectURL      string
	Scopes           []string
	GroupsClaim      string   // a claim's name, or a path with dots through objects
	NameClaim        string   // likewise
	AllowedDomains   []string // of verified mail addresses, in lower case; empty: any address or none
	SecondFactor     []string // values of acr or amr that mean a second factor
}

// Provider is an OpenID Connect provider.
type Provider struct {
	settings Settings
	client   *http.Client
	now      func() time.Time
	asking   chan struct{} // held by whoever asks or reads what is below
	found    *discovered
	failed   time.Time
}

// discovered is what the issuer says of itself.
type discovered struct {
	provider   *oidc.Provider
	verifier   *oidc.IDTokenVerifier
	oauth      oauth2.Config
	says       metadata
	discovered time.Time
}

// metadata is what is read of it besides (OpenID Connect Discovery 1.0, RFC
// 8414, RFC 9207).
type metadata struct {
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	EndSession    string   `json:"end_session_endpoint"`
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
	NamesIssuer   bool     `json:"authorization_response_iss_parameter_supported"`
}

// New makes a provider. It is asked nothing before somebody signs in, so that
// one that is down keeps nothing from starting.
func New(s Settings) *Provider {
	return &Provider{settings: s, client: newClient(s.Issuer), now: time.Now, asking: make(chan struct{}, 1)}
}

// discover asks the issuer about itself, one at a time.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return nil, unreachable("discovery was waited for too long")
	}
	now := p.now()
	if p.found != nil && now.Sub(p.found.discovered) < discoveryAge {
		return p.found, nil
	}
	if now.Sub(p.failed) < failureAge {
		return p.still(unreachable("discovery failed a moment ago"))
	}
	found, err := p.ask(oidc.ClientContext(ctx, p.client))
	if err != nil {
		p.failed = now
		return p.still(err)
	}
	p.found = found
	return found, nil
}

// still falls back to what was known before, which the signatures still hold
// up.
func (p *Provider) still(err error) (*discovered, error) {
	if p.found != nil {
		return p.found, nil
	}
	return nil, err
}

func (p *Provider) ask(ctx context.Context) (*discovered, error) {
	provider, err := oidc.NewProvider(ctx, p.settings.Issuer)
	if err != nil {
		return nil, discoveryError(err)
	}
	found := &discovered{provider: provider, discovered: p.now()}
	if err := provider.Claims(&found.says); err != nil || !usable(found.says.Authorization, p.settings.Issuer) || !usable(found.says.Token, p.settings.Issuer) {
		return nil, misconfigured("the discovery document names no usable endpoints", "check the issuer in the configuration")
	}
	found.verifier = provider.VerifierContext(ctx, &oidc.Config{
		ClientID: p.settings.ClientID, SupportedSigningAlgs: algorithms(),
		Now: func() time.Time { return p.now().Add(-Skew) },
	})
	found.oauth = oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.ClientSecret.Reveal(), RedirectURL: p.settings.RedirectURL,
		Scopes: p.settings.Scopes, Endpoint: provider.Endpoint(),
	}
	found.oauth.Endpoint.AuthStyle = p.authStyle(found.says.AuthMethods)
	return found, nil
}

// algorithms are those with a public key; "none" and shared secrets are not
// among them.
func algorithms() []string {
	return []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}
}

// authStyle settles how the client says who it is. Trying out both, as the
// library would, could spend the code on the first.
func (p *Provider) authStyle(methods []string) oauth2.AuthStyle {
	if p.settings.ClientSecret.IsZero() || len(methods) > 0 && !slices.Contains(methods, "client_secret_basic") && slices.Contains(methods, "client_secret_post") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// usable reports whether a browser or Clarion may be sent to an endpoint: one
// over https, or at the issuer's own host.
func usable(endpoint, issuer string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || originOf(endpoint) == originOf(issuer)
}

// SignOutAddress is where somebody signs out at the provider; empty if it has
// no such place, or was never reached (OpenID Connect RP-Initiated Logout 1.0).
func (p *Provider) SignOutAddress(ctx context.Context) string {
	found, err := p.discover(ctx)
	if err != nil || !usable(found.says.EndSession, p.settings.Issuer) {
		return ""
	}
	u, err := url.Parse(found.says.EndSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.settings.ClientID)
	u.RawQuery = q.Encode()
	return u.String()
}

// originOf is scheme and host of an address, in lower case.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}
