package bluesky

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// session is a signed-in account. It is kept in the vault, bound to the server,
// identifier and app password that it was made for.
type session struct {
	Service    string `json:"service"`
	Identifier string `json:"identifier"`
	DID        string `json:"did"`
	Handle     string `json:"handle"`
	Host       string `json:"host"` // where the account's requests go
	Access     string `json:"access"`
	Refresh    string `json:"refresh"`
	Proof      string `json:"proof"` // of the app password: another one in the configuration signs in anew
}

// margin is how long before its end a token is renewed.
const margin = time.Minute

// read gives the session that was kept for these settings, or false: what is
// broken or was made for another account is worth a new login and no more.
func (s settings) read(kept []byte) (session, bool) {
	var found session
	if err := json.Unmarshal(kept, &found); err != nil {
		return session{}, false
	}
	ours := found.Service == s.Service && found.Identifier == s.Identifier && hmac.Equal([]byte(found.Proof), []byte(s.proof(found.Refresh)))
	whole := isDID(found.DID) && found.Access != "" && found.Refresh != "" && found.Host == hostFor(s.Service, found.Host)
	return found, ours && whole
}

// proof ties a session to the app password without giving it away: an
// HMAC-SHA256 over the session's own refresh token.
func (s settings) proof(refresh string) string {
	mac := hmac.New(sha256.New, []byte(s.AppPassword.Reveal()))
	mac.Write([]byte(refresh))
	return hex.EncodeToString(mac.Sum(nil))
}

// ending reports whether the access token is about to end. One that does not
// tell is used until it is refused.
func (s session) ending(now time.Time) bool {
	ends, told := tokenEnd(s.Access)
	return told && now.Add(margin).After(ends)
}

// tokenEnd reads when a JSON Web Token ends (RFC 7519 4.1.4), trusting it as
// far as that goes.
func tokenEnd(token string) (time.Time, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}, false
	}
	var claims struct {
		End int64 `json:"exp"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil || claims.End <= 0 {
		return time.Time{}, false
	}
	return time.Unix(claims.End, 0), true
}

// signedIn is the server's answer to a login and to a renewal.
type signedIn struct {
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
	DID     string `json:"did"`
	Handle  string `json:"handle"`
	Active  *bool  `json:"active"`
	Status  string `json:"status"`
	DIDDoc  struct {
		Service []struct {
			ID       string `json:"id"`
			Endpoint any    `json:"serviceEndpoint"`
		} `json:"service"`
	} `json:"didDoc"`
}

func (a signedIn) session(s settings) session {
	return session{
		Service: s.Service, Identifier: s.Identifier, DID: a.DID, Handle: a.Handle,
		Host: hostFor(s.Service, a.endpoint()), Access: a.Access, Refresh: a.Refresh, Proof: s.proof(a.Refresh),
	}
}

// endpoint is the account's host as its DID document names it.
func (a signedIn) endpoint() string {
	for _, s := range a.DIDDoc.Service {
		if address, ok := s.Endpoint.(string); ok && strings.HasSuffix(s.ID, "#atproto_pds") {
			return address
		}
	}
	return ""
}

// hostFor says where an account's requests go: to the configured server, or,
// signed in at bsky.social, to the one of its hosts that keeps the account. No
// other address is believed.
func hostFor(service, endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || service != bskySocial || u.Scheme != "https" || u.Host != u.Hostname() ||
		!strings.HasSuffix(u.Host, bskyHosts) || u.User != nil {
		return service
	}
	return "https://" + u.Host
}
