package x

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/social"
)

// margin is how far X's clock may be from ours.
const margin = 5 * time.Minute

// Find looks for a send on the account's own timeline. It only reads.
func (c *account) Find(ctx context.Context, d channels.Delivery) (channels.Finding, error) {
	if names := named(d.Rendering, deletePrefix); len(names) > 0 {
		return c.findRemoved(ctx, d, names)
	}
	parent, err := replied(ctx, d)
	if err != nil {
		return channels.Finding{}, err
	}
	begun, err := since(ctx, d)
	if err != nil {
		return channels.Finding{}, err
	}
	seen, err := c.read(ctx, begun)
	if err != nil {
		return channels.Finding{}, err
	}
	s := search{account: c, delivery: d, seen: seen, since: begun}
	ids, names, err := s.thread(ctx, parent)
	if err != nil {
		return channels.Finding{}, err
	}
	return s.finding(ids, len(names)), nil
}

// since is the instant before which nothing of a send can be at X: a little
// before its first post was first tried.
func since(ctx context.Context, d channels.Delivery) (time.Time, error) {
	value, done, err := d.Journal.Done(ctx, stepBegun)
	if err != nil {
		return time.Time{}, unrecorded(channels.Temporary, err)
	}
	begun, err := time.Parse(time.RFC3339, value)
	if !done || err != nil {
		begun = d.Opened
	}
	return begun.Add(-margin), nil
}

// search is one look for one send.
type search struct {
	*account
	delivery channels.Delivery
	seen     timeline
	since    time.Time
	taken    []string // ids that are something else
}

// thread gives the ids of the posts of a send that are there, up to the first
// that is not, and records what it finds.
func (s *search) thread(ctx context.Context, parent string) (ids, names []string, err error) {
	names = named(s.delivery.Rendering, replyDocument, postPrefix)
	if s.taken, err = s.others(ctx, len(names)); err != nil {
		return nil, nil, err
	}
	for i, name := range names {
		last := i == len(names)-1
		id, err := s.post(ctx, name, step(postPrefix, i+1), parent, last)
		if err != nil || id == "" {
			return ids, names, err
		}
		ids, parent, s.taken = append(ids, id), id, append(s.taken, id)
	}
	return ids, names, nil
}

// others lists the posts of the original, which may say the same or lead to the
// same page.
func (s *search) others(ctx context.Context, posts int) ([]string, error) {
	var ids []string
	for n := range social.MaxPosts {
		id, ok, err := s.delivery.Journal.Original(ctx, step(postPrefix, n+1))
		if err != nil {
			return nil, unrecorded(channels.Temporary, err)
		}
		if !ok {
			break
		}
		ids = append(ids, id)
	}
	for n := range posts { // its own too: a later part of the same words is another
		id, done, err := s.delivery.Journal.Done(ctx, step(postPrefix, n+1))
		if err != nil {
			return nil, unrecorded(channels.Temporary, err)
		}
		if done {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// post gives the id of one post of the send: as recorded, or of the one on the
// timeline that has its text, or leads to its page if it is the last; or "".
func (s *search) post(ctx context.Context, name, step, parent string, last bool) (string, error) {
	id, done, err := s.delivery.Journal.Done(ctx, step)
	if err != nil {
		return "", unrecorded(channels.Temporary, err)
	}
	if done {
		return id, nil
	}
	text, err := textOf(s.delivery, name)
	if err != nil {
		return "", err
	}
	want, page := s.canonical(text), s.delivery.Values.PageAddress
	id = s.onTimeline(parent, func(t tweet) bool { return t.canonical() == want })
	if id == "" && last && page != "" && strings.HasSuffix(text, page) {
		id = s.onTimeline(parent, func(t tweet) bool { return t.links(page) })
	}
	if id == "" {
		return "", nil
	}
	return id, s.record(ctx, s.delivery, channels.Step{Name: step, Value: id, Cost: s.cost(s.delivery, name)})
}

// onTimeline gives the id of the post that is looked for; of several, the first
// that was made.
func (s *search) onTimeline(parent string, is func(tweet) bool) string {
	for _, t := range slices.Backward(s.seen.posts) {
		if s.candidate(t, parent) && is(t) {
			return t.ID
		}
	}
	return ""
}

// candidate reports whether a post may be the one that answers parent, or that
// answers none.
func (s *search) candidate(t tweet, parent string) bool {
	switch {
	case !isID(t.ID) || t.CreatedAt.IsZero() || t.CreatedAt.Before(s.since) || slices.Contains(s.taken, t.ID):
		return false
	case parent == "":
		return !t.reply()
	case len(t.Referenced) > 0:
		return t.answers(parent)
	}
	return t.reply()
}

// finding says what the look came to.
func (s *search) finding(ids []string, posts int) channels.Finding {
	evidence := s.looked()
	if len(ids) == posts {
		evidence += "; this send is there, with the id " + ids[0]
		return channels.Finding{Verdict: channels.Found, Receipt: s.receipt(ids[0], posts), Evidence: evidence}
	}
	if len(ids) > 0 {
		evidence += fmt.Sprintf("; of this send %d of %d posts are there", len(ids), posts)
	} else {
		evidence += "; none is of this send"
	}
	switch shows := s.delivery.Left().Add(s.SettleAfter); {
	case s.now().Before(shows):
		evidence += "; it may take until " + shows.UTC().Format("2006-01-02 15:04:05 UTC") + " to show"
	case !s.seen.reaches(s.since):
		evidence += "; no older post shows that nothing is missing"
	default:
		return channels.Finding{Verdict: channels.Absent, Evidence: evidence}
	}
	return channels.Finding{Verdict: channels.CannotTell, Evidence: evidence}
}

// looked says for people what was seen.
func (s *search) looked() string {
	if s.seen.back.IsZero() {
		return "looked at the posts of @" + s.Handle + ": there are none"
	}
	return fmt.Sprintf("looked at the %s of @%s, back to %s",
		plural(len(s.seen.posts), "newest post"), s.Handle, s.seen.back.UTC().Format("2006-01-02 15:04 UTC"))
}
