package x

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// How far back one look at a timeline goes. X charges for each post that is
// read.
const (
	perPage  = 100
	maxPages = 5
)

// What is asked of each post, by either name of the parameter.
const (
	tweetFields = "created_at,entities,conversation_id,referenced_tweets,text"
	otherFields = "created_at,entities,conversation_id,text"
)

// tweet is a post on a timeline.
type tweet struct {
	ID           string    `json:"id"`
	Text         string    `json:"text"`
	CreatedAt    time.Time `json:"created_at"`
	Conversation string    `json:"conversation_id"`
	Entities     struct {
		URLs []struct {
			Short    string `json:"url"`
			Expanded string `json:"expanded_url"`
			Unwound  string `json:"unwound_url"`
			MediaKey string `json:"media_key"`
		} `json:"urls"`
	} `json:"entities"`
	Referenced []struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"referenced_tweets"`
}

// answers reports whether a post is a reply to another one; false as well if X
// does not say to which.
func (t tweet) answers(id string) bool {
	for _, r := range t.Referenced {
		if r.Type == "replied_to" {
			return r.ID == id
		}
	}
	return false
}

// reply reports whether a post answers some other.
func (t tweet) reply() bool {
	for _, r := range t.Referenced {
		if r.Type == "replied_to" {
			return true
		}
	}
	return t.Conversation != "" && t.Conversation != t.ID
}

// timeline is the newest posts of the account.
type timeline struct {
	posts []tweet
	back  time.Time // the oldest that was seen
}

// read gets the newest posts, back to one older than since if there is one
// within bounds.
func (c *account) read(ctx context.Context, since time.Time) (timeline, error) {
	id, err := c.whose(ctx)
	if err != nil {
		return timeline{}, err
	}
	var seen timeline
	for page, next := 0, ""; page < maxPages; page++ {
		var got timelinePage
		if got, err = c.page(ctx, id, next); err != nil {
			return timeline{}, err
		}
		seen.add(got.Data)
		next = got.Meta.Next
		if next == "" || seen.reaches(since) {
			break
		}
	}
	return seen, nil
}

func (t *timeline) add(posts []tweet) {
	t.posts = append(t.posts, posts...)
	for _, p := range posts {
		if !p.CreatedAt.IsZero() && (t.back.IsZero() || p.CreatedAt.Before(t.back)) {
			t.back = p.CreatedAt
		}
	}
}

// reaches reports whether posts older than an instant were seen, so that what
// is newer and not among them is not there.
func (t timeline) reaches(since time.Time) bool { return !t.back.IsZero() && t.back.Before(since) }

// timelinePage is X's answer.
type timelinePage struct {
	Data []tweet
	Meta *struct {
		Next string `json:"next_token"`
	}
}

// page gets one page. X's reference and X's OpenAPI document name the parameter
// for fields differently, and X refuses one that it does not know.
func (c *account) page(ctx context.Context, id, next string) (timelinePage, error) {
	answer, err := c.fields(ctx, id, next, "tweet.fields", tweetFields)
	if err == nil && answer.Status == http.StatusBadRequest {
		answer, err = c.fields(ctx, id, next, "post.fields", otherFields)
	}
	switch {
	case err != nil:
		return timelinePage{}, err
	case !answer.OK():
		return timelinePage{}, unpublished(c.fault(answer))
	}
	var got timelinePage
	if err := json.Unmarshal(answer.Body, &got); err != nil || got.Meta == nil {
		return timelinePage{}, &channels.Error{Class: channels.Temporary, Reason: "X's answer is no timeline", Err: err}
	}
	return got, nil
}

func (c *account) fields(ctx context.Context, id, next, parameter, fields string) (request.Answer, error) {
	query := url.Values{"max_results": {fmt.Sprint(perPage)}, parameter: {fields}}
	if next != "" {
		query.Set("pagination_token", next)
	}
	return c.ask(ctx, request.Request{Method: http.MethodGet, URL: c.API + "/2/users/" + id + "/tweets?" + query.Encode()})
}

// whose gives the account's id, which is asked once.
func (c *account) whose(ctx context.Context) (string, error) {
	if id := c.known(); id != "" {
		return id, nil
	}
	who, err := c.me(ctx)
	if err != nil {
		return "", err
	}
	c.remember(who.id)
	return who.id, nil
}
