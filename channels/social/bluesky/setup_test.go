package bluesky

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// opened is a channel of an account at a server, with a vault in memory.
func opened(tb testing.TB, service, identifier, password string, change ...func(*settings)) *Channel {
	tb.Helper()
	c, err := newChannel(channels.Settings{
		Name: "bluesky", Office: "Town Hall", BaseURL: "https://news.example.org", Vault: &memoryVault{},
		Decode: func(into any) error {
			set := into.(*settings)
			set.Service, set.Identifier, set.AppPassword = service, identifier, channels.NewSecret(password)
			for _, f := range change {
				f(set)
			}
			return nil
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c.(*Channel)
}

// offline is a channel that is never to reach a server.
func offline(tb testing.TB, change ...func(*settings)) *Channel {
	tb.Helper()
	return opened(tb, "http://127.0.0.1:9", "office.example.org", "secret", change...)
}

type memoryVault struct {
	mu     sync.Mutex
	name   string
	value  []byte
	broken error
}

func (v *memoryVault) Load(string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.value, v.broken
}

func (v *memoryVault) Save(name string, value []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.broken == nil {
		v.name, v.value = name, bytes.Clone(value)
	}
	return v.broken
}

func (v *memoryVault) kept() []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.value
}

func render(tb testing.TB, c *Channel, post channels.Post) channels.Rendering {
	tb.Helper()
	r, problems := c.Render(post)
	if len(problems) > 0 {
		tb.Fatalf("problems: %+v", problems)
	}
	if _, err := channels.UnmarshalRendering(r.Marshal()); err != nil {
		tb.Fatal(err)
	}
	return r
}

func inform(tb testing.TB, c *Channel, post *channels.Post) {
	tb.Helper()
	learned, err := c.Inform(tb.Context(), *post)
	if err != nil {
		tb.Fatal(err)
	}
	post.Facts = learned
}

// assets keeps what assetOf made, by SHA-256.
type assets struct {
	mu      sync.Mutex
	content map[string][]byte
}

var stock = assets{content: map[string][]byte{}}

func assetOf(name string, content []byte) channels.Asset {
	sum := sha256.Sum256(content)
	a := channels.Asset{
		Name: name, Alt: "What shows on " + name, MediaType: http.DetectContentType(content),
		SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), Width: 1, Height: 1,
	}
	if config, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil {
		a.Width, a.Height = config.Width, config.Height
	}
	stock.mu.Lock()
	defer stock.mu.Unlock()
	stock.content[a.SHA256] = content
	return a
}

// contentOf reads the content of assets, and of no other.
func contentOf(tb testing.TB, all ...channels.Asset) func(string) ([]byte, error) {
	tb.Helper()
	return func(sum string) ([]byte, error) {
		for _, a := range all {
			if a.SHA256 == sum {
				return stocked(sum)
			}
		}
		return nil, os.ErrNotExist
	}
}

func stocked(sum string) ([]byte, error) {
	stock.mu.Lock()
	defer stock.mu.Unlock()
	content, ok := stock.content[sum]
	if !ok {
		return nil, os.ErrNotExist
	}
	return content, nil
}

func delivery(r channels.Rendering, j *channeltest.Journal) channels.Delivery {
	return channels.Delivery{
		Key: fmt.Sprintf("%x", sha256.Sum256(r.Marshal()))[:32], Attempt: 1, Digest: channels.Digest(r.Marshal()), Rendering: r,
		Opened: time.Now(), Begin: func() error { return nil }, Journal: j,
		Values: channels.Values{
			PageAddress: "https://news.example.org/news/gauges-x7", MessageID: "key-of-the-send", PublishedAt: time.Now(), Asset: stocked,
		},
	}
}

func find(tb testing.TB, c *Channel, d channels.Delivery) channels.Finding {
	tb.Helper()
	f, err := c.Find(tb.Context(), d)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func mustDocument(tb testing.TB, r channels.Rendering, name string) channels.Document {
	tb.Helper()
	d, ok := r.Document(name)
	if !ok {
		tb.Fatalf("no document %q", name)
	}
	return d
}

// onlyKeys gives a journal in which the keys are recorded and nothing else, as
// after a lost answer.
func onlyKeys(tb testing.TB, j *channeltest.Journal) *channeltest.Journal {
	tb.Helper()
	keys := channeltest.NewJournal()
	for _, name := range j.Steps() {
		if !strings.HasPrefix(name, "key/") {
			continue
		}
		value, _, _ := j.Done(context.Background(), name) // a journal in memory never fails
		_ = keys.Record(context.Background(), channels.Step{Name: name, Value: value})
	}
	return keys
}

// postsIn lists the posts that a journal knows.
func postsIn(tb testing.TB, j *channeltest.Journal) []ref {
	tb.Helper()
	var posts []ref
	for n := 1; ; n++ {
		r, ok, err := (steps{j}).post(tb.Context(), n)
		if err != nil {
			tb.Fatal(err)
		}
		if !ok {
			return posts
		}
		posts = append(posts, r)
	}
}

// follows says whether a record is tied to the root and the one before it.
func follows(tb testing.TB, record map[string]any, root, parent ref) {
	tb.Helper()
	reply, _ := record["reply"].(map[string]any)
	for name, want := range map[string]ref{"root": root, "parent": parent} {
		got, _ := reply[name].(map[string]any)
		if got["uri"] != want.URI || got["cid"] != want.CID {
			tb.Errorf("its %s is %v, want %v", name, got, want)
		}
	}
}

// marksOf lists what the facets of a record mark, by its bytes, each with what
// it means.
func marksOf(tb testing.TB, record map[string]any) []string {
	tb.Helper()
	text := record["text"].(string)
	var marks []string
	facets, _ := record["facets"].([]any)
	for _, f := range facets {
		facet := f.(map[string]any)
		index := facet["index"].(map[string]any)
		feature := facet["features"].([]any)[0].(map[string]any)
		meaning := feature["uri"]
		for _, name := range []string{"did", "tag"} {
			if v, ok := feature[name]; ok {
				meaning = v
			}
		}
		marks = append(marks, fmt.Sprintf("%s %v", text[int(index["byteStart"].(float64)):int(index["byteEnd"].(float64))], meaning))
	}
	return marks
}

// line is a small drawing.
func line(w, h int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		img.SetNRGBA(x, h/2, color.NRGBA{200, 30, 30, 255})
	}
	return img
}

func pngOf(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// loud is an image that makes a large file.
func loud(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(3, 4))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32()) | 1<<7*uint8(i%4/3) //nolint:gosec // any byte will do
	}
	return img
}

func jpegOf(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
