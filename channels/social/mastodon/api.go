package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// ask makes one request. With begin it is one that changes something.
func (c *Channel) ask(ctx context.Context, r request.Request) (request.Answer, error) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.URL = c.set.Server + r.URL
	r.Header.Set("Authorization", "Bearer "+c.set.Token.Reveal())
	r.Header.Set("Accept", jsonType)
	return c.client.Do(ctx, r)
}

// get reads. It decides nothing about a publication, so that no error of it is
// Unknown.
func (c *Channel) get(ctx context.Context, path string, into any) (request.Answer, error) {
	a, err := c.ask(ctx, request.Request{Method: http.MethodGet, URL: path})
	if err != nil {
		return a, err
	}
	if !a.OK() {
		return a, harmless(c.fault(a))
	}
	if err := a.JSON(into); err != nil {
		return a, harmless(channels.AsError(err))
	}
	return a, nil
}

// harmless is the class of a request that publishes nothing: what is not known
// of it can be asked again.
func harmless(e *channels.Error) *channels.Error {
	if e.Class == channels.Unknown {
		e.Class = channels.Temporary
	}
	return e
}

// fault says what an answer that is not good means.
func (c *Channel) fault(a request.Answer) *channels.Error {
	e := a.Fault(c.said(a), c.now())
	switch {
	case e.Class == channels.RateLimited:
		if reset := resetOf(a, c.now()); !reset.IsZero() {
			e.Until = reset
		}
	case a.Status >= 300 && a.Status < 400:
		e.Reason += elsewhere(a)
	}
	return e
}

// said gives the server's own words for a fault (entities/Error), without the
// token.
func (c *Channel) said(a request.Answer) string {
	var words struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(a.Body, &words) != nil {
		return ""
	}
	text := words.Error
	if words.Description != "" {
		text += ": " + words.Description
	}
	return strings.ReplaceAll(text, c.set.Token.Reveal(), "<secret>")
}

// gone reports whether the API itself says that there is no such thing, rather
// than that there is no API.
func (c *Channel) gone(a request.Answer) bool {
	return (a.Status == http.StatusNotFound || a.Status == http.StatusGone) && c.said(a) != ""
}

// elsewhere says where a redirect points.
func elsewhere(a request.Answer) string {
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil || to.Host == "" {
		return "; requests are not followed elsewhere"
	}
	return fmt.Sprintf("; it points to %s, write that as the server if it is right", to.Host)
}

// maxReset bounds what a server may ask for.
const maxReset = 24 * time.Hour

// resetOf reads when the server takes requests again (api/rate-limits): an
// instant as text, or in seconds; zero if it does not say, or nothing that makes
// sense.
func resetOf(a request.Answer, now time.Time) time.Time {
	value := a.Header.Get("X-RateLimit-Reset")
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		const bits = 40 // 17,000 years
		seconds, err := strconv.ParseInt(value, 10, bits)
		if err != nil {
			return time.Time{}
		}
		at = time.Unix(seconds, 0)
	}
	if !at.After(now) {
		return time.Time{}
	}
	if latest := now.Add(maxReset); at.After(latest) {
		return latest
	}
	return at
}

// status is a post as the server shows it (entities/Status).
type status struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	CreatedAt time.Time `json:"created_at"`
	EditedAt  string    `json:"edited_at"`
	Parent    string    `json:"in_reply_to_id"`
	Content   string    `json:"content"`
	Text      *string   `json:"text"` // what the author wrote, where the server says it at once
}

// identified reports whether an answer names a post.
func (p status) identified() bool { return proper(p.ID) }

// proper reports whether an id can be one.
func proper(id string) bool {
	const longest = 200
	return id != "" && len(id) <= longest && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`/?#%"\`, r)
	})
}

// account is who the token is for (methods/accounts, verify_credentials).
type account struct {
	ID        string `json:"id"`
	Name      string `json:"username"`
	Posts     int    `json:"statuses_count"`
	Suspended bool   `json:"suspended"`
	Moved     *struct {
		Name string `json:"acct"`
	} `json:"moved"`
}

// whoami asks who the token is for, and holds it against the settings.
func (c *Channel) whoami(ctx context.Context) (account, request.Answer, error) {
	var me account
	a, err := c.get(ctx, "/api/v1/accounts/verify_credentials", &me)
	switch {
	case err != nil:
		return me, a, err
	case !proper(me.ID) || me.Name == "":
		return me, a, &channels.Error{Class: channels.Temporary, Reason: "the server did not say whose token it is"}
	case c.set.Account != "" && !strings.EqualFold(c.set.Account, me.Name):
		return me, a, &channels.Error{
			Class: channels.Unavailable, Reason: fmt.Sprintf("the token is for @%s, the settings say @%s; correct either", me.Name, c.set.Account),
		}
	}
	return me, a, nil
}
