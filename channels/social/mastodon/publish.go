package mastodon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"clarion/channels"
	"clarion/channels/request"
	"clarion/channels/social"
)

// sending is one delivery under way.
type sending struct {
	*Channel
	channels.Delivery
	parent  string // id of the post that the next one follows
	first   status
	done    int   // posts that are out, changed or gone
	stopped error // what Begin said, if it said no
}

// Publish makes one request for each document that the journal does not have.
func (c *Channel) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.Temporary, Reason: "stopped before it began", Err: err}
	}
	s := c.sending(d)
	steps := stepsOf(d.Rendering)
	if len(steps) == 0 {
		return channels.Receipt{}, nothing()
	}
	for _, doc := range steps {
		if err := s.step(ctx, doc); err != nil {
			return channels.Receipt{}, s.partly(err, steps)
		}
	}
	return s.receipt(steps), nil
}

func (c *Channel) sending(d channels.Delivery) *sending {
	d.Values.MediaIDs = maps.Clone(d.Values.MediaIDs)
	if d.Values.MediaIDs == nil {
		d.Values.MediaIDs = map[string]string{}
	}
	s := &sending{Channel: c, Delivery: d}
	s.Begin = func() error {
		s.stopped = d.Begin()
		return s.stopped
	}
	return s
}

// classed gives an error with a class of the adapter's own. What Begin said is
// none: it goes back as it is.
func (s *sending) classed(err error) (*channels.Error, bool) {
	if s.stopped != nil && errors.Is(err, s.stopped) {
		return nil, false
	}
	return errors.AsType[*channels.Error](err)
}

// stepsOf lists the documents that each change a post, in their order.
func stepsOf(r channels.Rendering) []channels.Document {
	return slices.DeleteFunc(slices.Clone(r.Documents), func(d channels.Document) bool {
		return d.Name == limitsName || strings.HasPrefix(d.Name, mediaName)
	})
}

func nothing() error {
	return &channels.Error{Class: channels.Permanent, Reason: "the rendering holds no post"}
}

// receipt names the first post.
func (s *sending) receipt(steps []channels.Document) channels.Receipt {
	did := "published"
	switch name := steps[0].Name; {
	case strings.HasPrefix(name, editName):
		did = "edited"
	case strings.HasPrefix(name, deleteName):
		did = "deleted"
	}
	detail := did + " 1 post"
	if len(steps) > 1 {
		detail = fmt.Sprintf("%s %d posts", did, len(steps))
	}
	return channels.Receipt{RemoteID: s.first.ID, RemoteURL: s.first.URL, Detail: detail}
}

// partly says how much of a thread is done when the rest fails.
func (s *sending) partly(err error, steps []channels.Document) error {
	e, ok := s.classed(err)
	if !ok || s.done == 0 {
		return err
	}
	told := *e
	told.Reason = fmt.Sprintf("%d of %d posts are done; %s", s.done, len(steps), e.Reason)
	return &told
}

// step does what one document says, unless it was done before, and records it.
func (s *sending) step(ctx context.Context, doc channels.Document) error {
	value, done, err := s.Journal.Done(ctx, doc.Name)
	if err != nil {
		return unread(err)
	}
	if done {
		s.take(remembered(value))
		return nil
	}
	post, err := s.change(ctx, doc)
	if err != nil {
		return err
	}
	if err := s.Journal.Record(ctx, channels.Step{Name: doc.Name, Value: post.remember()}); err != nil {
		return &channels.Error{Class: channels.Unknown, Reason: "the server took it and it could not be recorded", Err: err}
	}
	s.take(post)
	return nil
}

func unread(err error) error {
	return &channels.Error{Class: channels.Temporary, Reason: "what was done before could not be read", Err: err}
}

func (s *sending) take(post status) {
	if s.done++; s.done == 1 {
		s.first = post
	}
	s.parent = post.ID
}

// remember is how a step is kept: an id, and the address of the post.
func (p status) remember() string { return p.ID + " " + p.URL }

func remembered(value string) status {
	id, address, _ := strings.Cut(value, " ")
	return status{ID: id, URL: address}
}

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
		return s.send(ctx, doc, http.MethodPut, "/api/v1/statuses/"+original.ID)
	case replyName:
		last, err := s.lastOriginal(ctx)
		if err != nil {
			return status{}, err
		}
		s.parent = last.ID
	}
	return s.send(ctx, doc, http.MethodPost, "/api/v1/statuses")
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
	return s.accepted(a, "/api/v1/statuses" != path || s.parent != "")
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
		Method: http.MethodDelete, URL: "/api/v1/statuses/" + post.ID + "?delete_media=true", Begin: s.Begin,
	})
	switch {
	case err != nil:
		return status{}, err
	case s.gone(a):
		return post, nil
	case !a.OK():
		return status{}, s.refused(a, false)
	}
	var answer struct{}
	return post, a.JSON(&answer)
}
