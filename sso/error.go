package sso

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Kind is whose an error is to mend.
type Kind uint8

// The kinds.
const (
	Stale       Kind = iota // begin again
	Refused                 // the provider, or what it says, lets this person not in
	Unreachable             // the provider is down
	Wrong                   // provider and configuration don't fit, or somebody tampers
)

// Error says why nobody was signed in, and what to do.
type Error struct {
	Kind      Kind
	Says, Try string
}

func (e *Error) Error() string { return e.Says + "; " + e.Try }

const tryAgain = "begin again at the sign-in page"

func stale(says string) error { return &Error{Stale, says, tryAgain} }

func refused(says, try string) error { return &Error{Refused, says, try} }

func unreachable(why string) error {
	return &Error{Unreachable, "the sign-in provider can't be reached (" + why + ")", "try again in a few minutes; administrators with a password sign in by that"}
}

func misconfigured(says, try string) error { return &Error{Wrong, says, try} }

// discoveryError puts a failed discovery in words. What came back is in none.
func discoveryError(err error) error {
	if _, ok := errors.AsType[*oidc.IssuerMismatchError](err); ok {
		return misconfigured("the provider calls itself by another name than the issuer that is configured", "an administrator copies the issuer exactly as the provider writes it")
	}
	return unreachable("discovery failed: " + why(err))
}

// why tells a network's error from an answer that is none, without quoting it.
func why(err error) string {
	var tooLarge *http.MaxBytesError
	switch text := err.Error(); {
	case errors.As(err, &tooLarge) || strings.Contains(text, "request body too large"):
		return fmt.Sprintf("its answer is over %d bytes", maxBody)
	case strings.Contains(text, "not an address of the public internet"):
		return "it names an endpoint inside a network"
	case strings.Contains(text, errPlain.Error()):
		return errPlain.Error()
	case strings.Contains(text, "Client.Timeout") || strings.Contains(text, "deadline exceeded"):
		return fmt.Sprintf("no answer within %s", maxTime)
	case strings.Contains(text, "dial ") || strings.Contains(text, "EOF") || strings.Contains(text, "connection"):
		return "no connection"
	default:
		return "its answer can't be used"
	}
}

// exchangeError puts a refused code in words.
func exchangeError(err error) error {
	r, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return unreachable("asking for a token failed: " + why(err))
	}
	switch word := errorWord(r.ErrorCode); {
	case word == "invalid_grant":
		return stale("the provider does not take this sign-in any more")
	case word == "invalid_client" || word == "unauthorized_client": //nolint:misspell // RFC 6749, 4.1.2.1
		return misconfigured("the provider does not accept Clarion itself ("+word+")", "an administrator checks client_id and client_secret")
	case r.Response != nil && r.Response.StatusCode >= http.StatusInternalServerError:
		return unreachable(fmt.Sprintf("it answers %d", r.Response.StatusCode))
	default:
		return misconfigured("the provider refuses to give a token ("+word+")", "an administrator checks how Clarion is registered there")
	}
}

// answerError puts what the provider answered in place of a code in words.
func answerError(code string) error {
	switch word := errorWord(code); word {
	case "access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required":
		return refused("the provider did not sign you in ("+word+")", "sign in there, and agree to what it asks; if it refuses you, ask whoever runs it")
	case "temporarily_unavailable", "server_error":
		return unreachable("it answers " + word)
	default:
		return misconfigured("the provider refuses the sign-in ("+word+")", "an administrator checks how Clarion is registered there")
	}
}

// errorWord gives an error code of RFC 6749 as far as it is a word.
func errorWord(code string) string {
	const most = 60
	if code == "" || len(code) > most || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "no known reason"
	}
	return code
}

// tokenError puts an ID token that does not hold in words.
func tokenError(err error) error {
	const ask = "an administrator compares the configuration with the provider"
	if _, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return misconfigured("the provider's ID token has expired, or the clocks differ by more than "+Skew.String(), "begin again; if it stays so, an administrator sets the clock")
	}
	switch text := err.Error(); {
	case strings.Contains(text, "issued by a different provider"):
		return misconfigured("the ID token is from another issuer", ask)
	case strings.Contains(text, "expected audience"):
		return misconfigured("the ID token is for another client", ask)
	case strings.Contains(text, "not before"):
		return misconfigured("the ID token does not hold yet: the clocks differ", "an administrator sets the clock")
	case strings.Contains(text, "fetching keys"):
		return unreachable("its keys could not be had: " + why(err))
	case strings.Contains(text, "malformed") || strings.Contains(text, "algorithm") || strings.Contains(text, "signature"):
		return misconfigured("the ID token is not signed as it must be", ask)
	default:
		return misconfigured("the ID token can't be read", ask)
	}
}
