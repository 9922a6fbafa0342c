package mastodon

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

const (
	second = `{"domain":"m.example","version":"4.3.2","source_url":"x","configuration":{"statuses":{"max_characters":1000,"max_media_attachments":8,
		"characters_reserved_per_url":25},"media_attachments":{"supported_mime_types":["image/jpeg","video/mp4","image/png"],
		"image_size_limit":1048576,"image_matrix_limit":1000000,"description_limit":420}}}`
	firstVersion = `{"uri":"m.example","version":"2.7.2 (compatible; Pleroma 2.5.0)","max_toot_chars":5000}`
)

func TestInform(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	now := time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)
	c.now = func() time.Time { return now }
	to.script("GET /api/v2/instance", answer{status: 200, body: second})
	learn := func() limits {
		t.Helper()
		facts, err := c.Inform(t.Context(), channels.Post{})
		if err != nil {
			t.Fatal(err)
		}
		l, err := limitsOf(facts)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	want := limits{
		Version: "4.3.2", Characters: 1000, Mastodon: true, LinkWeight: 25, Images: 8, ImageTypes: []string{"image/jpeg", "image/png"},
		ImageBytes: 1 << 20, ImagePixels: 1_000_000, AltLimit: 420,
	}
	if diff := cmp.Diff(want, learn()); diff != "" {
		t.Error(diff)
	}
	now = now.Add(fresh - time.Second)
	if diff := cmp.Diff(want, learn()); diff != "" || len(to.lines()) != 1 {
		t.Errorf("asked again within the hour: %s", diff)
	}
	now = now.Add(time.Second)
	to.script("GET /api/v2/instance", answer{status: 404, body: "<html>"})
	to.script("GET /api/v1/instance", answer{status: 200, body: firstVersion})
	want = defaults()
	want.Version, want.Characters, want.Mastodon = "2.7.2 (compatible; Pleroma 2.5.0)", 5000, false
	if diff := cmp.Diff(want, learn()); diff != "" {
		t.Error(diff)
	}
	now = now.Add(fresh)
	for _, a := range []answer{{status: 200, body: "<html>"}, {status: 500}, {status: 401}, {status: 200, body: `{"configuration":{"statuses":[]}}`},
		{status: 200, body: second[:100]}, {status: 302, header: map[string]string{"Location": "https://elsewhere.example/"}}, {lost: true}} {
		to.script("GET /api/v2/instance", a)
		if facts, err := c.Inform(t.Context(), channels.Post{}); err == nil || facts != nil || classOf(err) == channels.Unknown {
			t.Errorf("%+v: %s %v", a, facts, err)
		}
	}
}

// Whatever a server says of itself, a plain post renders or has problems in
// words, and no number leaves its bounds.
func hostileInstance(t testing.TB, c *Channel, text string) {
	var said instance
	if json.Unmarshal([]byte(text), &said) != nil {
		return
	}
	l := said.limits()
	back, err := limitsOf(l.marshal())
	if err != nil || cmp.Diff(l, back) != "" {
		t.Fatalf("%s: %v\n%s", text, err, cmp.Diff(l, back))
	}
	if l.Characters < 1 || l.Characters > maxCharacters || l.LinkWeight < 1 || l.LinkWeight > maxLinkWeight || l.Images < 1 || l.Images > maxImages ||
		l.ImageBytes < 1 || l.ImageBytes > maxImageBytes || l.ImagePixels < 1 || l.ImagePixels > maxImagePixels ||
		l.AltLimit < 1 || l.AltLimit > maxAltLimit || len(l.ImageTypes) < 1 || len(l.ImageTypes) > maxImageTypes || len([]rune(l.Version)) > maxVersion {
		t.Fatalf("%s: out of bounds: %+v", text, l)
	}
	post := pictured()
	post.Facts = l.marshal()
	r, problems := c.Render(post)
	if len(problems) == 0 && (len(r.Documents) > channels.MaxDocuments || r.Length > l.Characters) {
		t.Fatalf("%s: %d documents, length %d", text, len(r.Documents), r.Length)
	}
}

func hostileInstances() []string {
	number := func(n string) string {
		return `{"version":"4","configuration":{"statuses":{"max_characters":` + n + `,"max_media_attachments":` + n + `,"characters_reserved_per_url":` + n +
			`},"media_attachments":{"image_size_limit":` + n + `,"image_matrix_limit":` + n + `,"description_limit":` + n + `}}}`
	}
	return []string{
		"{}", "null", second, firstVersion, number("0"), number("-1"), number("1"), number("2"), number("9223372036854775807"), number("1e400"), number("null"),
		`{"version":"` + strings.Repeat("ŵ\\n", 10_000) + `"}`,
		`{"configuration":{"media_attachments":{"supported_mime_types":["` + strings.Repeat(`image/x","image/","text/html","image/\r\nx","`, 500) + `"]}}}`,
	}
}

func TestHostileInstance(t *testing.T) {
	c := open(t, "https://m.example", "")
	for _, text := range hostileInstances() {
		hostileInstance(t, c, text)
	}
}

func FuzzInstance(f *testing.F) {
	c := open(f, "https://m.example", "")
	for _, text := range hostileInstances() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { hostileInstance(t, c, text) })
}

func TestMastodonByVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"4.3.2": true, "4.4.0-alpha.1+glitch": true, "3.5.19": true, "": false, "0.19.2": false, "4.2.0 (compatible; Akkoma 3.10)": false, "v1": false,
	} {
		if got := mastodon(version); got != want {
			t.Errorf("%q: %t", version, got)
		}
	}
}

func TestBrokenFacts(t *testing.T) {
	c := open(t, "https://m.example", "")
	post := pictured()
	post.Facts = channels.Facts(`{"characters":"many"}`)
	if _, problems := c.Render(post); len(problems) != 1 || problems[0].Field != "channel" {
		t.Errorf("%+v", problems)
	}
}
