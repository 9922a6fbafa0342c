package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"clarion/channels"
)

// search is one look at the server for a delivery.
type search struct {
	*sending
	steps []channels.Document
}

// Find looks for a delivery: among the account's own posts, or at the posts
// that it edits or deletes.
func (c *Channel) Find(ctx context.Context, d channels.Delivery) (channels.Finding, error) {
	s := search{c.sending(d), stepsOf(d.Rendering)}
	if len(s.steps) == 0 {
		return channels.Finding{}, nothing()
	}
	kind, _, _ := strings.Cut(s.steps[0].Name, "/")
	switch kind + "/" {
	case editName:
		return s.changed(ctx, "edited", s.edited)
	case deleteName:
		return s.changed(ctx, "deleted", s.deleted)
	}
	return s.posted(ctx)
}

// settled reports whether the server had time to show what it took.
func (s search) settled() bool { return s.now().Sub(s.Left()) >= s.set.settle }

// found is the finding of a delivery of which nothing is missing.
func (s search) found(evidence string) channels.Finding {
	return channels.Finding{Verdict: channels.Found, Receipt: s.receipt(s.steps), Evidence: evidence}
}

// missing is the finding of a delivery of which something was not seen: whole
// says that nothing can have escaped the look.
func (s search) missing(whole bool, evidence string) channels.Finding {
	switch {
	case !whole:
		return channels.Finding{Evidence: evidence}
	case !s.settled():
		return channels.Finding{Evidence: evidence + fmt.Sprintf("; that counts %s after the attempt", s.set.settle)}
	}
	return channels.Finding{Verdict: channels.Absent, Evidence: evidence}
}

// known takes over a step that the journal has.
func (s search) known(ctx context.Context, doc channels.Document) (bool, error) {
	value, done, err := s.Journal.Done(ctx, doc.Name)
	if err != nil {
		return false, unread(err)
	}
	if done {
		s.take(remembered(value))
	}
	return done, nil
}

// keep records a step that was found.
func (s search) keep(ctx context.Context, doc channels.Document, post status) error {
	if err := s.Journal.Record(ctx, channels.Step{Name: doc.Name, Value: post.remember()}); err != nil {
		return &channels.Error{Class: channels.Temporary, Reason: "what was found could not be recorded", Err: err}
	}
	s.take(post)
	return nil
}

// changed looks at each post that the delivery is about.
func (s search) changed(ctx context.Context, word string, look func(context.Context, status, channels.Document) (bool, string, error)) (channels.Finding, error) {
	for _, doc := range s.steps {
		known, err := s.known(ctx, doc)
		if err != nil {
			return channels.Finding{}, err
		}
		if known {
			continue
		}
		_, number, _ := strings.Cut(doc.Name, "/")
		post, err := s.original(ctx, number)
		if err != nil {
			return channels.Finding{}, err
		}
		done, evidence, err := look(ctx, post, doc)
		if err != nil {
			return channels.Finding{}, err
		}
		if !done {
			return s.missing(evidence != "", fmt.Sprintf("looked at post %s of %d, %s: %s", number, len(s.steps), post.URL,
				first(evidence, "it is no longer there"))), nil
		}
		if err := s.keep(ctx, doc, post); err != nil {
			return channels.Finding{}, err
		}
	}
	return s.found(fmt.Sprintf("looked at all %d posts: they are %s", len(s.steps), word)), nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// edited reports whether a post was edited since the attempt and has the new
// text. Without evidence the post is gone, and nobody can tell.
func (s search) edited(ctx context.Context, post status, doc channels.Document) (bool, string, error) {
	want, err := s.text(doc)
	if err != nil {
		return false, "", err
	}
	var now status
	a, err := s.get(ctx, statuses+"/"+post.ID, &now)
	if s.gone(a) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	at, err := time.Parse(time.RFC3339, now.EditedAt)
	if err != nil || at.Before(s.Opened.Add(-skew)) {
		return false, "it was not edited since the attempt", nil
	}
	same := sameText(plain(now.Content).text, want) || now.Text != nil && sameText(*now.Text, want)
	if !same && now.Text == nil {
		same, _, err = s.sameSource(ctx, post.ID, want)
	}
	return same, "it was edited and does not have the new text", err
}

// deleted reports whether a post is gone.
func (s search) deleted(ctx context.Context, post status, _ channels.Document) (bool, string, error) {
	var now status
	a, err := s.get(ctx, statuses+"/"+post.ID, &now)
	if s.gone(a) {
		return true, "", nil
	}
	return false, "it is still there", err
}

// text gives the text of a post as it was approved.
func (s search) text(doc channels.Document) (string, error) {
	v := s.Values
	v.ParentPost, v.MediaIDs = "0", maps.Clone(v.MediaIDs)
	for _, sum := range s.Rendering.Assets() {
		v.MediaIDs[sum] = first(v.MediaIDs[sum], "0")
	}
	content, err := doc.Fill(v)
	if err != nil {
		return "", &channels.Error{Class: channels.Temporary, Reason: "the post to look for could not be completed", Err: err}
	}
	var post struct {
		Text string `json:"status"`
	}
	if err := json.Unmarshal(content, &post); err != nil {
		return "", &channels.Error{Class: channels.Temporary, Reason: "the post to look for could not be read", Err: err}
	}
	return post.Text, nil
}

// sameSource holds a text against what the author of a post wrote (methods/
// statuses, source); answered is false where the server keeps no source.
func (s search) sameSource(ctx context.Context, id, want string) (same, answered bool, err error) {
	var source struct {
		Text *string `json:"text"`
	}
	a, err := s.get(ctx, statuses+"/"+id+"/source", &source)
	if err != nil {
		if a.Status >= 400 && a.Status < 500 && channels.AsError(err).Class == channels.Permanent {
			return false, false, nil
		}
		return false, false, err
	}
	return source.Text != nil && sameText(*source.Text, want), source.Text != nil, nil
}

// linked reports whether the post that a document makes ends with the link to
// the page.
func linked(doc channels.Document) bool {
	return slices.ContainsFunc(doc.Parts, func(p channels.Part) bool { return p.Slot == channels.PageAddress })
}
