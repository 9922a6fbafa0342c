package mastodon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clarion/channels"
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
