package mastodon

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// Check asks who the token is for.
func (c *Channel) Check(ctx context.Context) (channels.Standing, error) {
	me, a, err := c.whoami(ctx)
	if err != nil {
		return channels.Standing{}, mended(channels.AsError(err), a)
	}
	at := "@" + me.Name + "@" + c.host()
	switch {
	case me.Suspended:
		return channels.Standing{}, &channels.Error{Class: channels.Unavailable, Reason: at + " is suspended; ask the server's moderators"}
	case me.Moved != nil:
		return channels.Standing{}, &channels.Error{
			Class: channels.Unavailable, Reason: fmt.Sprintf("%s has moved to @%s; post from there", at, me.Moved.Name),
		}
	}
	return channels.Standing{Account: at, Expires: c.set.expires, Quota: quota(a, c.now())}, nil
}

// mended makes what no waiting mends Unavailable.
func mended(e *channels.Error, a request.Answer) *channels.Error {
	switch {
	case e.Class == channels.Permanent, a.Status >= 300 && a.Status < 400:
		e.Class = channels.Unavailable
	case e.Class == channels.RateLimited:
		e.Class = channels.Temporary
	}
	return e
}

func (c *Channel) host() string {
	u, err := url.Parse(c.set.Server)
	if err != nil {
		return c.set.Server
	}
	return u.Host
}

// quota says what is left of the requests that the server allows
// (api/rate-limits).
func quota(a request.Answer, now time.Time) string {
	left, of := a.Header.Get("X-RateLimit-Remaining"), a.Header.Get("X-RateLimit-Limit")
	if !number(left) || !number(of) {
		return ""
	}
	text := fmt.Sprintf("%s of %s requests left", left, of)
	if reset := resetOf(a, now); !reset.IsZero() {
		text += " until " + reset.UTC().Format(time.TimeOnly) + " UTC"
	}
	return text
}

func number(text string) bool {
	const longest = 9
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return text != "" && len(text) <= longest
}
