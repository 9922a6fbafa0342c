package x

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"clarion/channels/request"
)

// maxWait bounds what X may ask for. Its longest window is of 24 hours.
const maxWait = 25 * time.Hour

// allowance is one of X's limits, as its headers tell it.
type allowance struct {
	name      string // of the headers
	label     string // for people
	limit     string
	remaining string
	reset     time.Time
}

// quota is what X said last of what an account may post.
type quota [3]allowance

// quotaOf reads the headers of an answer. What is missing stays empty.
func quotaOf(h http.Header) quota {
	q := quota{
		{name: "x-rate-limit", label: "in this window"}, {name: "x-user-limit-24hour", label: "of the account in 24 hours"},
		{name: "x-app-limit-24hour", label: "of the app in 24 hours"},
	}
	for i := range q {
		q[i].limit, q[i].remaining = number(h, q[i].name+"-limit"), number(h, q[i].name+"-remaining")
		if seconds, err := strconv.ParseInt(h.Get(q[i].name+"-reset"), 10, 64); err == nil && seconds > 0 {
			q[i].reset = time.Unix(seconds, 0).UTC()
		}
	}
	return q
}

// number gives a header's value if it is a count.
func number(h http.Header, name string) string {
	value := h.Get(name)
	if _, err := strconv.ParseUint(value, 10, 32); err != nil {
		return ""
	}
	return value
}

// String is for people; empty if X said nothing.
func (q quota) String() string {
	var told []string
	for _, a := range q {
		if a.remaining == "" || a.limit == "" {
			continue
		}
		text := fmt.Sprintf("%s of %s posts left %s", a.remaining, a.limit, a.label)
		if !a.reset.IsZero() {
			text += ", until " + a.reset.Format("2006-01-02 15:04 UTC")
		}
		told = append(told, text)
	}
	return strings.Join(told, "; ")
}

// note remembers what X said of the account's posts.
func (c *account) note(h http.Header) {
	q := quotaOf(h)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, a := range q {
		if a.remaining != "" {
			c.quota[i] = a
		}
	}
}

func (c *account) left() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quota.String()
}

// until says when to come back after a 429: when the last of the limits that
// are used up begins anew, or else when the window does. Zero if X does not
// say.
func (c *account) until(a request.Answer) time.Time {
	now, q := c.now(), quotaOf(a.Header)
	var at time.Time
	for _, limit := range q {
		if limit.remaining == "0" && limit.reset.After(at) {
			at = limit.reset
		}
	}
	if at.IsZero() {
		at = q[0].reset
	}
	switch {
	case !at.After(now):
		return a.RetryAfter(now)
	case at.After(now.Add(maxWait)):
		return now.Add(maxWait)
	}
	return at
}
