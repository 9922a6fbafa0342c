package bluesky

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// refusal is an error as the protocol writes it (atproto.com/specs/xrpc).
type refusal struct {
	Name    string `json:"error"`
	Message string `json:"message"`
}

// refusalOf reads it; empty if the answer is in other words.
func refusalOf(a request.Answer) refusal {
	var r refusal
	if json.Unmarshal(a.Body, &r) != nil {
		return refusal{}
	}
	return r
}

// refusesToken reports whether an answer asks for another token. Bluesky says
// so with 400 as well as with 401.
func refusesToken(a request.Answer) bool {
	name := refusalOf(a).Name
	return (a.Status == http.StatusBadRequest || a.Status == http.StatusUnauthorized) &&
		(name == "ExpiredToken" || name == "InvalidToken")
}

// names of errors that a person must mend, whatever their status.
func lockedOut(name string) bool {
	return slices.Contains([]string{
		"AccountTakedown", "AccountDeactivated", "AccountSuspended", "AccountNotFound", "RepoDeactivated", "RepoTakendown", "RepoNotFound",
		"AuthenticationRequired", "AuthFactorTokenRequired", "AuthMissing", "ExpiredToken", "InvalidToken", "MethodNotImplemented",
	}, name)
}

// writing says what an answer that is not OK means for a request that writes.
func (a *account) writing(answer request.Answer, now time.Time) *channels.Error {
	r := refusalOf(answer)
	e := answer.Fault(a.scrub(r.words()), now)
	switch {
	case answer.Status == http.StatusTooManyRequests:
		e.Until = limitEnd(answer, now)
	case answer.Status >= 500 && r.Name != "MethodNotImplemented":
	case lockedOut(r.Name), answer.Status == http.StatusNotFound:
		e.Class = channels.Unavailable
	case r.Name == "InvalidSwap":
		e.Class = channels.Unknown
		e.Reason += "; there is a post under this key already"
	}
	return e
}

// reading says what it means for a request that changes nothing: what the
// server could not answer it may answer later.
func (a *account) reading(answer request.Answer, now time.Time) *channels.Error {
	e := a.writing(answer, now)
	if e.Class == channels.Unknown {
		e.Class = channels.Temporary
	}
	return e
}

// signInFault says what it means for a login: no answer but a 429 or a 5xx gets
// better by itself.
func (a *account) signInFault(answer request.Answer) *channels.Error {
	e := a.reading(answer, a.now())
	if e.Class == channels.Permanent {
		e.Class = channels.Unavailable
	}
	switch refusalOf(answer).Name {
	case "AuthFactorTokenRequired":
		e.Reason += "; use an app password in place of the account's own"
	case "AuthenticationRequired":
		e.Reason += "; check identifier and app_password"
	}
	return e
}

func (r refusal) words() string {
	switch {
	case r.Name == "" || r.Message == "":
		return r.Name + r.Message
	default:
		return r.Name + ": " + r.Message
	}
}

// scrub takes credentials out of a server's words.
func (a *account) scrub(words string) string {
	secrets := []string{a.set.AppPassword.Reveal()}
	if s := a.current.Load(); s != nil {
		secrets = append(secrets, s.Access, s.Refresh)
	}
	for _, secret := range secrets {
		if secret != "" {
			words = strings.ReplaceAll(words, secret, "…")
		}
	}
	return words
}

func inactive(status string) *channels.Error {
	if status == "" {
		status = "not active"
	}
	return &channels.Error{Class: channels.Unavailable, Reason: "the account is " + status + " at the server"}
}

// maxLimit bounds how far ahead a server may put the end of a limit.
const maxLimit = 24 * time.Hour

// limitEnd reads when a limit ends, from the server's own header (seconds since
// 1970) or the standard one; zero if neither makes sense.
func limitEnd(a request.Answer, now time.Time) time.Time {
	seconds, err := strconv.ParseInt(a.Header.Get("RateLimit-Reset"), 10, 64)
	if err != nil || seconds <= now.Unix() {
		return a.RetryAfter(now)
	}
	if latest := now.Add(maxLimit); seconds > latest.Unix() {
		return latest
	}
	return time.Unix(seconds, 0)
}
