package mastodon

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"clarion/channels"
	"clarion/channels/request"
	"clarion/channels/social"
)

// statuses is where posts are made, and each one stands below it.
const statuses = "/api/v1/statuses"

// change makes the request of one document.
func (s *sending) change(ctx context.Context, doc channels.Document) (status, error) {
	kind, number, _ := strings.Cut(doc.Name, "/")
	switch kind + "/" {
	case editName, deleteName:
		original, err := s.original(ctx, number)
		if err != nil {
			return status{}, err
		}
		if kind+"/" == deleteName {
			return s.remove(ctx, original)
		}
		return s.send(ctx, doc, http.MethodPut, statuses+"/"+original.ID)
	case replyName:
		last, err := s.lastOriginal(ctx)
		if err != nil {
			return status{}, err
		}
		s.parent = last.ID
	}
	return s.send(ctx, doc, http.MethodPost, statuses)
}

// original gives a post of the original by its number.
func (s *sending) original(ctx context.Context, number string) (status, error) {
	value, ok, err := s.Journal.Original(ctx, postName+number)
	if err != nil {
		return status{}, unread(err)
	}
	post := remembered(value)
	if !ok || !post.identified() {
		return status{}, &channels.Error{Class: channels.Permanent, Reason: "the id of the original's post " + number + " is not known"}
	}
	return post, nil
}

// lastOriginal gives the last post of the original.
func (s *sending) lastOriginal(ctx context.Context) (status, error) {
	last, err := s.original(ctx, "1")
	for n := 2; err == nil && n <= social.MaxPosts; n++ {
		value, ok, err := s.Journal.Original(ctx, postName+strconv.Itoa(n))
		if err != nil {
			return status{}, unread(err)
		}
		if !ok {
			break
		}
		last = remembered(value)
	}
	return last, err
}

// send makes a request that a document is the body of.
func (s *sending) send(ctx context.Context, doc channels.Document, method, path string) (status, error) {
	if err := s.upload(ctx, doc); err != nil {
		return status{}, err
	}
	s.Values.ParentPost = s.parent
	content, err := doc.Fill(s.Values)
	if err != nil {
		return status{}, &channels.Error{Class: channels.Permanent, Reason: "the post could not be completed", Err: err}
	}
	header := http.Header{"Content-Type": {jsonType}}
	if method == http.MethodPost {
		header.Set("Idempotency-Key", s.key(doc.Name))
	}
	a, err := s.ask(ctx, request.Request{Method: method, URL: path, Header: header, Body: content, Begin: s.Begin})
	if err != nil {
		return status{}, err
	}
	return s.accepted(a, path != statuses || s.parent != "")
}

// key is the delivery's own for the first post, and ends with the number of any
// later one.
func (s *sending) key(name string) string {
	if _, number, _ := strings.Cut(name, "/"); number != "1" {
		return s.Key + "-" + number
	}
	return s.Key
}

// accepted reads the answer to a post, an edit or a reply. Only a request about
// another post can be told that it is gone.
func (s *sending) accepted(a request.Answer, another bool) (status, error) {
	var post status
	if a.OK() {
		if err := a.JSON(&post); err != nil {
			return post, err
		}
		if !post.identified() {
			return post, &channels.Error{Class: channels.Unknown, Reason: fmt.Sprintf("the server answered %d without a post's id", a.Status)}
		}
		return post, nil
	}
	return post, s.refused(a, another)
}

func (s *sending) refused(a request.Answer, another bool) *channels.Error {
	e := s.fault(a)
	switch {
	case a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed:
	case another && s.gone(a):
		e.Reason += "; the post that this one is about is no longer there"
	default:
		e.Class = channels.Unavailable
		e.Reason += "; is it the address of a Mastodon server?"
	}
	return e
}

// remove deletes a post with its images. One that is gone already is no fault.
func (s *sending) remove(ctx context.Context, post status) (status, error) {
	a, err := s.ask(ctx, request.Request{
		Method: http.MethodDelete, URL: statuses + "/" + post.ID + "?delete_media=true", Begin: s.Begin,
	})
	switch {
	case err != nil:
		return status{}, err
	case s.gone(a):
		return post, s.trulyGone(ctx, post)
	case !a.OK():
		return status{}, s.refused(a, false)
	}
	var answer struct{}
	return post, a.JSON(&answer)
}

// trulyGone asks whether a post that can't be deleted is gone: the server says
// the same of a post of another account.
func (s *sending) trulyGone(ctx context.Context, post status) error {
	var now status
	a, err := s.get(ctx, statuses+"/"+post.ID, &now)
	switch {
	case s.gone(a):
		return nil
	case err != nil:
		return err
	}
	return &channels.Error{
		Class: channels.Temporary, Reason: "the server finds no post of this account to delete, and still shows it; is the token for the account that posted it?",
	}
}
