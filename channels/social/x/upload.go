package x

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"clarion/channels"
	"clarion/channels/request"
)

// pending marks the id of an upload that X was still working on.
const pending = " pending"

// media makes sure that an image and its description are at X. Nothing of them
// shows before a post names them.
func (c *account) media(ctx context.Context, d channels.Delivery, sum string) error {
	if id, done, err := d.Journal.Done(ctx, mediaPrefix+sum); err != nil || done {
		d.Values.MediaIDs[sum] = id
		return asUnrecorded(err)
	}
	id, err := c.uploaded(ctx, d, sum)
	if err != nil {
		return err
	}
	d.Values.MediaIDs[sum] = id
	answer, err := c.send(ctx, d, mediaPrefix+sum, "/2/media/metadata")
	switch {
	case err != nil:
		return err
	case !answer.OK():
		return c.fault(answer)
	}
	if _, err := idOf(answer); err != nil { // or the description may be lost
		return err
	}
	return asUnrecorded(d.Journal.Record(ctx, channels.Step{Name: mediaPrefix + sum, Value: id}))
}

func asUnrecorded(err error) error {
	if err == nil {
		return nil
	}
	return unrecorded(channels.Temporary, err)
}

// uploaded gives the id of an image that X has and is done with.
func (c *account) uploaded(ctx context.Context, d channels.Delivery, sum string) (string, error) {
	value, done, err := d.Journal.Done(ctx, uploadPrefix+sum)
	if err != nil {
		return "", unrecorded(channels.Temporary, err)
	}
	if !done {
		if value, err = c.upload(ctx, d, sum); err != nil {
			return "", err
		}
		return value, stillWorking(value)
	}
	id, waited := strings.CutSuffix(value, pending)
	if waited {
		err = c.processed(ctx, id)
	}
	return id, err
}

func stillWorking(value string) error {
	if strings.HasSuffix(value, pending) {
		return &channels.Error{Class: channels.Temporary, Reason: "X is still working on an image"}
	}
	return nil
}

// upload sends the bytes and records the id.
func (c *account) upload(ctx context.Context, d channels.Delivery, sum string) (string, error) {
	answer, err := c.send(ctx, d, uploadPrefix+sum, "/2/media/upload")
	if err != nil {
		return "", err
	}
	if !answer.OK() {
		return "", c.fault(answer)
	}
	id, err := idOf(answer)
	if err != nil {
		return "", err
	}
	if state := stateOf(answer); state != "" && state != "succeeded" {
		id += pending
	}
	return id, asUnrecorded(d.Journal.Record(ctx, channels.Step{Name: uploadPrefix + sum, Value: id}))
}

func stateOf(a request.Answer) string {
	var got struct {
		Data struct {
			Info struct{ State string } `json:"processing_info"`
		}
	}
	if a.JSON(&got) != nil {
		return ""
	}
	return got.Data.Info.State
}

// processed asks whether X is done with an image.
func (c *account) processed(ctx context.Context, id string) error {
	query := url.Values{"media_id": {id}, "command": {"STATUS"}}
	answer, err := c.ask(ctx, request.Request{Method: http.MethodGet, URL: c.API + "/2/media/upload?" + query.Encode()})
	switch {
	case err != nil:
		return err
	case !answer.OK():
		return c.fault(answer)
	}
	switch stateOf(answer) {
	case "failed":
		return &channels.Error{Class: channels.Permanent, Reason: "X could not work on an image; save it in another form"}
	case "", "succeeded":
		return nil
	}
	return stillWorking(pending)
}
