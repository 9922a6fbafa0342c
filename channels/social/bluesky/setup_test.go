package bluesky

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	colour "image/color" //nolint:misspell // the package's name
	"image/png"
	"net/http"
	"os"
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

// line is a small drawing.
func line(w, h int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		img.SetNRGBA(x, h/2, colour.NRGBA{200, 30, 30, 255})
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

// plainPNG is a large file of a small drawing.
func plainPNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
