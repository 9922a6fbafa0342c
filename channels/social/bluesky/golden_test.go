package bluesky

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

var update = flag.Bool("update", false, "write the golden files anew")

func gauges() channels.Post {
	return channels.Post{
		Title: "New gauges at 12 rivers", Summary: "They tell the level every 5 minutes.", Language: "en-GB", HasPage: true,
	}
}

// posts is the table of golden renderings.
func posts(t *testing.T) map[string]channels.Post {
	t.Helper()
	drawing := assetOf("map.png", pngOf(t, line(64, 32)))
	edit := func(change func(*channels.Post)) channels.Post {
		p := gauges()
		change(&p)
		return p
	}
	return map[string]channels.Post{
		"plain":   gauges(),
		"no-page": edit(func(p *channels.Post) { p.HasPage = false }),
		"marked": edit(func(p *channels.Post) {
			p.Variant.Text = "Ŵ <b>: @gauges.example.org, https://münchen.example/wiki/Tor_(Turm)?a=\"b\". example.org #Afonydd"
			p.Variant.Title, p.Variant.Summary = "On the card", "Its description"
			p.Facts = channels.Facts(`{"accounts":{"gauges.example.org":"` + fakeDID + `"}}`)
		}),
		"thread": edit(func(p *channels.Post) {
			p.Summary = strings.Repeat("Every gauge has a page of its own. ", 18)
			p.Assets, p.Content = []channels.Asset{drawing}, contentOf(t, drawing)
		}),
		"images": edit(func(p *channels.Post) {
			again := drawing
			again.Alt = "The same map, “annotated”"
			p.Assets, p.Content = []channels.Asset{drawing, again}, contentOf(t, drawing)
		}),
		"welsh-correction": edit(func(p *channels.Post) { p.Title, p.Language, p.Corrects = "Mesuryddion", "cy", "Mesurydd" }),
		"reply": edit(func(p *channels.Post) {
			p.Corrects, p.Action, p.OriginalPosts = "Gauges", channels.Reply, 2
			p.Summary = strings.Repeat("What was wrong was this. ", 16)
		}),
		"delete": edit(func(p *channels.Post) { p.Withdraws, p.Action, p.OriginalPosts = "Gauges", channels.Delete, 2 }),
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	c := offline(t)
	for name, post := range posts(t) {
		r := render(t, c, post)
		got := shown(t, r)
		file := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(file, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// shown writes a rendering with its slots filled: what leaves.
func shown(t *testing.T, r channels.Rendering) []byte {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "length %d\n", r.Length)
	values := delivery(r, nil).Values.StandIn(r)
	values.PublishedAt = time.Date(2027, time.May, 1, 8, 0, 5, 0, time.UTC)
	for _, d := range r.Documents {
		content, err := d.Fill(values)
		fmt.Fprintf(&b, "\n%s (%s)\n", d.Name, d.MediaType)
		switch {
		case err != nil:
			t.Fatal(err)
		case d.MediaType != jsonType:
			fmt.Fprintf(&b, "%d bytes\n", len(content))
		case !json.Valid(content):
			t.Errorf("%s is no JSON: %s", d.Name, content)
		default:
			b.Write(content)
			b.WriteString("\n")
		}
	}
	return b.Bytes()
}
