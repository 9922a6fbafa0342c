package daemon

import (
	"net/http"
	"strings"

	"clarion/accounts"
	"clarion/config"
	"clarion/people"
	"clarion/sso"
	"clarion/store"
	"clarion/web"
)

// newAccounts makes the accounts; tell, if not nil, is a daemon's that mails
// and serves pages.
func newAccounts(c *config.Config, s *store.Store, tell accounts.Teller) *accounts.Accounts {
	settings := accounts.Settings{
		Office: c.Office.Name, Teller: tell, Outside: outside(c.OIDC),
		ResetLink: func(code string) string { return c.Server.BaseURL + "/signin/choose?code=" + code },
	}
	if tell != nil {
		settings.ConfirmLink = func(code string) string { return c.Server.BaseURL + "/signin/cli?code=" + code }
	}
	return accounts.New(s, settings)
}

// outside is what accounts have of a provider; nil without one.
func outside(c config.OIDC) *accounts.Outside {
	if c.Issuer == "" {
		return nil
	}
	rules := make([]people.GroupRule, len(c.Roles))
	for i, r := range c.Roles {
		rules[i] = people.GroupRule{Group: r.Group, Role: people.Role(r.Role), Department: r.Department}
	}
	return &accounts.Outside{Issuer: c.Issuer, Rules: rules, Only: c.Only, SessionAge: c.SessionAge}
}

// newSSO is what the pages have of a provider; nil without one.
func newSSO(c *config.Config) *web.SingleSignOn {
	o := c.OIDC
	if o.Issuer == "" {
		return nil
	}
	return &web.SingleSignOn{
		Label: o.Label, Only: o.Only, Fresh: len(o.SecondFactorACR) > 0,
		Provider: sso.New(sso.Settings{
			Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: c.Server.BaseURL + "/auth/callback",
			Scopes: o.Scopes, GroupsClaim: o.GroupsClaim, NameClaim: o.NameClaim, AllowedDomains: o.AllowedDomains, SecondFactor: o.SecondFactorACR,
		}),
	}
}

// newSessions keeps sessions in the database.
func newSessions(c *config.Config, s *store.Store, a *accounts.Accounts) *web.Sessions {
	return web.NewSessions(s.Sessions(), a, strings.HasPrefix(c.Server.BaseURL, "https:"))
}

// withSignIn serves the sign-in pages before anything else.
func (d *Daemon) withSignIn(next http.Handler) http.Handler {
	c := d.options.Config
	pages := web.NewSignIn(web.SignInSettings{
		Accounts: d.accounts, Sessions: d.sessions, OfficeName: c.Office.Name, Trusted: c.Server.TrustedProxies, SSO: newSSO(c), Fault: d.observer.Fault,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pages.Serves(r.URL.Path) {
			pages.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
