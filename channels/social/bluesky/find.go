package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"clarion/channels"
)

// Find reads the record keys of a delivery back (com.atproto.repo.getRecord)
// from the server that keeps the account. A key that was never recorded was
// never used.
func (c *Channel) Find(ctx context.Context, d channels.Delivery) (channels.Finding, error) {
	p := c.publishing(d)
	if _, ok := d.Rendering.Document(deleteName); ok {
		return p.findDeleted(ctx)
	}
	posts := postsOf(d.Rendering)
	var first ref
	for i, doc := range posts {
		r, f, err := p.findPost(ctx, doc, i+1)
		if err != nil || f != nil {
			if f != nil && i > 0 {
				f.Evidence += fmt.Sprintf("; %d of %d posts are out", i, len(posts))
			}
			return orEmpty(f), err
		}
		if i == 0 {
			first = r
		}
	}
	if len(posts) == 0 {
		return channels.Finding{Evidence: "the rendering holds no post"}, nil
	}
	return channels.Finding{
		Verdict: channels.Found, Receipt: first.receipt("record " + first.CID),
		Evidence: fmt.Sprintf("read %s back: it stands there as approved", first.URI),
	}, nil
}

func orEmpty(f *channels.Finding) channels.Finding {
	if f == nil {
		return channels.Finding{}
	}
	return *f
}

// findPost gives a post that is out, and records it; or the finding that it is
// not, which settles the whole.
func (p *publishing) findPost(ctx context.Context, doc channels.Document, n int) (ref, *channels.Finding, error) {
	r, out, err := p.steps.post(ctx, n)
	if err != nil || out {
		return r, nil, err
	}
	key, used, err := p.steps.Done(ctx, keyStep(n))
	if err != nil {
		return r, nil, unread(err)
	}
	if !used {
		return r, &channels.Finding{
			Verdict: channels.Absent, Evidence: fmt.Sprintf("no request for post %d was begun: it has no record key yet", n),
		}, nil
	}
	stored, there, err := p.read(ctx, key)
	if err != nil {
		return r, nil, err
	}
	if !there {
		return r, p.missing(key), nil
	}
	if want, err := p.textOf(doc, key); err != nil || want != stored.Value.Text {
		return r, &channels.Finding{Evidence: "a post with another text stands under the key " + key}, nil
	}
	return stored.ref, nil, p.steps.record(ctx, channels.Temporary, postStep(n), stored.String())
}

// missing is the finding for a key that the server does not have.
func (p *publishing) missing(key string) *channels.Finding {
	since := p.now().Sub(p.d.Left()).Round(time.Second)
	f := &channels.Finding{Evidence: fmt.Sprintf("looked for the key %s of @%s: not there, %s after the attempt", key, p.set.Identifier, since)}
	if since >= p.set.settleAfter {
		f.Verdict = channels.Absent
	} else {
		f.Evidence += fmt.Sprintf("; too early to tell before %s", p.set.settleAfter)
	}
	return f
}

// storedPost is a post as the server gives it.
type storedPost struct {
	ref
	Value struct {
		Text string `json:"text"`
	} `json:"value"`
}

// read gives the post under a key, or false if the server says that there is
// none.
func (p *publishing) read(ctx context.Context, key string) (storedPost, bool, error) {
	var stored storedPost
	s, err := p.account.session(ctx)
	if err != nil {
		return stored, false, err
	}
	a, s, err := p.do(ctx, call{name: "com.atproto.repo.getRecord", query: url.Values{
		"repo": {s.DID}, "collection": {collection}, "rkey": {key},
	}})
	switch {
	case err != nil:
		return stored, false, err
	case a.Status == http.StatusBadRequest && refusalOf(a).Name == "RecordNotFound":
		return stored, false, nil
	case !a.OK():
		return stored, false, p.account.reading(a, p.now())
	}
	err = json.Unmarshal(a.Body, &stored)
	if did, got := stored.parts(); err != nil || did != s.DID || got != key || stored.CID == "" {
		return stored, false, &channels.Error{Class: channels.Temporary, Reason: "the server's answer names another post", Err: err}
	}
	return stored, true, nil
}

// textOf gives the text that was approved.
func (p *publishing) textOf(doc channels.Document, key string) (string, error) {
	v := p.d.Values
	v.MessageID, v.PublishedAt = key, time.Unix(0, 0)
	whole, err := parsePost(doc, v.StandIn(channels.Rendering{Documents: []channels.Document{doc}}))
	return whole.Record.Text, err
}

// findDeleted looks whether the posts of the original are gone.
func (p *publishing) findDeleted(ctx context.Context) (channels.Finding, error) {
	keys, err := p.originalKeys(ctx)
	if err != nil {
		return channels.Finding{}, err
	}
	for _, key := range keys {
		_, there, err := p.read(ctx, key)
		if err != nil {
			return channels.Finding{}, err
		}
		if there {
			f := channels.Finding{Evidence: fmt.Sprintf("the post %s of @%s still stands", key, p.set.Identifier)}
			if p.now().Sub(p.d.Left()) >= p.set.settleAfter {
				f.Verdict = channels.Absent
			}
			return f, nil
		}
	}
	return channels.Finding{
		Verdict: channels.Found, Receipt: channels.Receipt{RemoteID: keys[0], Detail: "deleted"},
		Evidence: fmt.Sprintf("none of the %d posts of @%s stands any more", len(keys), p.set.Identifier),
	}, nil
}
