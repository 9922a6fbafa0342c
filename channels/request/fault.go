package request

import (
	"context"
	"crypto/tls"
	"errors"
	"regexp"

	"clarion/channels"
)

// unasked says that nothing was asked of a destination that could change
// anything there. err is nil if it answered before it was asked.
func unasked(host string, err error) error {
	if err == nil {
		err = errors.New("it answered before it was asked")
	}
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return &channels.Error{Class: channels.Unavailable, Reason: host + " has no certificate that can be trusted", Err: quiet{err}}
	}
	return &channels.Error{Class: channels.Temporary, Reason: host + " could not be asked", Err: quiet{err}}
}

// quiet is an error without what it quotes: an address, which may hold a
// secret, or what a destination wrote, which may repeat one.
type quiet struct{ err error }

func (q quiet) Error() string {
	if errors.Is(q.err, context.DeadlineExceeded) {
		return "there was no time left"
	}
	quoted := regexp.MustCompile(`"(?:[^"\\]|\\.)*("|$)`)
	return printable(quoted.ReplaceAllString(q.err.Error(), "…"))
}

func (q quiet) Unwrap() error { return q.err }
