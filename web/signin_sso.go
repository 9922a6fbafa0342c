package web

import (
	"errors"
	"net/http"
	"regexp"
	"time"

	"clarion/accounts"
	"clarion/sso"
)

// attemptAge is how long a sign-in at the provider may take.
const attemptAge = 10 * time.Minute

// SingleSignOn is what the pages have of a provider.
type SingleSignOn struct {
	Provider *sso.Provider
	Label    string // what the button says behind "Sign in with"
	Only     bool   // passwords are for administrators who are not bound to it
	Fresh    bool   // the provider can say that it asked for a second factor
}

// attempt is a sign-in at the provider, as the browser keeps it meanwhile.
type attempt struct {
	sso.Attempt
	Confirm string // the code of a command line that waits
}

// ssoPages begin and finish a sign-in at the provider.
type ssoPages struct {
	*SignIn
	sealer *sealer
	spent  *spent
}

func (in *SignIn) newSSOPages() *ssoPages { return &ssoPages{in, newSealer(), newSpent()} }

func (p *ssoPages) cookieName() string {
	if p.settings.Sessions.manager.Cookie.Secure {
		return "__Host-clarion_attempt"
	}
	return "clarion_attempt"
}

// setCookie keeps an attempt in the browser, or drops it if it is empty.
func (p *ssoPages) setCookie(w http.ResponseWriter, value string) {
	age := int(attemptAge / time.Second)
	if value == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever base_url is https
		Name: p.cookieName(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: p.settings.Sessions.manager.Cookie.Secure,
	})
}

// begin sends a browser to the provider.
func (p *ssoPages) begin(v *visit) error {
	if err := p.settings.Accounts.MayTryOutside(v.ctx(), p.address(v.r)); err != nil {
		return err
	}
	query := v.r.URL.Query()
	address, begun, err := p.settings.SSO.Provider.Begin(v.ctx(), query.Get("fresh") == "1")
	if err != nil {
		return p.refused(v, err)
	}
	value, err := seal(p.sealer, attempt{begun, confirmCode(query.Get("confirm"))}, time.Now().Add(attemptAge))
	if err != nil {
		return err
	}
	p.setCookie(v.w, value)
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// callback takes a browser back from the provider.
func (p *ssoPages) callback(v *visit) error {
	if err := p.settings.Accounts.MayTryOutside(v.ctx(), p.address(v.r)); err != nil {
		return err
	}
	query := v.r.URL.Query()
	a, ok := p.attempt(v)
	if !ok {
		return p.failed(v, query.Get("state"), &sso.Error{Kind: sso.Stale, Says: "this sign-in was not begun in this browser, or is over", Try: "begin again at the sign-in page"})
	}
	who, err := p.settings.SSO.Provider.Finish(v.ctx(), a.Attempt, query)
	if err != nil {
		return p.failed(v, a.State, err)
	}
	session, err := p.settings.Accounts.SignInOutside(v.ctx(), accounts.Identity(who))
	if err != nil {
		return err
	}
	if err := p.settings.Sessions.begin(v.ctx(), session); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, after(a.Confirm), http.StatusSeeOther)
	return nil
}

// attempt takes what the browser kept of a sign-in. One that comes back is
// spent, whatever comes of it; an answer to another leaves it alone.
func (p *ssoPages) attempt(v *visit) (attempt, bool) {
	kept, err := v.r.Cookie(p.cookieName())
	if err != nil {
		return attempt{}, false
	}
	now := time.Now()
	a, until, ok := unseal[attempt](p.sealer, kept.Value, now)
	if !ok || a.State == "" || a.State != v.r.URL.Query().Get("state") {
		return attempt{}, false
	}
	p.setCookie(v.w, "")
	return a, p.spent.first(a.State, until, now)
}

// failed counts a sign-in that came to nothing. A provider that is down is
// nobody's fault.
func (p *ssoPages) failed(v *visit, state string, err error) error {
	if says, ok := errors.AsType[*sso.Error](err); ok && says.Kind != sso.Unreachable {
		if err := p.settings.Accounts.FailedOutside(v.ctx(), state, p.address(v.r)); err != nil {
			return err
		}
	}
	return p.refused(v, err)
}

// refused shows why nobody is signed in. What an administrator can mend is
// logged as well.
func (p *ssoPages) refused(v *visit, err error) error {
	says, ok := errors.AsType[*sso.Error](err)
	if !ok {
		return err
	}
	status := map[sso.Kind]int{
		sso.Stale: http.StatusBadRequest, sso.Refused: http.StatusForbidden, sso.Unreachable: http.StatusServiceUnavailable, sso.Wrong: http.StatusBadGateway,
	}[says.Kind]
	if says.Kind == sso.Wrong || says.Kind == sso.Unreachable {
		p.settings.Fault("sign in through the provider", err)
	}
	return p.write(v.w, status, pageNotice, page{Title: sentence(says.Says), Text: sentence(says.Try)})
}

// confirmable matches the code of a command line that waits.
var confirmable = regexp.MustCompile(`^[A-Z2-7]{4}-[A-Z2-7]{4}$`)

// confirmCode gives a code, or nothing if it can't be one.
func confirmCode(text string) string {
	if confirmable.MatchString(text) {
		return text
	}
	return ""
}

// after is where a browser goes that has signed in.
func after(confirm string) string {
	if confirm != "" {
		return "/signin/cli?code=" + confirm
	}
	return "/account"
}

// signedOut shows that a session has ended here, and where it may go on.
func (p *ssoPages) signedOut(v *visit) error {
	return p.write(v.w, http.StatusOK, pageSignedOut, page{
		Title: "You are signed out", SignOutAddress: p.settings.SSO.Provider.SignOutAddress(v.ctx()), SSOLabel: p.settings.SSO.Label,
	})
}

// showConfirm asks whether a command line may go on as whoever is signed in.
func (in *SignIn) showConfirm(v *visit) error {
	h, err := in.settings.Accounts.Handoff(v.r.URL.Query().Get("code"))
	if err != nil {
		return err
	}
	return in.write(v.w, http.StatusOK, pageConfirm, page{Title: "Let a command line go on as you?", Name: v.by.Name, Code: h.Code, Text: "", Machine: h.Machine})
}

func (in *SignIn) confirm(v *visit) error {
	if err := in.settings.Accounts.ConfirmHandoff(v.form("code"), in.settings.Sessions.get(v.ctx())); err != nil {
		return err
	}
	return in.write(v.w, http.StatusOK, pageConfirmed, page{Title: "The command line goes on as " + v.by.Name})
}
