package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clarion/channels"
	"clarion/people"
)

// OIDC is the provider of single sign-on. Without an issuer there is none.
type OIDC struct {
	Issuer          string          `toml:"issuer"` // exactly as the provider writes it
	ClientID        string          `toml:"client_id"`
	ClientSecret    channels.Secret `toml:"client_secret"`     // none for a public client
	Label           string          `toml:"label"`             // what people know the provider by
	Scopes          []string        `toml:"scopes"`            // openid among them
	GroupsClaim     string          `toml:"groups_claim"`      // a name, or a path with dots
	NameClaim       string          `toml:"name_claim"`        // likewise
	AllowedDomains  []string        `toml:"allowed_domains"`   // of verified mail addresses; empty: any
	SecondFactorACR []string        `toml:"second_factor_acr"` // values of acr or amr
	SessionAge      time.Duration   `toml:"session_age"`
	Only            bool            `toml:"only"` // passwords are for administrators alone
	Roles           []OIDCRole      `toml:"role"`
}

// OIDCRole gives a role to whoever is in a group of the provider.
type OIDCRole struct {
	Group      string `toml:"group"`
	Role       string `toml:"role"`
	Department string `toml:"department"` // "*" is everywhere
}

// Limits of [oidc].
const (
	maxOIDCText   = 255 // bytes
	maxOIDCList   = 50
	maxOIDCLabel  = 60 // characters
	maxOIDCRoles  = 500
	leastSession  = 5 * time.Minute
	longestSignIn = 12 * time.Hour
)

func defaultOIDC() OIDC {
	return OIDC{
		Label: "single sign-on", Scopes: []string{"openid", "profile", "email"}, GroupsClaim: "groups", NameClaim: "name", SessionAge: time.Hour,
	}
}

func (r *reader) oidc() {
	o := &r.config.OIDC
	t := r.section("oidc", o)
	if _, given := r.values["oidc"]; !given || !t.sound("") {
		return
	}
	t.required("issuer", o.Issuer, `write it exactly as the provider does, such as issuer = "https://login.example.org"`)
	t.required("client_id", o.ClientID, "write the name under which Clarion is registered at the provider")
	if o.Issuer != "" && t.sound("issuer") {
		if says, try := issuerFault(o.Issuer); says != "" {
			t.fault("issuer", says, try)
		}
	}
	t.oneLine("client_id", o.ClientID, maxOIDCText)
	t.oneLine("groups_claim", o.GroupsClaim, maxOIDCText)
	t.oneLine("name_claim", o.NameClaim, maxOIDCText)
	t.oidcLabel(o.Label)
	t.duration("session_age", o.SessionAge, leastSession, longestSignIn)
	t.oidcLists(*o)
	t.oidcRoles(o.Roles)
}

// required reports a key that is missing or empty.
func (t *table) required(key, value, try string) {
	switch {
	case !t.sound(key) || value != "":
	case t.has(key):
		t.fault(key, "is empty", try)
	default:
		t.fault(key, "is missing", try)
	}
}

// oneLine holds a text to a length, and to characters that can be shown.
func (t *table) oneLine(key, value string, most int) {
	switch {
	case !t.sound(key):
	case len(value) > most:
		t.fault(key, fmt.Sprintf("is longer than %d bytes", most), "shorten it")
	case strings.ContainsFunc(value, unicode.IsControl):
		t.fault(key, "has a line break or control character", "write it on one line")
	case strings.TrimSpace(value) != value || value == "" && t.has(key):
		t.fault(key, "is empty, or has spaces around it", "write it without")
	}
}

func (t *table) oidcLabel(label string) {
	t.oneLine("label", label, 4*maxOIDCLabel)
	if t.sound("label") && utf8.RuneCountInString(label) > maxOIDCLabel {
		t.fault("label", fmt.Sprintf("is longer than %d characters", maxOIDCLabel), "shorten it")
	}
}

// issuerFault says what is wrong with an issuer (OpenID Connect Discovery 1.0,
// section 3). It may have a path, and a slash at its end counts.
func issuerFault(issuer string) (says, try string) {
	const example = `write it exactly as the provider does, such as "https://login.example.org"`
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "is not an absolute https address", example
	case u.User != nil:
		return "holds a user name or password", example
	case strings.ContainsAny(issuer, "?#") || strings.ContainsFunc(issuer, unicode.IsSpace):
		return "has a query, a fragment or a space", example
	case len(issuer) > maxOIDCText:
		return fmt.Sprintf("is longer than %d bytes", maxOIDCText), example
	case !isHost(u.Hostname()) || !isPort(u):
		return "has a host or port that can't be one", example
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "is not https", "write https; http is for this machine alone, as localhost or 127.0.0.1"
	case strings.HasSuffix(u.Path, "/.well-known/openid-configuration"):
		return "is the address of the discovery document", "leave out /.well-known/openid-configuration"
	}
	return "", ""
}

func (t *table) oidcLists(o OIDC) {
	if t.sound("scopes") && !slices.Contains(o.Scopes, "openid") {
		t.fault("scopes", "does not hold openid", `write at least scopes = ["openid", "profile", "email"]`)
	}
	for _, list := range []struct {
		key   string
		items []string
		good  func(string) bool
		try   string
	}{
		{"scopes", o.Scopes, isScope, `write the provider's words, such as "openid"`},
		{"allowed_domains", o.AllowedDomains, isDomain, `write a domain alone, in lower case, such as "example.org"`},
		{"second_factor_acr", o.SecondFactorACR, isScope, `write a value of the claim acr or amr, such as "mfa"`},
	} {
		if len(list.items) > maxOIDCList {
			t.fault(list.key, fmt.Sprintf("has more than %d entries", maxOIDCList), "take some out")
			continue
		}
		for i, item := range list.items {
			if key := fmt.Sprintf("%s[%d]", list.key, i); t.sound(list.key) && t.sound(key) && !list.good(item) {
				t.fault(key, "can't be one", list.try)
			}
		}
	}
}

// isScope reports whether a text is a scope token (RFC 6749, 3.3).
func isScope(s string) bool {
	return s != "" && len(s) <= maxOIDCText && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}

func isDomain(s string) bool {
	return isHost(s) && strings.ToLower(s) == s && strings.Contains(s, ".") && !strings.HasSuffix(s, ".")
}

func (t *table) oidcRoles(roles []OIDCRole) {
	if len(roles) > maxOIDCRoles {
		t.fault("role", fmt.Sprintf("stands more than %d times", maxOIDCRoles), "join groups at the provider")
		return
	}
	if !t.sound("role") {
		return
	}
	for i, r := range roles {
		at := func(key string) string { return fmt.Sprintf("role[%d].%s", i, key) }
		if !t.sound(fmt.Sprintf("role[%d]", i)) {
			continue
		}
		t.roleText(at("group"), r.Group, "write the group exactly as the provider tells it")
		t.roleText(at("department"), r.Department, `write a department's name, or "*" for everywhere`)
		if t.sound(at("role")) && !people.Role(r.Role).Known() {
			t.fault(at("role"), "is no role", "write one of "+roleNames())
		}
		if slices.Contains(roles[:i], r) {
			t.fault(fmt.Sprintf("role[%d]", i), "stands twice", "take one out")
		}
	}
}

func (t *table) roleText(key, value, try string) {
	switch {
	case !t.sound(key):
	case value == "":
		t.fault(key, "is missing or empty", try)
	case len(value) > maxOIDCText+1 || strings.ContainsFunc(value, unicode.IsControl):
		t.fault(key, fmt.Sprintf("is longer than %d bytes, or has a control character", maxOIDCText+1), try)
	}
}

func roleNames() string {
	words := make([]string, len(people.Roles()))
	for i, r := range people.Roles() {
		words[i] = `"` + string(r) + `"`
	}
	return strings.Join(words, ", ")
}
