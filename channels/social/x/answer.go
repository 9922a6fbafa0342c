package x

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"clarion/channels"
	"clarion/channels/request"
)

func lower(s string) string { return strings.ToLower(s) }

// problem is what X says is wrong (RFC 9457), in any of its forms.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Reason string `json:"reason"`
	Errors []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Detail  string `json:"detail"`
	} `json:"errors"`
	// Description is of OAuth 2.0 (RFC 6749 5.2).
	Description string `json:"error_description"`
}

// Codes that X kept of its version 1.1.
const (
	codeDaily     = 185 // over the daily limit of posts
	codeDuplicate = 187
)

func problemOf(a request.Answer) problem {
	var p problem
	_ = json.Unmarshal(a.Body, &p) // what is no JSON says nothing
	return p
}

// words are X's own for what is wrong.
func words(a request.Answer) string {
	p := problemOf(a)
	text := p.Detail
	for _, e := range p.Errors {
		text = first(text, e.Detail, e.Message)
	}
	return first(text, p.Description, p.Title)
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func (p problem) code() int {
	if len(p.Errors) == 0 {
		return 0
	}
	return p.Errors[0].Code
}

func (p problem) is(kind string) bool { return strings.HasSuffix(p.Type, "/problems/"+kind) }

// fault says what an answer that is no success means.
func (c *account) fault(a request.Answer) *channels.Error {
	p, text := problemOf(a), c.scrub(words(a))
	e := a.Fault(text, c.now())
	switch {
	case a.Status == http.StatusUnauthorized:
		c.credentials.refused()
		e.Reason = "X refuses the account's credentials; renew them: " + e.Reason
	case a.Status == http.StatusPaymentRequired:
		e.Reason = "the account's credits at X are used up; buy more in X's developer console: " + e.Reason
	case a.Status == http.StatusForbidden:
		c.forbidden(e, p, lower(text))
	case a.Status == http.StatusTooManyRequests && p.is("usage-capped"):
		e.Class = channels.Unavailable
		e.Reason = "what the account may use of X's interface this month is used up: " + e.Reason
	case a.Status == http.StatusTooManyRequests:
		e.Until = c.until(a)
	}
	return e
}

// forbidden tells the meanings of a 403 apart. In doubt it is the account that
// may not, which pauses the channel and loses nothing.
func (c *account) forbidden(e *channels.Error, p problem, text string) {
	switch {
	case p.code() == codeDuplicate || strings.Contains(text, "duplicate"):
		e.Class = channels.Unknown
		e.Reason = "X says that this text is live already: " + e.Reason
	case p.code() == codeDaily || strings.Contains(text, "daily") && strings.Contains(text, "limit"):
		e.Class = channels.RateLimited
	case aboutThePost(p, text):
		e.Class = channels.Permanent
		e.Reason = "X does not take this post: " + e.Reason
	default:
		e.Class = channels.Unavailable
		e.Reason = "X does not let the account or the app post; see X's developer console: " + e.Reason
	}
}

// aboutThePost reports whether X forbids this post and not the account.
func aboutThePost(p problem, text string) bool {
	for _, kind := range []string{"not-authorized-for-resource", "resource-not-found", "invalid-request", "disallowed-resource"} {
		if p.is(kind) {
			return true
		}
	}
	for _, sign := range []string{"too long", "reply to", "replies", "conversation", "cashtag", "mention", "media id", "media_id"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// scrub takes the account's credentials out of X's words.
func (c *account) scrub(text string) string {
	return scrub(text, append(c.settings.secrets(), c.credentials.secrets()...))
}

func scrub(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return text
}

func unavailable(reason string) error {
	return &channels.Error{Class: channels.Unavailable, Reason: reason}
}

// unpublished is for a request that shows nowhere: what became of it may be
// unknown, but nothing was published, and it may be repeated. An error of Begin
// stays as it is.
func unpublished(err error) error {
	e, ok := errors.AsType[*channels.Error](err)
	if !ok || e.Class != channels.Unknown {
		return err
	}
	harmless := *e
	harmless.Class = channels.Temporary
	return &harmless
}
