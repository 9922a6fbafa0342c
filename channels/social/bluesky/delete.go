package bluesky

import (
	"context"
	"fmt"

	"clarion/channels"
)

// delete deletes every post of the original. One that is gone already counts as
// deleted, so a second attempt goes over all of them again.
func (p *publishing) delete(ctx context.Context, doc channels.Document) (channels.Receipt, error) {
	keys, err := p.originalKeys(ctx)
	if err != nil {
		return channels.Receipt{}, err
	}
	for i, key := range keys {
		if err := p.deleteOne(ctx, doc, key); err != nil {
			return channels.Receipt{}, p.deleted(err, i, len(keys))
		}
	}
	return channels.Receipt{RemoteID: keys[0], Detail: fmt.Sprintf("deleted %d of %d posts", len(keys), len(keys))}, nil
}

// originalKeys lists the record keys that the original used, whatever became of
// them.
func (p *publishing) originalKeys(ctx context.Context) ([]string, error) {
	var keys []string
	for n := 1; ; n++ {
		key, ok, err := p.steps.Original(ctx, keyStep(n))
		if err != nil {
			return nil, unread(err)
		}
		if !ok {
			break
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, &channels.Error{Class: channels.Permanent, Reason: "there is no record of the post that this deletes"}
	}
	return keys, nil
}

func (p *publishing) deleteOne(ctx context.Context, doc channels.Document, key string) error {
	v := p.d.Values
	v.MessageID = key
	body, err := doc.Fill(v)
	if err != nil {
		return &channels.Error{Class: channels.Permanent, Reason: "the deletion could not be completed", Err: err}
	}
	a, _, err := p.do(ctx, call{name: "com.atproto.repo.deleteRecord", contentType: jsonType, body: body, begin: p.begin})
	if err != nil {
		return err
	}
	p.quota.note(a)
	if !a.OK() {
		return p.account.writing(a, p.now())
	}
	return nil
}

// deleted says how many posts are gone. An error of Begin stays as it is.
func (p *publishing) deleted(err error, gone, of int) error {
	if p.refused != nil || gone == 0 {
		return err
	}
	e := *channels.AsError(err)
	e.Reason += fmt.Sprintf("; %d of %d posts are deleted", gone, of)
	return &e
}
