package email

import (
	"crypto/tls"
	"errors"
	"strings"

	"clarion/channels"
)

// phase is how far a delivery has come.
type phase uint8

const (
	phaseMail phase = iota // MAIL FROM
	phaseRcpt              // RCPT TO
	phaseData              // DATA
	phaseDot               // the first byte of the final dot may have left
)

func (p phase) String() string {
	return [...]string{"the sender", "the recipient", "the mail's start", "the mail"}[p]
}

// refused classes a relay's answer that is not the one hoped for.
func refused(p phase, r reply, recipient string) *channels.Error {
	return &channels.Error{
		Class:  refusedClass(p, r),
		Reason: "the relay refused " + p.String() + ": " + r.scrub(recipient),
	}
}

func refusedClass(p phase, r reply) channels.Class {
	switch {
	case r.transient():
		return channels.Temporary
	case r.permanent() && p != phaseDot && r.needsLogin():
		return channels.Unavailable
	case r.permanent() && p == phaseMail && r.ofSender():
		return channels.Unavailable
	case r.permanent():
		return channels.Permanent
	case p == phaseDot:
		return channels.Unknown
	default: // a reply that does not belong here, before the dot
		return channels.Temporary
	}
}

// needsLogin reports that the relay wants credentials or encryption first
// (RFC 4954 6, RFC 3207 4): nothing about this recipient.
func (r reply) needsLogin() bool { return r.code == 530 || r.code == 535 || r.code == 538 }

// ofSender reports that the relay refuses the sender and so every mail: by its
// enhanced code (RFC 3463 3.2, 3.8: sender address, policy) or by its words.
func (r reply) ofSender() bool {
	for _, code := range []string{"5.1.7", "5.1.8", "5.7.1", "5.7.0"} {
		if strings.HasPrefix(r.text, code+" ") {
			return true
		}
	}
	text := strings.ToLower(r.text)
	for _, word := range []string{"sender", "relay", "from address", "not authorized", "not authorised", "not permitted"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// lost classes a connection that failed, by how far the delivery had come.
func lost(p phase, err error) *channels.Error {
	if p == phaseDot {
		return &channels.Error{
			Class:  channels.Unknown,
			Reason: "the connection to the relay was lost after the whole mail was written, before the relay answered",
			Err:    err,
		}
	}
	return &channels.Error{
		Class:  channels.Temporary,
		Reason: "the connection to the relay was lost before the end of the mail was written",
		Err:    err,
	}
}

// untrusted reports whether TLS failed on the relay's certificate.
func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
