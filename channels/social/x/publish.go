package x

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// stepBegun records when the first post was first tried: Find takes nothing
// older for it.
const stepBegun = "begun"

// Publish delivers once: uploads, then posts, or removals. Steps that are done
// are not repeated.
func (c *account) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.Temporary, Reason: "stopped before it began", Err: err}
	}
	d.Values.MediaIDs = map[string]string{}
	if names := named(d.Rendering, deletePrefix); len(names) > 0 {
		return c.remove(ctx, d, names)
	}
	if err := c.start(ctx, &d); err != nil {
		return channels.Receipt{}, err
	}
	for _, name := range named(d.Rendering, uploadPrefix) {
		if err := c.media(ctx, d, strings.TrimPrefix(name, uploadPrefix)); err != nil {
			return channels.Receipt{}, unpublished(err)
		}
	}
	return c.thread(ctx, d)
}

// named lists a rendering's documents whose name begins so, in their order.
func named(r channels.Rendering, prefixes ...string) []string {
	var names []string
	for _, d := range r.Documents {
		for _, prefix := range prefixes {
			if strings.HasPrefix(d.Name, prefix) {
				names = append(names, d.Name)
			}
		}
	}
	return names
}

// start records when the send began, and looks up what a reply answers.
func (c *account) start(ctx context.Context, d *channels.Delivery) error {
	_, done, err := d.Journal.Done(ctx, stepBegun)
	if err == nil && !done {
		err = d.Journal.Record(ctx, channels.Step{Name: stepBegun, Value: c.now().UTC().Format(time.RFC3339)})
	}
	if err != nil {
		return unrecorded(channels.Temporary, err)
	}
	parent, err := replied(ctx, *d)
	d.Values.ParentPost = parent
	return err
}

// replied gives the id of the post that a rendering answers; "" if none.
func replied(ctx context.Context, d channels.Delivery) (string, error) {
	if _, reply := d.Rendering.Document(replyDocument); !reply {
		return "", nil
	}
	id, ok, err := d.Journal.Original(ctx, step(postPrefix, 1))
	switch {
	case err != nil:
		return "", unrecorded(channels.Temporary, err)
	case !ok:
		return "", &channels.Error{Class: channels.Permanent, Reason: "the post to answer is not known; publish this as a post of its own"}
	}
	return id, nil
}

func unrecorded(class channels.Class, err error) error {
	reason := "what was done so far cannot be looked up or recorded"
	return &channels.Error{Class: class, Reason: reason, Err: err}
}

// thread posts what is not posted yet, each in answer to the one before.
func (c *account) thread(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	names := named(d.Rendering, replyDocument, postPrefix)
	var firstID string
	for i, name := range names {
		id, err := c.posted(ctx, d, name, step(postPrefix, i+1))
		if err != nil {
			return channels.Receipt{}, soFar(err, i, len(names), "out")
		}
		firstID = first(firstID, id)
		d.Values.ParentPost = id
	}
	return c.receipt(firstID, len(names)), nil
}

// soFar adds to an error how many posts are out, or deleted, by now. An error of
// Begin stays as it is.
func soFar(err error, done, all int, what string) error {
	e, ok := errors.AsType[*channels.Error](err)
	if !ok || done == 0 || e.Class == channels.NotBegun {
		return err
	}
	told := *e
	told.Reason = fmt.Sprintf("%d of %d posts are %s; the next: %s", done, all, what, e.Reason)
	return &told
}

func (c *account) receipt(id string, posts int) channels.Receipt {
	return channels.Receipt{
		RemoteID: id, RemoteURL: "https://x.com/" + c.Handle + "/status/" + id, Detail: plural(posts, "post"),
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// posted gives the id of one post, which it makes if it is not recorded.
func (c *account) posted(ctx context.Context, d channels.Delivery, name, step string) (string, error) {
	id, done, err := d.Journal.Done(ctx, step)
	if err != nil {
		return "", unrecorded(channels.Temporary, err)
	}
	if done {
		return id, nil
	}
	answer, err := c.send(ctx, d, name, "/2/tweets")
	if err != nil {
		return "", err
	}
	c.note(answer.Header)
	if !answer.OK() {
		return "", c.fault(answer)
	}
	if id, err = idOf(answer); err != nil {
		return "", err
	}
	return id, c.record(ctx, d, channels.Step{Name: step, Value: id, Cost: c.cost(d, name)})
}

// record keeps the step of a post that is out, even if the delivery's time is
// up by now.
func (c *account) record(ctx context.Context, d channels.Delivery, done channels.Step) error {
	if err := d.Journal.Record(context.WithoutCancel(ctx), done); err != nil {
		return unrecorded(channels.Unknown, err)
	}
	return nil
}

// cost is what X charges for a post.
func (c *account) cost(d channels.Delivery, name string) int64 {
	if text, err := textOf(d, name); err == nil && len(c.text.Links(text)) > 0 {
		return int64(c.PriceLink)
	}
	return int64(c.PricePost)
}

// send posts a document of the rendering.
func (c *account) send(ctx context.Context, d channels.Delivery, name, path string) (request.Answer, error) {
	document, _ := d.Rendering.Document(name)
	body, err := document.Fill(d.Values)
	if err != nil {
		return request.Answer{}, &channels.Error{Class: channels.Permanent, Reason: "the post could not be completed", Err: err}
	}
	return c.ask(ctx, request.Request{
		Method: http.MethodPost, URL: c.API + path, Header: http.Header{"Content-Type": {document.MediaType}},
		Body: body, Begin: d.Begin,
	})
}

// ask makes a signed request.
func (c *account) ask(ctx context.Context, r request.Request) (request.Answer, error) {
	authorization, err := c.credentials.header(ctx, r.Method, r.URL)
	if err != nil {
		return request.Answer{}, err
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Authorization", authorization)
	r.Header.Set("Accept", jsonType)
	return c.client.Do(ctx, r)
}

// idOf reads the id that X gave what it was sent. An answer without one is
// Unknown.
func idOf(a request.Answer) (string, error) {
	var got struct{ Data struct{ ID string } }
	if err := a.JSON(&got); err != nil {
		return "", err
	}
	if !isID(got.Data.ID) {
		return "", &channels.Error{Class: channels.Unknown, Reason: "X's answer names no id"}
	}
	return got.Data.ID, nil
}

// isID knows an id by its form in X's OpenAPI document.
func isID(s string) bool { return len(s) >= 1 && len(s) <= 19 && strings.Trim(s, "0123456789") == "" }
