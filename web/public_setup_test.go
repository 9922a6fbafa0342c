package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/channels/webfeed"
	"clarion/message"
	"clarion/office"
	"clarion/store"
)

// storeReader reads the public pool of a store.
type storeReader struct{ store *store.Store }

var _ PublicReader = storeReader{}

func notPublic(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrNotPublic, err)
	}
	return err
}

func (r storeReader) PublicPage(ctx context.Context, slug string) ([]byte, time.Time, error) {
	page, updated, err := r.store.PublicPage(ctx, slug)
	return page, updated, notPublic(err)
}

func (r storeReader) PublicEntries(ctx context.Context, audience string, limit int) ([]PublicEntry, error) {
	stored, err := r.store.PublicEntries(ctx, audience, limit)
	all := make([]PublicEntry, len(stored))
	for i, e := range stored {
		all[i] = PublicEntry(e)
	}
	return all, notPublic(err)
}

func (r storeReader) PublicAudiences(ctx context.Context) ([]PublicAudience, error) {
	stored, err := r.store.PublicAudiences(ctx)
	all := make([]PublicAudience, len(stored))
	for i, a := range stored {
		all[i] = PublicAudience(a)
	}
	return all, notPublic(err)
}

func (r storeReader) PublicCorrections(ctx context.Context, limit int) ([][]byte, error) {
	return r.store.PublicCorrections(ctx, limit)
}

func (r storeReader) PublicAsset(ctx context.Context, sum string) ([]byte, string, error) {
	content, mediaType, err := r.store.PublicAsset(ctx, sum)
	return content, mediaType, notPublic(err)
}

// room is a newsroom over a store of its own, spoken to over TCP. Its audiences
// are public and stakeholders, which have feeds, and press, which has none.
type room struct {
	*testing.T
	store   *store.Store
	channel channels.Channel
	public  *Public
	server  *httptest.Server
	now     time.Time
	count   int

	mu     sync.Mutex
	faults []string
}

const baseURL = "https://news.example"

var unsubscribeKey = []byte("a key of thirty-two bytes, or so")

func openRoom(t *testing.T) *room {
	t.Helper()
	t.Parallel()
	s, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, store: s, now: time.Date(2025, 5, 1, 8, 0, 0, 0, time.UTC)}
	t.Cleanup(func() { r.no(s.Close()) })
	r.channel, err = webfeed.Kind().New(channels.Settings{
		Name: "web", Office: "Example Press Office", BaseURL: baseURL, Decode: func(any) error { return nil },
	})
	r.no(err)
	r.audience("public", "Everyone", true)
	r.audience("stakeholders", "Stakeholders", true)
	r.audience("press", "Press", false)
	r.public = NewPublic(r.settings(storeReader{s}))
	r.serve(r.public)
	return r
}

func (r *room) settings(reader PublicReader) PublicSettings {
	return PublicSettings{
		Reader: reader, Unsubscriber: office.New(r.store, nil, nil, office.Settings{}), BaseURL: baseURL,
		OfficeName: "Example Press Office", Feed: webfeed.Settings{Title: "Example news", Description: "What the office says", Entries: 50},
		Language: "en-GB", UnsubscribeKey: unsubscribeKey,
		Fault: func(doing string, err error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.faults = append(r.faults, doing+": "+err.Error())
		},
	}
}

// serve opens a server and makes it the one that is spoken to.
func (r *room) serve(handler http.Handler) {
	server := httptest.NewUnstartedServer(nil)
	server.Config = NewServer(handler)
	server.Start()
	r.Cleanup(server.Close)
	r.server = server
}

func (r *room) no(err error) {
	r.Helper()
	if err != nil {
		r.Fatalf("unexpected: %v", err)
	}
}

func (r *room) faultCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.faults)
}

func (r *room) change(do func(*store.Tx) error) {
	r.Helper()
	r.no(r.store.Update(context.Background(), r.now, do))
}

func (r *room) audience(name, title string, public bool) {
	r.Helper()
	a := audience.Audience{Name: name, Title: title, Public: public, Channels: []string{"web"}}
	r.change(func(t *store.Tx) error { return t.PutAudience(a) })
}

// queued is a message that is approved and not yet published.
type queued struct{ message, entry, slug, title string }

// queue drafts, submits and approves a message for audiences.
func (r *room) queue(title string, assets []channels.Asset, audiences ...string) queued {
	r.Helper()
	return r.queueAs(message.Content{
		Title: title, Summary: "Summary of " + title, Body: "Body of " + title, Language: "en-GB", Assets: assets,
		Schedule: message.Schedule{LateLimit: message.DefaultLateLimit},
	}, audiences...)
}

func (r *room) queueAs(c message.Content, audiences ...string) queued {
	r.Helper()
	r.count++
	m := message.Message{
		ID: fmt.Sprintf("m%05d", r.count), State: message.Draft, SlugKey: message.NewID(""), EntryID: message.NewEntryID(),
	}
	plan := r.render(c, audiences)
	r.change(func(t *store.Tx) error {
		for _, a := range c.Assets {
			if err := t.InsertAsset(a.SHA256, a.MediaType, a.Size); err != nil {
				return err
			}
		}
		return t.InsertMessage(m, c, "ann")
	})
	r.change(func(t *store.Tx) error {
		return errors.Join(t.FreezePlan(m.ID, 1, []store.Rendered{plan}), t.SetSubmitted(m.ID, "digest", "ann"))
	})
	r.change(func(t *store.Tx) error {
		stored, err := t.Message(m.ID)
		return errors.Join(err, t.SetApproved(stored, "bob"))
	})
	return queued{message: m.ID, entry: m.EntryID, slug: message.Slug(c.Title, m.SlugKey), title: c.Title}
}

func (r *room) render(c message.Content, audiences []string) store.Rendered {
	r.Helper()
	post := channels.Post{Title: c.Title, Summary: c.Summary, Body: c.Body, Language: c.Language, Assets: c.Assets, HasPage: true}
	switch {
	case c.Corrects != "":
		post.Action, post.Corrects = channels.Edit, "the original"
	case c.Withdraws != "":
		post.Action, post.Withdraws = channels.Delete, "the original"
	}
	for _, a := range audiences {
		post.Audiences = append(post.Audiences, channels.Audience{Name: a, Title: a, Public: a != "press"})
	}
	rendering, problems := r.channel.Render(post)
	if len(problems) > 0 {
		r.Fatalf("problems: %+v", problems)
	}
	plan := store.Rendered{Body: rendering.Marshal(), Length: rendering.Length}
	plan.Channel, plan.Audiences, plan.Destination, plan.Mode = "web", post.Audiences, r.channel.Destination(), message.Live
	plan.Rendering = channels.Digest(plan.Body)
	return plan
}

// publishDue publishes everything that is due, as the queue does, and tells the
// public face.
func (r *room) publishDue() {
	r.Helper()
	lane := message.Lane{Channel: "web", Available: true, Fingerprint: r.channel.Destination().Fingerprint(), Mode: message.Live}
	claim, err := r.store.Claim(context.Background(), lane, 1000, r.now)
	r.no(err)
	all := make([]message.Settlement, len(claim.Items))
	for i, item := range claim.Items {
		all[i] = r.settlement(item)
	}
	_, err = r.store.Publish(context.Background(), lane, all, r.now)
	r.no(err)
	r.public.Invalidate()
}

func (r *room) settlement(item message.Item) message.Settlement {
	r.Helper()
	rendering, err := channels.UnmarshalRendering(item.Rendering)
	r.no(err)
	values := channels.Values{
		PublishedAt: r.now, UpdatedAt: r.now, PageAddress: baseURL + "/news/" + item.Slug, EntryID: item.EntryID, AssetBase: baseURL + "/media/",
	}
	if !item.PublishedAt.IsZero() {
		values.PublishedAt = item.PublishedAt
	}
	p := &message.Publication{Documents: map[string][]byte{}, Assets: rendering.Assets()}
	for _, d := range rendering.Documents {
		p.Documents[d.Name], err = d.Fill(values)
		r.no(err)
	}
	return message.Settlement{Item: item, OpenedAt: r.now, ClosedAt: r.now, To: message.Sent, Mode: message.Live, Publish: p}
}

// publish queues a message and publishes it.
func (r *room) publish(title string, audiences ...string) queued {
	r.Helper()
	q := r.queue(title, nil, audiences...)
	r.publishDue()
	return q
}

// asset stores a content as an asset.
func (r *room) asset(name, mediaType string, content []byte) channels.Asset {
	r.Helper()
	sum, err := r.store.PutAsset(content)
	r.no(err)
	a := channels.Asset{Name: name, Alt: "What it shows", MediaType: mediaType, SHA256: sum, Size: int64(len(content))}
	if config, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil {
		a.Width, a.Height = config.Width, config.Height
	}
	return a
}

func pngOf(width, height int) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))) // to memory
	return b.Bytes()
}

// received is an answer, read whole.
type received struct {
	status int
	header http.Header
	body   string
}

// ask sends one request as it is: no redirect is followed, nothing is
// decompressed.
func (r *room) ask(method, path string, header map[string]string) received {
	r.Helper()
	return r.send(method, path, header, nil)
}

func (r *room) send(method, path string, header map[string]string, body io.Reader) received {
	r.Helper()
	got, err := r.try(method, path, header, body)
	r.no(err)
	return got
}

// try is send for a goroutine of its own.
func (r *room) try(method, path string, header map[string]string, body io.Reader) (received, error) {
	request, err := http.NewRequestWithContext(r.Context(), method, r.server.URL+path, body)
	if err != nil {
		return received{}, err
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	if header["Accept-Encoding"] == "" {
		request.Header.Set("Accept-Encoding", "identity")
	}
	response, err := r.server.Client().Transport.RoundTrip(request)
	if err != nil {
		return received{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	response.Header.Del("Date")
	return received{response.StatusCode, response.Header, string(content)}, err
}

func (r *room) get(path string) received {
	r.Helper()
	return r.ask(http.MethodGet, path, nil)
}

// found is get for what must be there.
func (r *room) found(path string) received {
	r.Helper()
	got := r.get(path)
	if got.status != http.StatusOK {
		r.Fatalf("%s answers %d: %s", path, got.status, got.body)
	}
	return got
}

func randomName() string { return hex.EncodeToString([]byte(message.NewID(""))) }

// contentOf is what a message says now.
func (r *room) contentOf(q queued) message.Content {
	r.Helper()
	revision, err := r.store.Revision(context.Background(), q.message, 1)
	r.no(err)
	return revision.Content
}
