package mastodon

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// upload sees to it that the server has every image that a document shows.
func (s *sending) upload(ctx context.Context, doc channels.Document) error {
	edit := strings.HasPrefix(doc.Name, editName)
	for _, sum := range (channels.Rendering{Documents: []channels.Document{doc}}).Assets() {
		id, err := s.image(ctx, sum, edit)
		if err != nil {
			return err
		}
		s.Values.MediaIDs[sum] = id
	}
	return nil
}

// image gives the id of an image at the server. An edit keeps one that the
// original shows. One that was uploaded before is used, unless the server has
// dropped it.
func (s *sending) image(ctx context.Context, sum string, edit bool) (string, error) {
	step := mediaName + sum
	if edit {
		id, ok, err := s.Journal.Original(ctx, step)
		if err != nil {
			return "", unread(err)
		}
		if ok {
			return id, nil
		}
	}
	id, ok, err := s.Journal.Done(ctx, step)
	if err != nil {
		return "", unread(err)
	}
	if ok {
		if kept, err := s.ready(ctx, id); err != nil || kept {
			return id, err
		}
	}
	return s.add(ctx, step)
}

// add uploads an image.
func (s *sending) add(ctx context.Context, step string) (string, error) {
	doc, _ := s.Rendering.Document(step)
	content, err := doc.Fill(s.Values)
	if err != nil {
		return "", &channels.Error{Class: channels.Permanent, Reason: "the image could not be read", Err: err}
	}
	a, err := s.ask(ctx, request.Request{
		Method: http.MethodPost, URL: "/api/v2/media", Header: http.Header{"Content-Type": {doc.MediaType}}, Body: content, Begin: s.Begin,
	})
	if e, ok := s.classed(err); ok {
		return "", harmless(e)
	}
	if err != nil {
		return "", err
	}
	id, err := s.added(a)
	if err != nil {
		return "", err
	}
	if err := s.Journal.Record(ctx, channels.Step{Name: step, Value: id}); err != nil {
		return "", &channels.Error{Class: channels.Temporary, Reason: "an uploaded image could not be recorded", Err: err}
	}
	if a.Status != http.StatusAccepted {
		return id, nil
	}
	kept, err := s.ready(ctx, id)
	if err == nil && !kept {
		err = &channels.Error{Class: channels.Temporary, Reason: "the server dropped an image that it was processing"}
	}
	return id, err
}

// added reads the answer to an upload.
func (s *sending) added(a request.Answer) (string, error) {
	if !a.OK() {
		return "", harmless(s.refused(a, false))
	}
	var media struct {
		ID string `json:"id"`
	}
	if err := a.JSON(&media); err != nil || !proper(media.ID) {
		return "", &channels.Error{Class: channels.Temporary, Reason: fmt.Sprintf("the server answered %d to an image without an id", a.Status), Err: err}
	}
	return media.ID, nil
}

// pauses are between looks at an image that is being processed.
func pauses() []time.Duration {
	return []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

// ready waits until the server has processed an image; false if it has it no
// longer.
func (s *sending) ready(ctx context.Context, id string) (bool, error) {
	for _, pause := range append(pauses(), 0) {
		var media struct{}
		a, err := s.get(ctx, "/api/v1/media/"+id, &media)
		switch {
		case s.gone(a):
			return false, nil
		case a.Status == http.StatusPartialContent: // it may have no body
		case err != nil:
			return false, err
		default:
			return true, nil
		}
		if err := s.wait(ctx, pause); err != nil {
			return false, &channels.Error{Class: channels.Temporary, Reason: "stopped while the server processed an image", Err: err}
		}
	}
	return false, &channels.Error{Class: channels.Temporary, Reason: "the server is still processing an image"}
}
