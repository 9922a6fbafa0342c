package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"clarion/channels"
)

// uploads gives the content ids of a post's images by the SHA-256 of their
// assets, after uploading what is not at the server yet.
func (p *publishing) uploads(ctx context.Context, doc channels.Document) (map[string]string, error) {
	ids := map[string]string{}
	for _, sum := range mediaOf(doc) {
		id, done, err := p.steps.Done(ctx, mediaName(sum))
		if err != nil {
			return nil, unread(err)
		}
		if !done {
			if id, err = p.upload(ctx, sum); err != nil {
				return nil, err
			}
			if err := p.steps.record(ctx, channels.Temporary, mediaName(sum), id); err != nil {
				return nil, err
			}
		}
		ids[sum] = id
	}
	return ids, nil
}

// uploadAgain uploads the images of a post whatever the journal says. The same
// bytes have the same content id, so nothing is to be recorded.
func (p *publishing) uploadAgain(ctx context.Context, doc channels.Document) error {
	for _, sum := range mediaOf(doc) {
		if _, err := p.upload(ctx, sum); err != nil {
			return err
		}
	}
	return nil
}

// mediaOf lists the assets whose uploads a post names.
func mediaOf(doc channels.Document) []string {
	return channels.Rendering{Documents: []channels.Document{doc}}.Assets()
}

// upload uploads one image (com.atproto.repo.uploadBlob).
func (p *publishing) upload(ctx context.Context, sum string) (string, error) {
	doc, ok := p.d.Rendering.Document(mediaName(sum))
	if !ok {
		return "", &channels.Error{Class: channels.Permanent, Reason: "the rendering lacks an image that it names"}
	}
	content, err := doc.Fill(p.d.Values)
	if err != nil {
		return "", &channels.Error{Class: channels.Temporary, Reason: "an image can't be read", Err: err}
	}
	a, _, err := p.do(ctx, call{
		name: "com.atproto.repo.uploadBlob", contentType: doc.MediaType, body: content, begin: p.begin,
	})
	if err != nil {
		return "", p.unseen(err)
	}
	if !a.OK() {
		return "", p.account.reading(a, p.now())
	}
	var answer blobAnswer
	if err := a.JSON(&answer); err != nil {
		return "", p.unseen(err)
	}
	return answer.id(content)
}

// unseen classes a lost upload: it shows to nobody, so it may be made again.
func (p *publishing) unseen(err error) error {
	if p.refused != nil {
		return err
	}
	e := *channels.AsError(err)
	if e.Class == channels.Unknown {
		e.Class = channels.Temporary
	}
	return &e
}

// blobAnswer is what an upload answers.
type blobAnswer struct {
	Blob struct {
		Ref struct {
			Link string `json:"$link"`
		} `json:"ref"`
	} `json:"blob"`
}

// id gives the content id, which must be that of the bytes that left.
func (b blobAnswer) id(content []byte) (string, error) {
	if want := contentID(content); b.Blob.Ref.Link != want {
		return "", &channels.Error{
			Class: channels.Temporary, Reason: fmt.Sprintf("the server stored an image as %q that is %q", b.Blob.Ref.Link, want),
		}
	}
	return b.Blob.Ref.Link, nil
}

// contentID is the content id of raw bytes as the protocol writes it: version
// 1, codec raw, SHA-256, in base 32 (atproto.com/specs/data-model).
func contentID(content []byte) string {
	sum := sha256.Sum256(content)
	id := append([]byte{0x01, 0x55, 0x12, sha256.Size}, sum[:]...)
	return "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id))
}
