package request

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"clarion/channels"
)

// maxWords bounds a destination's own words in a reason, in characters.
const maxWords = 300

// OK reports whether the destination says that it did what was asked.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// JSON decodes the answer. One that makes no sense is Unknown: the destination
// did something.
func (a Answer) JSON(into any) error {
	if err := json.Unmarshal(a.Body, into); err != nil {
		return &channels.Error{
			Class: channels.Unknown, Reason: fmt.Sprintf("the destination answered %d with something else than was expected", a.Status), Err: err,
		}
	}
	return nil
}

// Fault says what an answer that is not OK means at a destination that is not
// idempotent. The words are the destination's own, if it gave any.
func (a Answer) Fault(words string, now time.Time) *channels.Error {
	e := &channels.Error{Class: classOf(a.Status), Reason: fmt.Sprintf("the destination answered %d", a.Status)}
	if text := http.StatusText(a.Status); text != "" {
		e.Reason += " " + text
	}
	if words = printable(words); words != "" {
		e.Reason += ": " + words
	}
	if e.Class == channels.RateLimited {
		e.Until = a.RetryAfter(now)
	}
	return e
}

func classOf(status int) channels.Class {
	switch {
	case status == http.StatusTooManyRequests:
		return channels.RateLimited
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusPaymentRequired,
		status == http.StatusProxyAuthRequired:
		return channels.Unavailable
	case status == http.StatusRequestTimeout: // it may have been read whole
		return channels.Unknown
	case status >= 400 && status < 500:
		return channels.Permanent
	default:
		return channels.Unknown
	}
}

// maxRetryAfter bounds what a destination may ask for.
const maxRetryAfter = 24 * time.Hour

// RetryAfter reads the header of that name (RFC 9110 10.2.3): an instant after
// now and at most 24 hours ahead, or zero if there is none that makes sense.
func (a Answer) RetryAfter(now time.Time) time.Time {
	at := retryAt(strings.TrimSpace(a.Header.Get("Retry-After")), now)
	if latest := now.Add(maxRetryAfter); at.After(latest) {
		return latest
	}
	if !at.After(now) {
		return time.Time{}
	}
	return at
}

func retryAt(value string, now time.Time) time.Time {
	const bits = 32 // what needs more is far over the bound
	seconds, err := strconv.ParseUint(value, 10, bits)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return now.Add(time.Duration(seconds) * time.Second) // 32 bits
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return time.Time{}
	}
	return at
}

// printable makes a destination's words one line of bounded length.
func printable(words string) string {
	words = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(words, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(words); len(runes) > maxWords {
		return string(runes[:maxWords]) + "…"
	}
	return words
}
