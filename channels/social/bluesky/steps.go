package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"clarion/channels"
)

// The steps of a send: "media/SHA256" is the content id of an upload, "key/1"
// the record key of the first post and "post/1" what became of it.
func keyStep(post int) string  { return fmt.Sprintf("key/%d", post) }
func postStep(post int) string { return fmt.Sprintf("%s%d", postPrefix, post) }

// ref ties to one version of a post (lexicon com.atproto.repo.strongRef).
type ref struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// parseRef reads a step's value.
func parseRef(value string) (ref, error) {
	var r ref
	if err := json.Unmarshal([]byte(value), &r); err != nil {
		return ref{}, fmt.Errorf("the recorded post can't be read: %w", err)
	}
	if !r.valid() {
		return ref{}, errors.New("the recorded post names none")
	}
	return r, nil
}

func (r ref) String() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic("bluesky: a reference always marshals: " + err.Error())
	}
	return string(b)
}

// valid reports whether the reference names a post by its full address.
func (r ref) valid() bool {
	did, key := r.parts()
	return isDID(did) && key != "" && r.CID != ""
}

// parts gives account and record key of at://DID/COLLECTION/KEY.
func (r ref) parts() (did, key string) {
	rest, ok := strings.CutPrefix(r.URI, "at://")
	if !ok {
		return "", ""
	}
	did, rest, _ = strings.Cut(rest, "/")
	key, ok = strings.CutPrefix(rest, collection+"/")
	if !ok || strings.Contains(key, "/") {
		return "", ""
	}
	return did, key
}

// receipt is what a publication answers.
func (r ref) receipt(detail string) channels.Receipt {
	did, key := r.parts()
	return channels.Receipt{RemoteID: r.URI, RemoteURL: "https://bsky.app/profile/" + did + "/post/" + key, Detail: detail}
}

// steps reads and writes a journal; what it can't do is classed.
type steps struct{ channels.Journal }

// post gives a post that is out, or false.
func (s steps) post(ctx context.Context, n int) (ref, bool, error) {
	return found(s.Done(ctx, postStep(n)))
}

// original gives a post of the send that this one is about, or false.
func (s steps) original(ctx context.Context, n int) (ref, bool, error) {
	return found(s.Original(ctx, postStep(n)))
}

func found(value string, ok bool, err error) (ref, bool, error) {
	if err != nil || !ok {
		return ref{}, false, unread(err)
	}
	r, err := parseRef(value)
	return r, err == nil, unread(err)
}

// key gives the record key of a post, which is made at first use and never
// again.
func (s steps) key(ctx context.Context, send string, n int, now time.Time) (string, error) {
	key, ok, err := s.Done(ctx, keyStep(n))
	if err != nil || ok {
		return key, unread(err)
	}
	key = newTID(now, send, n)
	return key, s.record(ctx, channels.Temporary, keyStep(n), key)
}

// record makes a step durable; the class says what it means if that fails.
func (s steps) record(ctx context.Context, class channels.Class, name, value string) error {
	if err := s.Record(ctx, channels.Step{Name: name, Value: value}); err != nil {
		return &channels.Error{Class: class, Reason: "the step " + name + " can't be recorded", Err: err}
	}
	return nil
}

func unread(err error) error {
	if err == nil {
		return nil
	}
	return &channels.Error{Class: channels.Temporary, Reason: "the record of what was done can't be read", Err: err}
}
