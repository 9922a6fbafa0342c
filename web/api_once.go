package web

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"clarion/api"
	"clarion/office"
)

// The header by which a request takes effect once
// (draft-ietf-httpapi-idempotency-key-header).
const (
	keyHeader    = "Idempotency-Key"
	maxKey       = 255     // printable characters of ASCII
	maxKept      = 1 << 20 // bytes of an answer; a longer one is not kept
	replayHeader = "Idempotency-Replayed"
)

// always marks an operation that knows no key: it is repeated each time.
const always = "always"

// takesKey reports whether an operation may be asked for with a key.
func takesKey(op *huma.Operation) bool {
	return op.Method == http.MethodPost && op.Metadata[always] == nil
}

// describeKey adds the header to an operation's description.
func describeKey(op *huma.Operation) {
	least, most := 1, maxKey
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: keyHeader, In: "header",
		Description: "A random key. The same key and body give the same answer for at least 24 hours, and take effect once. Another body is refused with 422; while the first is under way the answer is 409.",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most, Pattern: "^[!-~]+$"},
	})
}

// once is a request with a key.
type once struct {
	office.Request
	key string
	ran bool // the operation itself answered
}

type onceKey struct{}

// ran notes that an operation is run, and not refused before.
func ran(ctx context.Context) {
	if o, ok := ctx.Value(onceKey{}).(*once); ok {
		o.ran = true
	}
}

// withKey gives a request that comes with a key its effect once.
func (a *API) withKey(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	keys := r.Header.Values(keyHeader)
	by := actor(ctx.Context())
	if len(keys) == 0 || !takesKey(ctx.Operation()) || by.Name == "" {
		next(ctx)
		return
	}
	if len(keys) > 1 || !isKey(keys[0]) {
		e := problem(http.StatusBadRequest, "the header "+keyHeader+" is not one key", "send one of 1 to 255 printable characters without blanks, such as a UUID")
		e.Problems = []api.Problem{{Field: keyHeader, Says: "is not one key of 1 to 255 printable characters"}}
		writeProblem(ctx, e)
		return
	}
	body, rest := readBody(ctx, r)
	o := &once{Request: requestOf(by, keys[0], r, body), key: keys[0]}
	r = r.WithContext(context.WithValue(office.Under(ctx.Context(), o.Request), onceKey{}, o))
	r.Body = io.NopCloser(rest)
	a.runOnce(humago.NewContext(ctx.Operation(), r, w), o, next)
}

func isKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return len(key) > 0 && len(key) <= maxKey
}

// readBody reads as much of a body as the operation takes, and gives it again to
// be read.
func readBody(ctx huma.Context, r *http.Request) ([]byte, io.Reader) {
	_ = ctx.SetReadDeadline(time.Now().Add(bodyTimeout)) // not every writer has deadlines
	body, err := io.ReadAll(io.LimitReader(r.Body, ctx.Operation().MaxBodyBytes+1))
	if err != nil {
		return body, io.MultiReader(bytes.NewReader(body), failing{err})
	}
	return body, bytes.NewReader(body)
}

// failing is a body that breaks off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// requestOf tells requests apart: by who asks, with which token, and their key;
// and what they ask. The hashes are keyed, so that what is stored tells nothing
// to whoever has not the key.
func requestOf(by office.Actor, key string, r *http.Request, body []byte) office.Request {
	token := int64(0)
	if by.Token != nil {
		token = by.Token.ID
	}
	id := sha256.Sum256([]byte("clarion/request/1\n" + by.Name + "\n" + strconv.FormatInt(token, 10) + "\n" + key))
	print := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(print, "%s %s\n%s\n", r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"))
	print.Write(body)
	return office.Request{ID: id[:], Print: print.Sum(nil)}
}

// runOnce runs an operation, or gives the answer of its first run.
func (a *API) runOnce(ctx huma.Context, o *once, next func(huma.Context)) {
	same, fresh := a.running.begin(o.Request)
	switch {
	case !fresh && !same:
		writeProblem(ctx, anotherBody())
		return
	case !fresh:
		ctx.SetHeader("Retry-After", "1")
		writeProblem(ctx, problem(http.StatusConflict, "a request with this key is under way", "ask again in a moment"))
		return
	}
	defer a.running.end(o.Request)
	earlier, found, err := a.office.Earlier(ctx.Context(), o.Request)
	switch {
	case err != nil:
		a.writeRefusal(ctx, "look for an earlier request", err)
	case found && !hmac.Equal(earlier.Print, o.Print):
		writeProblem(ctx, anotherBody())
	case found && !a.stands(ctx.Context()):
		next(ctx) // whoever lost their access is refused
	case found && earlier.Answer != nil:
		a.replay(ctx, o, earlier)
	case found:
		a.retell(ctx, earlier)
	default:
		a.runFirst(ctx, o, next)
	}
}

func anotherBody() *api.Error {
	return problem(http.StatusUnprocessableEntity, "this key was used for something else", "make a new key for each request, and repeat a request with its own key alone")
}

func (a *API) writeRefusal(ctx huma.Context, doing string, err error) {
	e, _ := a.refusal(ctx.Context(), doing, err).(*api.Error) //nolint:errorlint // it is never wrapped
	writeProblem(ctx, e)
}

// stands reports whether whoever asks has their access still.
func (a *API) stands(ctx context.Context) bool {
	by := actor(ctx)
	if t := by.Token; t != nil && (!t.RevokedAt.IsZero() || !time.Now().Before(t.ExpiresAt)) {
		return false
	}
	p, _, err := a.accounts.Self(ctx, by)
	return err == nil && p.Active()
}

// runFirst runs an operation and keeps its answer before it is given.
func (a *API) runFirst(ctx huma.Context, o *once, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	kept := &keeper{ResponseWriter: w, status: http.StatusOK}
	next(humago.NewContext(ctx.Operation(), r, kept))
	if o.ran && isFinal(kept.status) && kept.body.Len() <= maxKept {
		sealed, err := sealAnswer(o, keptAnswer{Status: kept.status, Type: w.Header().Get("Content-Type"), ETag: w.Header().Get("ETag"), Body: kept.body.Bytes()})
		if err == nil {
			err = a.office.Answered(ctx.Context(), o.Request, sealed)
		}
		if err != nil { // what was done is done
			a.fault("keep an answer", err)
		}
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes()) // the client may be gone
}

// isFinal reports whether a status is what a request will always be answered:
// a fault of ours or a wait is not.
func isFinal(status int) bool {
	return status < http.StatusInternalServerError && status != statusGone && status != http.StatusTooManyRequests && status != http.StatusUnauthorized && status != http.StatusPreconditionFailed
}

// keeper keeps an answer instead of giving it.
type keeper struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (k *keeper) WriteHeader(status int)      { k.status = status }
func (k *keeper) Write(b []byte) (int, error) { return k.body.Write(b) }
func (k *keeper) Unwrap() http.ResponseWriter { return k.ResponseWriter }

// keptAnswer is an answer as it is kept, sealed.
type keptAnswer struct {
	Status int    `json:"status"`
	Type   string `json:"type"`
	ETag   string `json:"etag,omitempty"`
	Body   []byte `json:"body"`
}

// replay gives the answer that was given before.
func (a *API) replay(ctx huma.Context, o *once, earlier office.EarlierRequest) {
	kept, err := unsealAnswer(o, earlier.Answer)
	if err != nil {
		a.writeRefusal(ctx, "read the answer to an earlier request", err)
		return
	}
	ctx.SetHeader("Content-Type", kept.Type)
	ctx.SetHeader(replayHeader, "true")
	if kept.ETag != "" {
		ctx.SetHeader("ETag", kept.ETag)
	}
	ctx.SetStatus(kept.Status)
	_, _ = ctx.BodyWriter().Write(kept.Body) // the client may be gone
}

// cipherOf makes the cipher of a request: only its key opens the answer.
func cipherOf(o *once) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(o.key), o.ID, "clarion/answer/1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func sealAnswer(o *once, kept keptAnswer) ([]byte, error) {
	text, err := json.Marshal(kept)
	if err != nil {
		return nil, err
	}
	aead, err := cipherOf(o)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return aead.Seal(nonce, nonce, text, o.Print), nil
}

func unsealAnswer(o *once, sealed []byte) (keptAnswer, error) {
	var kept keptAnswer
	aead, err := cipherOf(o)
	if err != nil {
		return kept, err
	}
	if len(sealed) < aead.NonceSize() {
		return kept, errors.New("it is too short")
	}
	text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], o.Print)
	if err != nil {
		return kept, err
	}
	return kept, json.Unmarshal(text, &kept)
}

// underWay holds the requests with a key that are being carried out.
type underWay struct {
	mu     sync.Mutex
	prints map[string][]byte // by ID
}

// begin takes a request up. If one with its ID is under way, it tells whether
// that asks for the same.
func (u *underWay) begin(r office.Request) (same, fresh bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if print, there := u.prints[string(r.ID)]; there {
		return hmac.Equal(print, r.Print), false
	}
	if u.prints == nil {
		u.prints = map[string][]byte{}
	}
	u.prints[string(r.ID)] = r.Print
	return true, true
}

func (u *underWay) end(r office.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.prints, string(r.ID))
}
