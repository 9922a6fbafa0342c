package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// minZipped is the smallest body that is worth compressing, in bytes.
const minZipped = 512

// overhead is what a representation takes beside its bodies, in bytes.
const overhead = 1 << 10

// representation is what stands at one public address, ready to be written, in
// one or two encodings. It does not change. Each encoding has a strong entity
// tag of its own (RFC 9110 8.8.3.3), taken of its bytes.
type representation struct {
	mediaType string
	header    map[string]string // beside what all have
	updated   time.Time         // the last real change; zero if it is not known
	plain     encoded
	zipped    *encoded // nil if compression does not pay
}

type encoded struct {
	body []byte
	tag  string
}

// newRepresentation makes a body ready, compressed too if it is text.
func newRepresentation(mediaType string, body []byte, updated time.Time) *representation {
	rep := &representation{mediaType: mediaType, updated: updated, plain: newEncoded(body)}
	if rep.isText() && len(body) >= minZipped {
		if zipped := zip(body); len(zipped) < len(body) {
			e := newEncoded(zipped)
			rep.zipped = &e
		}
	}
	return rep
}

func newEncoded(body []byte) encoded {
	sum := sha256.Sum256(body)
	return encoded{body: body, tag: `"` + hex.EncodeToString(sum[:16]) + `"`}
}

// zip compresses at the fastest level: a reader waits for it.
func zip(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		panic("web: the level is one of gzip's own: " + err.Error())
	}
	_, _ = z.Write(body) // to memory
	_ = z.Close()
	return b.Bytes()
}

// isText also decides whether the encoding is negotiated.
func (rep *representation) isText() bool {
	kind, _, _ := strings.Cut(rep.mediaType, ";")
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "json")
}

// size is what the representation takes in memory, about, in bytes.
func (rep *representation) size() int64 {
	n := overhead + len(rep.plain.body)
	if rep.zipped != nil {
		n += len(rep.zipped.body)
	}
	return int64(n)
}

// serve answers a GET or HEAD with the representation, a part of it, or 304
// (RFC 9110 13 and 14).
func (rep *representation) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, value := range rep.header {
		h.Set(name, value)
	}
	h.Set("Content-Type", rep.mediaType)
	h.Set("Cache-Control", "public, max-age=60")
	chosen := rep.plain
	if rep.isText() {
		h.Set("Vary", "Accept-Encoding")
		if rep.zipped != nil && acceptsGzip(r.Header.Values("Accept-Encoding")) {
			chosen = *rep.zipped
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", chosen.tag)
	http.ServeContent(w, r, "", lastModified(rep.updated, time.Now()), bytes.NewReader(chosen.body))
}

// settled is how old a change must be before its second is told: until then
// another may come within the same second.
const settled = 2 * time.Second

// lastModified is what Last-Modified may say: nothing of a change that is too
// fresh, since a date in whole seconds cannot tell it from one that follows
// (RFC 9110 8.8.2.2). A reader without a date asks by entity tag, or again.
func lastModified(updated, now time.Time) time.Time {
	if now.Sub(updated) < settled {
		return time.Time{}
	}
	return updated
}
