package office_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/office"
)

func TestFactsAreStoredWithTheRevision(t *testing.T) {
	calls := 0
	b := connected(t, scribe{name: "wide", inform: func(_ context.Context, p channels.Post) (channels.Facts, error) {
		calls++
		if p.Title != "Bridge opens" || p.Content == nil || !p.HasPage {
			t.Errorf("it was asked about %+v", p)
		}
		return channels.Facts(`{"limit":7}`), nil
	}})
	id := b.add()
	b.submit(id)
	if a := b.asked(id, "wide"); string(a.Facts) != `{"limit":7}` || calls != 2 {
		t.Errorf("rendered with %s after %d calls", a.Facts, calls)
	}
	plan, err := b.store.Plan(b.ctx, id, 1)
	b.no(err)
	for _, p := range plan {
		want := map[string]string{"wide": `{"limit":7}`}[p.Channel]
		if string(p.Facts) != want {
			t.Errorf("stored for %s: %s, want %q", p.Channel, p.Facts, want)
		}
	}
	b.rehearse("wide")
	if _, err := b.Check(b.ctx, draft()); err != nil || calls != 2 {
		t.Errorf("in rehearsal it was asked outside: %d calls, %v", calls, err)
	}
}

func TestUninformed(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		says string
	}{
		"classed":   {&channels.Error{Class: channels.Temporary, Reason: "it is being repaired"}, "wide could not be asked for its limits: it is being repaired"},
		"unclassed": {errors.New("no route"), "no route"},
	} {
		t.Run(name, func(t *testing.T) {
			b := connected(t, scribe{name: "wide", inform: func(context.Context, channels.Post) (channels.Facts, error) { return nil, tt.err }})
			added, err := b.Add(b.ctx, draft(), ann()) // a draft waits for nobody outside
			b.no(err)
			if len(added.Warnings) != 1 || !strings.Contains(added.Warnings[0].String(), tt.says) {
				t.Errorf("warned of %v", added.Warnings)
			}
			_, err = b.Submit(b.ctx, added.ID, ann())
			b.refused(err, office.Invalid, tt.says, "clarion channel check wide")
		})
	}
}

// TestContentOfAssets hands the bytes over, first of what came with a draft,
// then of what is stored.
func TestContentOfAssets(t *testing.T) {
	b := connected(t, scribe{name: "wide"})
	var picture bytes.Buffer
	b.no(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	d := draft("channels: [wide]", "assets: [{file: a.png, alt: A bridge, focus: \"0,1\"}]")
	d.Assets = []office.Upload{{Name: "a.png", Content: picture.Bytes()}}
	added, err := b.Add(b.ctx, d, ann())
	b.no(err)
	if a := b.asked(added.ID, "wide"); a.Picture != "0,1 PNG" {
		t.Errorf("rendered with %q", a.Picture)
	}
	b.submit(added.ID)
}

func TestPreview(t *testing.T) {
	b := connected(t, scribe{name: "wide"})
	id := b.add()
	page := "https://news.example.org/news/" + b.detail(id).Message.Slug
	for range 2 { // before the submit, and after
		r, err := b.Rendering(b.ctx, id, "wide")
		b.no(err)
		if len(r.Previews) != 1 || r.Previews[0].Text != "wide shows "+page || r.Previews[0].Limit != 9 || len(r.Documents) != 1 {
			t.Errorf("shown as %+v", r)
		}
		if len(b.detail(id).Plan) == 0 {
			b.submit(id)
		}
	}
	for _, p := range b.detail(id).Plan { // counted as the channel shows it, by its own limit
		want := map[string][3]int{"wide": {1, 1, 9}}[p.Channel]
		if got := [3]int{p.Posts, p.Length, p.Limit}; p.Channel == "wide" && got != want || p.Channel == "web" && (p.Posts != 0 || p.Length == 0) {
			t.Errorf("%s is counted as %v", p.Channel, got)
		}
	}
	r, err := b.Rendering(b.ctx, id, "web")
	b.no(err)
	if len(r.Previews) > 0 || !strings.Contains(string(r.Documents[0].Text), "Bridge opens") {
		t.Errorf("the page is shown as %+v", r)
	}
}
