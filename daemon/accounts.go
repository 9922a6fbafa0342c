package daemon

import (
	"net/http"
	"strings"

	"clarion/accounts"
	"clarion/config"
	"clarion/store"
	"clarion/web"
)

// newAccounts makes the accounts; tell, if not nil, mails.
func newAccounts(c *config.Config, s *store.Store, tell accounts.Teller) *accounts.Accounts {
	return accounts.New(s, accounts.Settings{
		Office: c.Office.Name, Teller: tell,
		ResetLink: func(code string) string { return c.Server.BaseURL + "/signin/choose?code=" + code },
	})
}

// newSessions keeps sessions in the database.
func newSessions(c *config.Config, s *store.Store, a *accounts.Accounts) *web.Sessions {
	return web.NewSessions(s.Sessions(), a, strings.HasPrefix(c.Server.BaseURL, "https:"))
}

// withSignIn serves the sign-in pages before anything else.
func (d *Daemon) withSignIn(next http.Handler) http.Handler {
	c := d.options.Config
	pages := web.NewSignIn(web.SignInSettings{
		Accounts: d.accounts, Sessions: d.sessions, OfficeName: c.Office.Name, Trusted: c.Server.TrustedProxies, Fault: d.observer.Fault,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pages.Serves(r.URL.Path) {
			pages.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
