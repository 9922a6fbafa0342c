package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"clarion/channels/webfeed"
)

//go:embed templates/signin_*.html
var signInTemplates embed.FS

// The pages, by their template.
const (
	pageSignIn  = "signin_in.html"
	pageForgot  = "signin_forgot.html"
	pageChoose  = "signin_choose.html"
	pageAccount = "signin_account.html"
	pageFactor  = "signin_factor.html"
	pageCodes   = "signin_codes.html"
	pageNotice  = "signin_notice.html"

	pageSignedOut = "signin_out.html"
	pageConfirm   = "signin_confirm.html"
	pageConfirmed = "signin_confirmed.html"
)

// page is what a page shows; each uses what it needs.
type page struct {
	Title, Text, Problem string
	Name, FullName       string
	WantsCode            bool
	Code                 string // of a link
	HasFactor            bool
	CodesLeft            int
	Roles                []roleLine
	Secret, Address      string
	QR                   template.URL
	Codes                []string
	Office, Style        string
	SSOLabel             string // of the provider; empty without one
	SSOOnly, SSOFresh    bool
	Outside              bool // they came through the provider
	SignOutAddress       string
	Confirm, Machine     string // of a command line that waits
}

// roleLine is one role as its holder reads it.
type roleLine struct{ Role, Department string }

// pages are the parsed templates.
type pages struct {
	office string
	byName map[string]*template.Template
}

func newPages(officeName string) pages {
	p := pages{office: officeName, byName: map[string]*template.Template{}}
	for _, name := range []string{pageSignIn, pageForgot, pageChoose, pageAccount, pageFactor, pageCodes, pageNotice, pageSignedOut, pageConfirm, pageConfirmed} {
		p.byName[name] = template.Must(template.ParseFS(signInTemplates, "templates/signin_layout.html", "templates/"+name))
	}
	return p
}

func (in *SignIn) write(w http.ResponseWriter, status int, name string, shown page) error {
	shown.Office, shown.Style = in.pages.office, webfeed.StylesheetPath
	if p := in.settings.SSO; p != nil {
		shown.SSOLabel, shown.SSOOnly, shown.SSOFresh = p.Label, p.Only, p.Fresh
	}
	var b bytes.Buffer
	if err := in.pages.byName[name].ExecuteTemplate(&b, "layout", shown); err != nil {
		return fmt.Errorf("fill %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return nil
}
