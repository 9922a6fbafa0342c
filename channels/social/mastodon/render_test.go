package mastodon

import (
	"encoding/json"
	"flag"
	"fmt"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/channels/channeltest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func edited(change func(p *channels.Post)) channels.Post {
	p := channeltest.Post()
	change(&p)
	return p
}

// goldens is the table of golden renderings.
func goldens() map[string]channels.Post {
	gotosocial := limits{Version: "0.19.2", Characters: 5000, LinkWeight: 25, Images: 6, ImageTypes: []string{"image/png"}, ImageBytes: 1 << 20, ImagePixels: 1 << 20, AltLimit: 1500}
	return map[string]channels.Post{
		"plain":   channeltest.Post(),
		"no-page": edited(func(p *channels.Post) { p.HasPage = false }),
		"thread":  threaded(),
		"images":  pictured(),
		"warning": edited(func(p *channels.Post) {
			p.Variant = channels.Variant{Text: "\"Quoted\" \\ <b> & ☕\n\nمرحبا https://example.org/a_(b)", Warning: "Flashing lights", Visibility: "unlisted"}
		}),
		"welsh-correction": edited(func(p *channels.Post) { p.Language, p.Corrects = "cy-GB", "Library opens on Saturdays" }),
		"elsewhere":        edited(func(p *channels.Post) { p.Facts = gotosocial.marshal() }),
		"edit": func() channels.Post {
			p := pictured()
			p.Action, p.OriginalPosts, p.Corrects = channels.Edit, 1, "Library opens on Saturdays"
			return p
		}(),
		"reply": func() channels.Post {
			p := threaded()
			p.Action, p.OriginalPosts, p.Withdraws = channels.Reply, 2, "Library opens on Saturdays"
			return p
		}(),
		"delete": {Action: channels.Delete, OriginalPosts: 2, Withdraws: "Library opens on Saturdays"},
	}
}

// legible writes a rendering with its slots by name.
func legible(r channels.Rendering) string {
	var b strings.Builder
	fmt.Fprintf(&b, "length %d\n", r.Length)
	for _, d := range r.Documents {
		fmt.Fprintf(&b, "== %s (%s)\n", d.Name, d.MediaType)
		for _, p := range d.Parts {
			if p.Slot == channels.NoSlot {
				b.Write(p.Literal)
				continue
			}
			fmt.Fprintf(&b, "{{%s %s/%d}}", p.Slot, p.Arg, p.Form)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	c := open(t, "https://m.example", "")
	for name, post := range goldens() {
		got := legible(rendered(t, c, post))
		file := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Each body that leaves is JSON with the text as it was written.
func TestBodies(t *testing.T) {
	c := open(t, "https://m.example", "")
	for name, post := range goldens() {
		for _, doc := range stepsOf(rendered(t, c, post)) {
			content, err := doc.Fill(channeltest.Values("k"))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var body map[string]any
			if err := json.Unmarshal(content, &body); err != nil {
				t.Errorf("%s: %s: %v", name, content, err)
			}
		}
	}
	nasty := edited(func(p *channels.Post) {
		p.Variant.Text, p.HasPage = "\"},\\u0022 </script>\u2028 {{page-address}}\ttab", false
	})
	content, err := stepsOf(rendered(t, c, nasty))[0].Fill(channels.Values{})
	if err != nil {
		t.Fatal(err)
	}
	var body struct{ Status string }
	if err := json.Unmarshal(content, &body); err != nil || body.Status != nasty.Variant.Text {
		t.Errorf("%q %v", body.Status, err)
	}
}

// An upload reads as the form that it says it is, whatever the description
// tries.
func TestUploadForm(t *testing.T) {
	c := open(t, "https://m.example", "")
	post := pictured()
	boundary := picture{Asset: post.Assets[0]}.boundary()
	post.Assets[0].Alt = "A room\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"focus\"\n\n9,9"
	post.Assets[0].Alt = strings.ReplaceAll(post.Assets[0].Alt, "\r", "")
	post.Assets[0].Name = "x\"\r\nContent-Type: text/html"
	doc, _ := rendered(t, c, post).Document(mediaName + post.Assets[0].SHA256)
	values := channeltest.Values("k")
	content, err := doc.Fill(values)
	if err != nil {
		t.Fatal(err)
	}
	_, with, err := mime.ParseMediaType(doc.MediaType)
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(strings.NewReader(string(content)), with["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	if got := form.Value["description"]; len(got) != 1 || got[0] != post.Assets[0].Alt {
		t.Errorf("description %q", got)
	}
	if got := form.Value["focus"]; len(got) != 1 || got[0] != "0.5,-0.25" {
		t.Errorf("focus %q", got)
	}
	want, _ := values.Asset(post.Assets[0].SHA256)
	files := form.File["file"]
	if len(files) != 1 || files[0].Filename != "image.png" || files[0].Header.Get("Content-Type") != "image/png" || files[0].Size != int64(len(want)) {
		t.Errorf("files %+v", files)
	}
}

// Each limit is held at, below and above it.
func TestLimits(t *testing.T) {
	c := open(t, "https://m.example", "")
	text := func(n int, page bool) channels.Post {
		return edited(func(p *channels.Post) { p.Variant.Text, p.HasPage = strings.Repeat("ŵ", n), page })
	}
	image := func(change func(a *channels.Asset)) channels.Post {
		p := pictured()
		p.Assets = p.Assets[:1]
		change(&p.Assets[0])
		return p
	}
	images := func(n int) channels.Post {
		return edited(func(p *channels.Post) {
			for i := range n {
				a := channeltest.Image()
				a.SHA256 = fmt.Sprintf("%064x", i)
				p.Assets = append(p.Assets, a)
			}
		})
	}
	warning := func(n, text int) channels.Post {
		return edited(func(p *channels.Post) {
			p.HasPage, p.Variant = false, channels.Variant{Warning: strings.Repeat("w", n), Text: strings.Repeat("ŵ", text)}
		})
	}
	const megabytes = 16 << 20
	for _, test := range []struct {
		name string
		post channels.Post
		says string
	}{
		{"text below", text(499, false), ""},
		{"text at", text(500, false), ""},
		{"text above", text(501, false), "one word has 501 characters, a post has room for 500"},
		{"with a link below", text(474, true), ""},
		{"with a link at", text(475, true), ""},
		{"with a link above", text(476, true), "one word has 476 characters, a post has room for 475"},
		{"with a warning at", warning(100, 400), ""},
		{"with a warning above", warning(100, 401), "one word has 401 characters, a post has room for 400"},
		{"warning at", warning(250, 250), ""},
		{"warning above", warning(251, 1), "the warning has 251 characters, half a post has room for 250"},
		{"warning with a control character", edited(func(p *channels.Post) { p.Variant.Warning = "a\x00" }), "the text holds a control character or is not UTF-8"},
		{"images at", images(4), ""},
		{"images above", images(5), "there are 5 images, the limit is 4"},
		{"alt at", image(func(a *channels.Asset) { a.Alt = strings.Repeat("ŵ", 1500) }), ""},
		{"alt above", image(func(a *channels.Asset) { a.Alt = strings.Repeat("ŵ", 1501) }), "the image's description has 1501 characters, the limit is 1500"},
		{"no alt", image(func(a *channels.Asset) { a.Alt = "" }), "the image has no description"},
		{"bytes at", image(func(a *channels.Asset) { a.Size = megabytes }), ""},
		{"bytes above", image(func(a *channels.Asset) { a.Size = megabytes + 1 }), "the image has 16777217 bytes, the limit is 16777216"},
		{"pixels at", image(func(a *channels.Asset) { a.Width, a.Height = 7680, 4320 }), ""},
		{"pixels above", image(func(a *channels.Asset) { a.Width, a.Height = 33_177_601, 1 }), "the image has 33177601 pixels, the limit is 33177600"},
		{"huge dimensions", image(func(a *channels.Asset) { a.Width, a.Height = 1<<31, 1<<31 }), "the image has 4611686018427387904 pixels, the limit is 33177600"},
		{"wrong type", image(func(a *channels.Asset) { a.MediaType = "image/svg+xml" }), "the server takes no images of type image/svg+xml"},
		{"focus at", image(func(a *channels.Asset) { a.Focus = "-1, 1" }), ""},
		{"focus above", image(func(a *channels.Asset) { a.Focus = "0,1.01" }), "the focus is no point of the image"},
		{"focus of one", image(func(a *channels.Asset) { a.Focus = "0" }), "the focus is no point of the image"},
		{"focus of three", image(func(a *channels.Asset) { a.Focus = "0,0,0" }), "the focus is no point of the image"},
		{"focus not a number", image(func(a *channels.Asset) { a.Focus = "NaN,0" }), "the focus is no point of the image"},
		{"twice", edited(func(p *channels.Post) { p.Assets = []channels.Asset{channeltest.Image(), channeltest.Image()} }), "the same image is there twice"},
		{"visibility", edited(func(p *channels.Post) { p.Variant.Visibility = "direct" }), `"direct" is no visibility of this network`},
		{"nothing", edited(func(p *channels.Post) { p.Title, p.Summary = "", "" }), "there is nothing to post"},
		{"edit without an original", edited(func(p *channels.Post) { p.Action = channels.Edit }), "what the original published here is not known"},
		{"delete without an original", edited(func(p *channels.Post) { p.Action = channels.Delete }), "what the original published here is not known"},
		{"edit of more posts", edited(func(p *channels.Post) { p.Action, p.OriginalPosts = channels.Edit, 2 }), "the corrected text takes another number of posts than the original: 1 instead of 2"},
		{"markup here", image(func(a *channels.Asset) { a.Alt = "a <b> &amp;" }), ""},
		{"markup elsewhere", func() channels.Post {
			p := image(func(a *channels.Asset) { a.Alt = "a <b>" })
			l := defaults()
			l.Mastodon = false
			p.Facts = l.marshal()
			return p
		}(), markup},
		{"a warning with markup elsewhere", func() channels.Post {
			l := defaults()
			l.Mastodon = false
			return edited(func(p *channels.Post) { p.Variant.Warning, p.Facts = "a &lt;", l.marshal() })
		}(), markup},
	} {
		r, problems := c.Render(test.post)
		switch {
		case test.says == "" && (len(problems) > 0 || len(stepsOf(r)) != 1 || r.Length > 500):
			t.Errorf("%s: %+v, length %d", test.name, problems, r.Length)
		case test.says != "" && (len(problems) != 1 || problems[0].Says != test.says || problems[0].Field == "" || problems[0].Try == "" || len(r.Documents) > 0):
			t.Errorf("%s: %+v", test.name, problems)
		}
	}
}

// All that an author must mend is said at once.
func TestProblemsTogether(t *testing.T) {
	c := open(t, "https://m.example", "")
	post := pictured()
	post.Title, post.Summary = "", ""
	post.Assets[0].MediaType, post.Assets[0].Alt, post.Assets[0].Focus = "image/tiff", "", "x"
	_, problems := c.Render(post)
	fields := map[string]int{}
	for _, p := range problems {
		fields[p.Field]++
	}
	if fields["title"] != 1 || fields["assets[photo.png]"] != 3 {
		t.Errorf("%+v", problems)
	}
}

func TestPreview(t *testing.T) {
	c := open(t, "https://m.example", "")
	values := channels.Values{PageAddress: homePage}
	post := threaded()
	post.Assets, post.Variant.Warning = pictured().Assets, "Flashing lights"
	r := rendered(t, c, post)
	got, err := c.Preview(r, values)
	if err != nil || len(got) != len(stepsOf(r)) {
		t.Fatalf("%d previews, %v", len(got), err)
	}
	longest := 0
	for i, p := range got {
		longest = max(longest, p.Length)
		if p.Limit != 500 || p.Language != "en" || p.Warning != "Flashing lights" || p.Length > p.Limit || (len(p.Images) > 0) != (i == 0) {
			t.Errorf("post %d: %+v", i+1, p)
		}
	}
	if longest != r.Length {
		t.Errorf("the longest has %d, the rendering says %d", longest, r.Length)
	}
	image := channeltest.Image()
	if want := []channels.PreviewImage{{SHA256: image.SHA256, Alt: image.Alt}}; !cmp.Equal(got[0].Images, want) || got[0].Card != "" {
		t.Errorf("%+v", got[0])
	}
	if last := got[len(got)-1]; last.Card != homePage || !strings.HasSuffix(last.Text, "\n\n"+homePage) {
		t.Errorf("%+v", last)
	}
	if got, err := c.Preview(rendered(t, c, goldens()["delete"]), values); err != nil || len(got) != 0 {
		t.Errorf("delete: %+v %v", got, err)
	}
	if got, err := c.Preview(rendered(t, c, channeltest.Post()), channels.Values{}); err != nil || !strings.HasSuffix(got[0].Text, "[page-address]") || got[0].Length != 99 {
		t.Errorf("without an address: %+v %v", got, err)
	}
}
