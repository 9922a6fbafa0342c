package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// Check asks for the account's session (com.atproto.server.getSession). An app
// password does not expire.
func (c *Channel) Check(ctx context.Context) (channels.Standing, error) {
	a, s, err := c.do(ctx, call{name: "com.atproto.server.getSession"})
	if err != nil {
		return channels.Standing{}, err
	}
	if !a.OK() {
		return channels.Standing{}, c.account.signInFault(a)
	}
	var in signedIn
	if err := json.Unmarshal(a.Body, &in); err != nil || in.DID != s.DID {
		return channels.Standing{}, &channels.Error{Class: channels.Temporary, Reason: "the server's answer names another account", Err: err}
	}
	if in.Active != nil && !*in.Active {
		return channels.Standing{}, inactive(in.Status)
	}
	return channels.Standing{Account: fmt.Sprintf("@%s (%s)", in.Handle, in.DID), Quota: c.quota.words(c.now())}, nil
}

// quota is what the server last said of how much may be written.
type quota struct {
	mu            sync.Mutex
	remaining, of int
	until         time.Time
}

// note reads the headers of an answer to a write; those that make no sense
// change nothing.
func (q *quota) note(a request.Answer) {
	remaining, err1 := strconv.Atoi(a.Header.Get("RateLimit-Remaining"))
	of, err2 := strconv.Atoi(a.Header.Get("RateLimit-Limit"))
	until, err3 := strconv.ParseInt(a.Header.Get("RateLimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || remaining < 0 || of < remaining {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.remaining, q.of, q.until = remaining, of, time.Unix(until, 0)
}

// words tells people what is left, in the server's points: 2 for a post and 1
// for a deletion.
func (q *quota) words(now time.Time) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.until.After(now) {
		return ""
	}
	return fmt.Sprintf("%d of %d points for writing left until %s", q.remaining, q.of, q.until.UTC().Format("2006-01-02 15:04 MST"))
}
