package bluesky

import (
	"errors"
	"os"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// pictured is a post with two images, one of them twice.
func pictured(t *testing.T) channels.Post {
	t.Helper()
	one, two := assetOf("map.png", pngOf(t, line(64, 32))), assetOf("plan.png", pngOf(t, line(30, 60)))
	again := one
	again.Alt = "The map once more"
	return channels.Post{Title: "Gauges", Assets: []channels.Asset{one, two, again}, Content: contentOf(t, one, two)}
}

func TestEachImageIsUploadedOnce(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	post := pictured(t)
	d := delivery(render(t, c, post), channeltest.NewJournal())
	if _, err := c.Publish(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	content, err := stocked(post.Assets[1].SHA256)
	if n := f.count("uploadBlob"); err != nil || n != 2 || f.body("uploadBlob") != string(content) {
		t.Errorf("%d uploads, %v", n, err)
	}
	put := f.body("putRecord")
	for _, part := range []string{contentID(content), `"alt":"The map once more"`, `"alt":"What shows on plan.png"`, `"aspectRatio":{"width":30,"height":60}`} {
		if !strings.Contains(put, part) {
			t.Errorf("%s is not in %s", part, put)
		}
	}
}

// An upload shows to nobody: whatever goes wrong with one, nothing is
// published.
func TestUploadFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer reply
		class  channels.Class
	}{
		"lost":          {reply{cut: true}, channels.Temporary},
		"broken":        {reply{status: 500}, channels.Temporary},
		"web page":      {reply{status: 200, body: "<html>"}, channels.Temporary},
		"nothing":       {reply{status: 200, body: "{}"}, channels.Temporary},
		"other bytes":   {reply{status: 200, body: `{"blob":{"ref":{"$link":"` + contentID([]byte("other")) + `"}}}`}, channels.Temporary},
		"limited":       {reply{status: 429}, channels.RateLimited},
		"too large":     {says(413, "BlobTooLarge", "This file is too large"), channels.Permanent},
		"taken down":    {says(401, "AccountTakedown", "Account has been taken down"), channels.Unavailable},
		"not supported": {says(400, "InvalidMimeType", "not allowed"), channels.Permanent},
	} {
		f := newFake(t)
		c := f.channel(t)
		f.on("uploadBlob", test.answer)
		journal := channeltest.NewJournal()
		d := delivery(render(t, c, pictured(t)), journal)
		if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != test.class || f.count("putRecord") != 0 {
			t.Errorf("%s: %v, asked %q", name, err, f.methods())
		}
		if found := find(t, c, d); found.Verdict != channels.Absent || found.Evidence == "" { // no key was made
			t.Errorf("%s: found %+v", name, found)
		}
		if _, err := c.Publish(t.Context(), d); err != nil || f.standing() != 1 {
			t.Errorf("%s: then %v", name, err)
		}
	}
}

// A refusal of Begin comes back as it is, whatever class it has.
func TestAFrozenUpload(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	d := delivery(render(t, c, pictured(t)), channeltest.NewJournal())
	frozen := errors.New("frozen")
	d.Begin = func() error { return frozen }
	if _, err := c.Publish(t.Context(), d); err != frozen || f.count("uploadBlob") != 0 { //nolint:errorlint // as it is
		t.Errorf("got %v", err)
	}
}

// A server that forgot an upload gets it again.
func TestAForgottenUpload(t *testing.T) {
	t.Parallel()
	forgot := says(400, "BlobNotFound", "Could not find blob")
	f := newFake(t)
	c := f.channel(t)
	f.on("putRecord", reply{status: 429}, forgot)
	journal := channeltest.NewJournal()
	d := delivery(render(t, c, pictured(t)), journal)
	if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.RateLimited {
		t.Fatal(err)
	}
	if _, err := c.Publish(t.Context(), d); err != nil || f.count("uploadBlob") != 4 || f.count("putRecord") != 3 {
		t.Errorf("%v, asked %q", err, f.methods())
	}
	f.on("putRecord", forgot, forgot)
	if _, err := c.Publish(t.Context(), delivery(render(t, c, pictured(t)), channeltest.NewJournal())); channels.AsError(err).Class != channels.Permanent {
		t.Errorf("twice: %v", err)
	}
}

func TestAnImageThatCannotBeRead(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	d := delivery(render(t, c, pictured(t)), channeltest.NewJournal())
	d.Values.Asset = func(string) ([]byte, error) { return nil, os.ErrNotExist }
	if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Temporary || f.count("uploadBlob") != 0 {
		t.Errorf("got %v", err)
	}
	d = delivery(render(t, c, pictured(t)), channeltest.NewJournal())
	d.Rendering.Documents = d.Rendering.Documents[1:]
	if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Permanent {
		t.Errorf("without its document: %v", err)
	}
}

func TestContentID(t *testing.T) {
	t.Parallel()
	// By the data model's own tools: the raw bytes "hello world".
	if got := contentID([]byte("hello world")); got != "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e" {
		t.Errorf("got %s", got)
	}
}
