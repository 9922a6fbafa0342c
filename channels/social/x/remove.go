package x

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"clarion/channels"
	"clarion/channels/request"
)

// remove takes away the posts of the original, the first one first: it is what
// people share. A removal may be repeated, so none is ever Unknown.
func (c *account) remove(ctx context.Context, d channels.Delivery, names []string) (channels.Receipt, error) {
	for i, name := range names {
		if err := c.removed(ctx, d, name); err != nil {
			return channels.Receipt{}, soFar(unpublished(err), i, len(names), "deleted")
		}
	}
	return channels.Receipt{Detail: plural(len(names), "post") + " deleted"}, nil
}

// removed deletes one post, unless that is done.
func (c *account) removed(ctx context.Context, d channels.Delivery, name string) error {
	if _, done, err := d.Journal.Done(ctx, name); err != nil || done {
		return asUnrecorded(err)
	}
	id, err := original(ctx, d, strings.TrimPrefix(name, deletePrefix))
	if err != nil {
		return err
	}
	answer, err := c.ask(ctx, request.Request{Method: http.MethodDelete, URL: c.API + "/2/tweets/" + id, Begin: d.Begin})
	if err != nil {
		return err
	}
	if err := c.gone(answer); err != nil {
		return err
	}
	return asUnrecorded(d.Journal.Record(context.WithoutCancel(ctx), channels.Step{Name: name, Value: id}))
}

// original gives the id of the original's n-th post.
func original(ctx context.Context, d channels.Delivery, n string) (string, error) {
	id, ok, err := d.Journal.Original(ctx, postPrefix+n)
	switch {
	case err != nil:
		return "", unrecorded(channels.Temporary, err)
	case !ok || !isID(id):
		return "", &channels.Error{Class: channels.Permanent, Reason: "post " + n + " of the original is not known; delete it by hand at X"}
	}
	return id, nil
}

// gone reads the answer to a removal. What is not there any more is gone.
func (c *account) gone(a request.Answer) error {
	var got struct{ Data struct{ Deleted bool } }
	switch {
	case a.Status == http.StatusNotFound && problemOf(a).is("resource-not-found"):
		return nil
	case !a.OK():
		return c.fault(a)
	}
	if err := a.JSON(&got); err != nil {
		return err
	}
	if !got.Data.Deleted {
		return &channels.Error{Class: channels.Temporary, Reason: "X says that the post is not deleted: " + c.scrub(words(a))}
	}
	return nil
}

// findRemoved looks for the posts that were to be deleted.
func (c *account) findRemoved(ctx context.Context, d channels.Delivery, names []string) (channels.Finding, error) {
	var ids []string
	for _, name := range names {
		id, err := original(ctx, d, strings.TrimPrefix(name, deletePrefix))
		if err != nil {
			return channels.Finding{}, err
		}
		ids = append(ids, id)
	}
	left, err := c.existing(ctx, ids)
	if err != nil {
		return channels.Finding{}, err
	}
	evidence := fmt.Sprintf("asked X for the %s of the original: %d still there", plural(len(ids), "post"), left)
	if left > 0 {
		return channels.Finding{Verdict: channels.Absent, Evidence: evidence}, nil
	}
	receipt := channels.Receipt{Detail: plural(len(ids), "post") + " deleted"}
	return channels.Finding{Verdict: channels.Found, Receipt: receipt, Evidence: evidence}, nil
}

// existing counts which of some posts X still has. X must account for each of
// them: it names those that it does not have.
func (c *account) existing(ctx context.Context, ids []string) (int, error) {
	query := url.Values{"ids": {strings.Join(ids, ",")}}
	answer, err := c.ask(ctx, request.Request{Method: http.MethodGet, URL: c.API + "/2/tweets?" + query.Encode()})
	if err != nil {
		return 0, err
	}
	if !answer.OK() {
		return 0, unpublished(c.fault(answer))
	}
	var got struct {
		Data   []struct{ ID string }
		Errors []struct {
			Type string
			ID   string `json:"resource_id"`
		}
	}
	if err := json.Unmarshal(answer.Body, &got); err != nil || len(got.Data)+len(got.Errors) < len(ids) {
		return 0, &channels.Error{Class: channels.Temporary, Reason: "X's answer does not account for each post", Err: err}
	}
	for _, e := range got.Errors {
		if !(problem{Type: e.Type}).is("resource-not-found") {
			return 0, &channels.Error{Class: channels.Temporary, Reason: "X does not say whether a post is still there"}
		}
	}
	return len(got.Data), nil
}
