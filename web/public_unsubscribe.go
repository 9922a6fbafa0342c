package web

import (
	"context"
	"errors"
	"net/http"

	"clarion/office"
)

// maxUnsubscribeBody bounds the body of an unsubscribe request, in bytes.
const maxUnsubscribeBody = 4 << 10

// The form field of a one-click request (RFC 8058 3.1).
const (
	oneClickField = "List-Unsubscribe"
	oneClickValue = "One-Click"
)

// Unsubscriber takes a recipient out of the audiences for which they were
// written to. It is safe to ask twice.
type Unsubscriber interface {
	Unsubscribe(ctx context.Context, recipient int64) error
}

// unsubscribe shows a button to people and takes the one-click request of mail
// programs and of the button (RFC 8058). Looking changes nothing, since
// scanners of mail follow links. No page names the person or an audience: a
// mail that was passed on gives the link to others.
func (p *Public) unsubscribe(w http.ResponseWriter, r *http.Request, token string) {
	if !allow(w, r, http.MethodGet, http.MethodHead, http.MethodPost) {
		return
	}
	recipient, ok := parseUnsubscribeToken(p.settings.UnsubscribeKey, token)
	switch {
	case !ok:
		p.notFound(w)
	case r.Method != http.MethodPost:
		writePage(w, http.StatusOK, p.notices.ask)
	default:
		p.oneClick(w, r, recipient)
	}
}

func (p *Public) oneClick(w http.ResponseWriter, r *http.Request, recipient int64) {
	asked, err := isOneClick(w, r)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		writePage(w, http.StatusRequestEntityTooLarge, p.notices.ask)
		return
	}
	if err != nil || !asked {
		writePage(w, http.StatusBadRequest, p.notices.ask)
		return
	}
	err = p.settings.Unsubscriber.Unsubscribe(r.Context(), recipient)
	refusal, refused := errors.AsType[*office.Refusal](err)
	switch {
	case err == nil:
		writePage(w, http.StatusOK, p.notices.done)
	case refused && refusal.Code == office.NotFound:
		p.notFound(w)
	default:
		p.fail(w, r, "unsubscribe", err)
	}
}

// isOneClick reads the request's form, in either of the encodings that RFC 8058
// allows.
func isOneClick(w http.ResponseWriter, r *http.Request) (bool, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUnsubscribeBody)
	if err := r.ParseForm(); err != nil {
		return false, err
	}
	if err := r.ParseMultipartForm(maxUnsubscribeBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return false, err
	}
	return r.PostForm.Get(oneClickField) == oneClickValue, nil
}
