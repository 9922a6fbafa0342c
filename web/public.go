package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"clarion/channels/webfeed"
)

// ErrNotPublic is a PublicReader's answer for what is not public, or not yet.
var ErrNotPublic = errors.New("not public")

// PublicEntry is one published message as feeds and lists show it: its filled
// documents of package webfeed.
type PublicEntry struct {
	Slug      string
	Atom      []byte
	RSS       []byte
	JSON      []byte
	Item      []byte
	Published time.Time
	Updated   time.Time
}

// PublicAudience is an audience that has a feed.
type PublicAudience struct {
	Name        string
	Title       string
	Description string
}

// PublicReader reads what is public, and only that. What is not there is
// ErrNotPublic.
type PublicReader interface {
	PublicPage(ctx context.Context, slug string) (page []byte, updated time.Time, err error)
	// PublicEntries gives the newest entries of an audience, or of all with an
	// empty name, newest first.
	PublicEntries(ctx context.Context, audience string, limit int) ([]PublicEntry, error)
	PublicAudiences(ctx context.Context) ([]PublicAudience, error)
	// PublicCorrections gives the newest lines of the list of corrections, newest
	// first: filled documents of package webfeed.
	PublicCorrections(ctx context.Context, limit int) ([][]byte, error)
	PublicAsset(ctx context.Context, sum string) (content []byte, mediaType string, err error)
}

// PublicSettings is what the public face has of the configuration.
type PublicSettings struct {
	Reader       PublicReader
	Unsubscriber Unsubscriber
	BaseURL      string // scheme and host, no slash at the end
	OfficeName   string // as pages are headed
	// Feed is what feeds say of themselves to begin with. The title is the office's name if
	// it is empty; webfeed.DefaultEntries stand in a feed and on the front page
	// if it gives no number.
	Feed     webfeed.Settings
	Language string // BCP 47, of feeds and of pages that hold no message
	// UnsubscribeKey signs unsubscribe links. Without one no link is good.
	UnsubscribeKey []byte
	// Fault is told of what a reader cannot mend. It gets no personal data.
	Fault func(doing string, err error)
}

// Public is the public face: newsroom, feeds, media and unsubscribing.
//
// Failure rules. It reads nothing but what is public, so it cannot show more.
// Where nothing is, and where nothing is yet, the answer is the same to the
// byte and is never cached. An error from beneath is handed to the Fault hook
// once and answered with a page that says nothing of it; it is never kept, so
// that the next request tries again. A panic ends one request, not the daemon.
// Nothing here redirects.
type Public struct {
	settings PublicSettings
	feeds    atomic.Pointer[webfeed.Settings] // in effect; see SetFeed
	cache    *pageCache
	style    *representation
	absent   []byte // the page where nothing is
	notices  notices
}

// NewPublic makes the public face.
func NewPublic(s PublicSettings) *Public {
	if s.Fault == nil {
		s.Fault = func(string, error) {}
	}
	p := &Public{settings: s, cache: newPageCache(maxCached), notices: newNotices(s.OfficeName, s.Language)}
	p.style = newRepresentation("text/css; charset=utf-8", webfeed.Stylesheet(), time.Time{})
	p.SetFeed(s.Feed)
	p.absent = webfeed.NotFound(p.newsroom())
	return p
}

// SetFeed takes over what feeds say of themselves, and reports whether that is
// something else.
func (p *Public) SetFeed(s webfeed.Settings) bool {
	s.Title = cmp.Or(s.Title, p.settings.OfficeName)
	s.Entries = cmp.Or(s.Entries, webfeed.DefaultEntries)
	before := p.feeds.Swap(&s)
	p.Invalidate()
	return before != nil && *before != s
}

// Invalidate forgets every page and feed in memory. Whoever commits something
// public, or changes an audience, calls it after the commit: a request that
// begins after it has returned sees the change. The pages are made anew by the
// first request for each and not here, so that a burst of commits costs what
// is read and no more; requests that come meanwhile wait for that one.
func (p *Public) Invalidate() { p.cache.invalidate() }

func (p *Public) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setSecurityHeaders(w.Header(), p.settings.BaseURL)
	answer := &answered{ResponseWriter: w}
	defer p.recover(answer)
	if token, ok := strings.CutPrefix(r.URL.Path, "/unsubscribe/"); ok {
		p.unsubscribe(answer, r, token)
		return
	}
	p.read(answer, r)
}

// recover answers a panic. Once an answer has begun it can only be cut off.
func (p *Public) recover(w *answered) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		panic(cause)
	}
	p.settings.Fault("serve a public page", fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	clear(w.Header())
	setSecurityHeaders(w.Header(), p.settings.BaseURL)
	writePage(w, http.StatusInternalServerError, p.notices.broken)
}

// read serves what is read alone.
func (p *Public) read(w http.ResponseWriter, r *http.Request) {
	if !allow(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	if r.URL.Path == webfeed.StylesheetPath {
		p.style.serve(w, r)
		return
	}
	found, err := p.cache.get(r.Context(), r.URL.Path, p.builder(r.URL.Path))
	switch {
	case errors.Is(err, ErrNotPublic):
		p.notFound(w)
	case err != nil:
		p.fail(w, r, "serve a public page", err)
	default:
		found.serve(w, r)
	}
}

// builder finds what makes the page at a path. What it answers says nothing of
// whether there is one.
func (p *Public) builder(path string) builder {
	kind, name, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return func(ctx context.Context) (*representation, error) {
		switch {
		case path == "/":
			return p.index(ctx)
		case path == webfeed.CorrectionsPath:
			return p.corrections(ctx)
		case kind == "news":
			return p.page(ctx, name)
		case kind == "feeds":
			return p.feed(ctx, name)
		case kind == "media":
			return p.media(ctx, name)
		}
		return nil, ErrNotPublic
	}
}

// notFound answers for every address where nothing is public. It does not look
// at the request.
func (p *Public) notFound(w http.ResponseWriter) { writePage(w, http.StatusNotFound, p.absent) }

// fail answers for a fault of ours. A reader who went away is none.
func (p *Public) fail(w http.ResponseWriter, r *http.Request, doing string, err error) {
	if r.Context().Err() == nil {
		p.settings.Fault(doing, err)
	}
	writePage(w, http.StatusInternalServerError, p.notices.broken)
}
