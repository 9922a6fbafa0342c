package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"clarion/accounts"
	"clarion/office"
)

// maxSignInBody bounds the body of a form, in bytes.
const maxSignInBody = 16 << 10

// SignInSettings is what the sign-in pages are made of.
type SignInSettings struct {
	Accounts   *accounts.Accounts
	Sessions   *Sessions
	OfficeName string
	Trusted    []netip.Prefix // proxies whose word counts for where somebody comes from
	SSO        *SingleSignOn  // nil without a provider
	Fault      func(doing string, err error)
}

// SignIn serves the pages on which people sign in and look after their account.
// They work without a script, and are never cached.
type SignIn struct {
	settings SignInSettings
	pages    pages
	sso      *ssoPages // nil without a provider
	handler  http.Handler
}

// NewSignIn makes the pages. A template that does not parse panics: it is ours.
func NewSignIn(s SignInSettings) *SignIn {
	in := &SignIn{settings: s, pages: newPages(s.OfficeName)}
	mux := http.NewServeMux()
	routes := map[string]func(*visit) error{
		"GET /signin": in.showSignIn, "POST /signin": in.signIn, "POST /signout": in.signOut,
		"GET /signin/forgot": in.showForgot, "POST /signin/forgot": in.forgot,
		"GET /signin/choose": in.showChoose, "POST /signin/choose": in.choose,
		"GET /account": in.signedIn(in.showAccount), "POST /account/password": in.signedIn(in.changePassword),
		"GET /account/factor": in.signedIn(in.showFactor), "POST /account/factor": in.signedIn(in.confirmFactor),
		"POST /account/factor/drop": in.signedIn(in.dropFactor),
		"GET /signin/cli":           in.signedIn(in.showConfirm), "POST /signin/cli": in.signedIn(in.confirm),
	}
	if s.SSO != nil {
		in.sso = in.newSSOPages()
		routes["GET /auth/login"], routes["GET /auth/callback"] = in.sso.begin, in.sso.callback
	}
	for pattern, serve := range routes {
		mux.HandleFunc(pattern, in.serve(serve))
	}
	// A form on another site must not act for somebody who is signed in here.
	s.Sessions.manager.ErrorFunc = in.fail
	in.handler = s.Sessions.manager.LoadAndSave(http.NewCrossOriginProtection().Handler(mux))
	return in
}

// ServeHTTP implements http.Handler.
func (in *SignIn) ServeHTTP(w http.ResponseWriter, r *http.Request) { in.handler.ServeHTTP(w, r) }

// Serves reports whether a path is one of these pages.
func (in *SignIn) Serves(path string) bool {
	return path == "/auth/login" || path == "/auth/callback" || path == "/signin" || path == "/signout" || path == "/account" || strings.HasPrefix(path, "/signin/") || strings.HasPrefix(path, "/account/")
}

// visit is one request.
type visit struct {
	w  http.ResponseWriter
	r  *http.Request
	by office.Actor // who is signed in, on pages that need it
}

func (v *visit) ctx() context.Context { return v.r.Context() }

func (v *visit) form(name string) string { return v.r.PostForm.Get(name) }

// serve answers a refusal on the page that it is about, and a fault as such.
func (in *SignIn) serve(show func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header(), policySignIn)
		r.Body = http.MaxBytesReader(w, r.Body, maxSignInBody)
		if err := r.ParseForm(); err != nil {
			_ = in.write(w, http.StatusBadRequest, pageNotice, page{Title: "That was too much, or could not be read", Text: "Go back and try again."})
			return
		}
		if err := show(&visit{w: w, r: r}); err != nil {
			in.fail(w, r, err)
		}
	}
}

func (in *SignIn) fail(w http.ResponseWriter, r *http.Request, err error) {
	secure(w.Header(), policySignIn)
	if refusal, ok := errors.AsType[*office.Refusal](err); ok {
		_ = in.write(w, statusOf(refusal.Code), pageNotice, page{Title: sentence(refusal.Says), Text: sentence(refusal.Try)})
		return
	}
	in.settings.Fault(r.Method+" "+r.URL.Path, err)
	_ = in.write(w, http.StatusInternalServerError, pageNotice, page{Title: "Something went wrong", Text: "Try again in a few minutes."})
}

// sentence writes a refusal's part as one.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// signedIn sends whoever is not signed in to where they can be.
func (in *SignIn) signedIn(show func(*visit) error) func(*visit) error {
	return func(v *visit) error {
		by, ok, err := in.settings.Sessions.actor(v.ctx())
		if err != nil {
			return err
		}
		if !ok {
			http.Redirect(v.w, v.r, in.signInPath(v), http.StatusSeeOther)
			return nil
		}
		v.by = by
		return show(v)
	}
}

// address is where a visit comes from, as far as trusted proxies say.
func (in *SignIn) address(r *http.Request) string {
	return ClientAddress(r, in.settings.Trusted).String()
}

// signInPath is where somebody signs in who is not; a command line that waits
// is not forgotten on the way.
func (in *SignIn) signInPath(v *visit) string {
	if code := confirmCode(v.r.URL.Query().Get("code")); code != "" && v.r.URL.Path == "/signin/cli" {
		return "/signin?confirm=" + code
	}
	return "/signin"
}

func (in *SignIn) showSignIn(v *visit) error {
	return in.write(v.w, http.StatusOK, pageSignIn, page{Title: "Sign in", Confirm: confirmCode(v.r.URL.Query().Get("confirm"))})
}

func (in *SignIn) signIn(v *visit) error {
	asked := accounts.SignIn{Name: v.form("name"), Password: v.form("password"), Code: v.form("code"), Address: in.address(v.r)}
	confirm := confirmCode(v.form("confirm"))
	session, err := in.settings.Accounts.SignIn(v.ctx(), asked)
	if errors.Is(err, accounts.ErrCodeWanted) {
		return in.write(v.w, http.StatusOK, pageSignIn, page{Title: "Sign in", Name: asked.Name, Confirm: confirm, WantsCode: true, Text: "Your password is right. Type it again with a code of your authenticator, or a recovery code."})
	}
	if refusal, ok := errors.AsType[*office.Refusal](err); ok {
		return in.write(v.w, statusOf(refusal.Code), pageSignIn, page{Title: "Sign in", Name: asked.Name, Confirm: confirm, WantsCode: asked.Code != "", Problem: sentence(refusal.Says) + " " + sentence(refusal.Try)})
	}
	if err != nil {
		return err
	}
	if err := in.settings.Sessions.begin(v.ctx(), session); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, after(confirm), http.StatusSeeOther)
	return nil
}

func (in *SignIn) signOut(v *visit) error {
	outside := in.settings.Sessions.get(v.ctx()).Outside
	if err := in.settings.Sessions.manager.Destroy(v.ctx()); err != nil {
		return err
	}
	if outside && in.sso != nil {
		return in.sso.signedOut(v)
	}
	http.Redirect(v.w, v.r, "/signin", http.StatusSeeOther)
	return nil
}

func (in *SignIn) showForgot(v *visit) error {
	return in.write(v.w, http.StatusOK, pageForgot, page{Title: "Choose a new password"})
}

func (in *SignIn) forgot(v *visit) error {
	if err := in.settings.Accounts.Forgot(v.ctx(), v.form("name"), in.address(v.r)); err != nil {
		return err
	}
	return in.write(v.w, http.StatusOK, pageNotice, page{
		Title: "Look at your mail", Text: "If there is an account of that name with a mail address, a link is on its way. It holds for 24 hours. If nothing comes, ask an administrator.",
	})
}

func (in *SignIn) showChoose(v *visit) error {
	code := v.r.URL.Query().Get("code")
	name, err := in.settings.Accounts.Invited(v.ctx(), code)
	if err != nil {
		return err
	}
	return in.write(v.w, http.StatusOK, pageChoose, page{Title: "Choose a password", Name: name, Code: code})
}

func (in *SignIn) choose(v *visit) error {
	name, err := in.settings.Accounts.Reset(v.ctx(), v.form("code"), v.form("password"))
	if refusal, ok := errors.AsType[*office.Refusal](err); ok && refusal.Code == office.Invalid {
		return in.write(v.w, http.StatusBadRequest, pageChoose, page{
			Title: "Choose a password", Name: v.form("name"), Code: v.form("code"), Problem: sentence(refusal.Says) + " " + sentence(refusal.Try),
		})
	}
	if err != nil {
		return err
	}
	return in.write(v.w, http.StatusOK, pageSignIn, page{Title: "Sign in", Name: name, Text: "Your password is set. Sign in with it."})
}
