// Package ssotest is an OpenID Connect provider for tests. It signs with keys of
// its own and checks client, redirect address and PKCE as a real one does; each
// thing that it does can be made to go wrong.
package ssotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The client that the provider knows.
const (
	ClientID     = "clarion"
	ClientSecret = "s3cret-of-the-client"
	RedirectURL  = "https://news.example.org/auth/callback"
)

// Provider is a provider and its one account.
type Provider struct {
	URL string
	// What may be set before a sign-in; under Lock if one may be under way.
	sync.Mutex
	Account   map[string]any        // claims of who signs in
	Token     func(claims object)   // changes an ID token before it is signed
	Discovery func(document object) // changes what the provider says of itself
	UserInfo  object                // nil: there is no such endpoint
	Sign      func(payload []byte) string
	Refuse    string // an error in place of a code
	TokenFail string // an error in place of tokens
	Broken    http.HandlerFunc
	NoIssuer  bool // the answer does not name the issuer

	key    *ecdsa.PrivateKey
	grants map[string]url.Values // by code
}

type object = map[string]any

// New starts a provider, whose account is sub-ada in the groups given.
func New(t testing.TB, groups ...string) *Provider {
	t.Helper()
	p := &Provider{grants: map[string]url.Values{}, key: NewKey(t)}
	p.Account = object{"sub": "sub-ada", "name": "Ada Okoro", "preferred_username": "ada", "email": "ada@example.org", "email_verified": true, "groups": groups}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /jwks", p.keys)
	mux.HandleFunc("GET /auth", p.authorise)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userInfo)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Lock()
		defer p.Unlock()
		if p.Broken != nil {
			p.Broken(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// NewKey makes a key to sign with.
func NewKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// SignWith signs as a provider does, with any key.
func SignWith(key any, algorithm jose.SignatureAlgorithm, payload []byte) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}

// SignIn follows a browser to the provider and gives what it comes back with.
func (p *Provider) SignIn(t testing.TB, address string) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("the provider answers %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	return back.Query()
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	document := object{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/jwks",
		"end_session_endpoint": p.URL + "/end", "id_token_signing_alg_values_supported": []string{"ES256"},
		"authorization_response_iss_parameter_supported": true,
	}
	if p.UserInfo != nil {
		document["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if p.Discovery != nil {
		p.Discovery(document)
	}
	answer(w, http.StatusOK, document)
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.key.PublicKey, KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
}

func (p *Provider) authorise(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	if asked.Get("client_id") != ClientID || asked.Get("redirect_uri") != RedirectURL || asked.Get("code_challenge_method") != "S256" || asked.Get("response_type") != "code" {
		http.Error(w, "this client is not known", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {asked.Get("state")}}
	if !p.NoIssuer {
		back.Set("iss", p.URL)
	}
	if p.Refuse != "" {
		back.Set("error", p.Refuse)
	} else {
		code := rand.Text()
		p.grants[code] = asked
		back.Set("code", code)
	}
	http.Redirect(w, r, RedirectURL+"?"+back.Encode(), http.StatusSeeOther)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	code := r.PostFormValue("code")
	asked, known := p.grants[code]
	delete(p.grants, code)
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case p.TokenFail != "":
		answer(w, http.StatusBadRequest, object{"error": p.TokenFail, "error_description": "<script>secret</script>"})
		return
	case id != ClientID || secret != ClientSecret:
		answer(w, http.StatusUnauthorized, object{"error": "invalid_client"})
		return
	case !known || r.PostFormValue("redirect_uri") != RedirectURL || base64.RawURLEncoding.EncodeToString(challenge[:]) != asked.Get("code_challenge"):
		answer(w, http.StatusBadRequest, object{"error": "invalid_grant"})
		return
	}
	tokens := object{"access_token": "access", "token_type": "Bearer", "expires_in": 60}
	if text := p.idToken(asked.Get("nonce")); text != "" {
		tokens["id_token"] = text
	}
	answer(w, http.StatusOK, tokens)
}

func (p *Provider) idToken(nonce string) string {
	now := time.Now()
	claims := object{"iss": p.URL, "aud": ClientID, "nonce": nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "auth_time": now.Unix()}
	maps.Copy(claims, p.Account)
	if p.Token != nil {
		p.Token(claims)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	if p.Sign != nil {
		return p.Sign(payload)
	}
	return SignWith(p.key, jose.ES256, payload)
}

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access" {
		answer(w, http.StatusUnauthorized, object{})
		return
	}
	answer(w, http.StatusOK, p.UserInfo)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
