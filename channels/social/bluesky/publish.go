package bluesky

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"clarion/channels"
)

// Publish makes what is not out yet of a rendering's posts, in their order, or
// deletes the posts of the original.
func (c *Channel) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	p := c.publishing(d)
	if deletion, ok := d.Rendering.Document(deleteName); ok {
		return p.delete(ctx, deletion)
	}
	posts := postsOf(d.Rendering)
	if len(posts) == 0 {
		return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: "the rendering holds no post"}
	}
	thread, err := p.thread(ctx)
	if err != nil {
		return channels.Receipt{}, err
	}
	for i, doc := range posts {
		if err := p.next(ctx, doc, i+1, &thread); err != nil {
			return channels.Receipt{}, p.progress(err, i, len(posts))
		}
	}
	return thread.first.receipt("record " + thread.first.CID), nil
}

// postsOf gives the documents that are posts.
func postsOf(r channels.Rendering) []channels.Document {
	var posts []channels.Document
	for _, d := range r.Documents {
		if d.Name == replyName || strings.HasPrefix(d.Name, postPrefix) {
			posts = append(posts, d)
		}
	}
	return posts
}

// publishing is one delivery under way.
type publishing struct {
	*Channel
	d       channels.Delivery
	steps   steps
	refused error // what Begin answered, if it refused
}

func (c *Channel) publishing(d channels.Delivery) *publishing {
	return &publishing{Channel: c, d: d, steps: steps{d.Journal}}
}

// begin remembers a refusal, which comes back as it is.
func (p *publishing) begin() error {
	p.refused = p.d.Begin()
	return p.refused
}

// progress says how much of a thread is out. An error of Begin stays as it is.
func (p *publishing) progress(err error, out, of int) error {
	if p.refused != nil || out == 0 {
		return err
	}
	e := *channels.AsError(err)
	e.Reason += fmt.Sprintf("; %d of %d posts are out", out, of)
	return &e
}

// thread is where the next post goes.
type thread struct{ first, root, last ref }

func (t *thread) add(r ref) {
	if t.first == (ref{}) {
		t.first = r
	}
	if t.root == (ref{}) {
		t.root = r
	}
	t.last = r
}

// thread begins anew, or behind the original that the posts answer.
func (p *publishing) thread(ctx context.Context) (thread, error) {
	var t thread
	if _, answers := p.d.Rendering.Document(replyName); !answers {
		return t, nil
	}
	for n := 1; ; n++ {
		r, ok, err := p.steps.original(ctx, n)
		if err != nil {
			return t, err
		}
		if !ok {
			break
		}
		t.add(r)
	}
	t.first = ref{} // the answer's own is yet to come
	if t.root == (ref{}) {
		return t, &channels.Error{Class: channels.Permanent, Reason: "there is no record of the post that this answers"}
	}
	return t, nil
}

// next puts one post, unless it is out.
func (p *publishing) next(ctx context.Context, doc channels.Document, n int, t *thread) error {
	r, out, err := p.steps.post(ctx, n)
	if err == nil && !out {
		r, err = p.post(ctx, doc, n, *t)
	}
	if err == nil {
		t.add(r)
	}
	return err
}

func (p *publishing) post(ctx context.Context, doc channels.Document, n int, t thread) (ref, error) {
	ids, err := p.uploads(ctx, doc)
	if err != nil {
		return ref{}, err
	}
	key, err := p.steps.key(ctx, p.d.Key, n, p.now())
	if err != nil {
		return ref{}, err
	}
	body, err := p.fill(doc, key, t, ids)
	if err != nil {
		return ref{}, err
	}
	r, err := p.put(ctx, doc, body, key)
	if err != nil {
		return ref{}, err
	}
	return r, p.steps.record(ctx, channels.Unknown, postStep(n), r.String())
}

// fill completes a request: the record key stands for the idempotency key, and
// the time of the post is the key's.
func (p *publishing) fill(doc channels.Document, key string, t thread, ids map[string]string) ([]byte, error) {
	at, err := tidInstant(key)
	if err != nil {
		return nil, &channels.Error{Class: channels.Permanent, Reason: "the recorded key is of no use", Err: err}
	}
	v := p.d.Values
	v.MessageID, v.PublishedAt, v.Zone, v.MediaIDs = key, at, nil, ids
	v.RootPost, v.RootHash, v.ParentPost, v.ParentHash = t.root.URI, t.root.CID, t.last.URI, t.last.CID
	body, err := doc.Fill(v)
	if err != nil {
		return nil, &channels.Error{Class: channels.Permanent, Reason: "the post could not be completed", Err: err}
	}
	return body, nil
}

// put writes a record. A server forgets an upload that no post names for some
// hours; then it says so, has done nothing, and gets the images again.
func (p *publishing) put(ctx context.Context, doc channels.Document, body []byte, key string) (ref, error) {
	write := call{name: "com.atproto.repo.putRecord", contentType: jsonType, body: body, begin: p.begin}
	a, s, err := p.do(ctx, write)
	if err == nil && a.Status == http.StatusBadRequest && refusalOf(a).Name == "BlobNotFound" {
		if err = p.uploadAgain(ctx, doc); err == nil {
			a, s, err = p.do(ctx, write)
		}
	}
	if err != nil {
		return ref{}, err
	}
	p.quota.note(a)
	if !a.OK() {
		return ref{}, p.account.writing(a, p.now())
	}
	var r ref
	if err := a.JSON(&r); err != nil {
		return ref{}, err
	}
	if did, got := r.parts(); did != s.DID || got != key || r.CID == "" {
		return ref{}, &channels.Error{Class: channels.Unknown, Reason: "the server's answer names another post", Err: errors.New(r.URI)}
	}
	return r, nil
}
