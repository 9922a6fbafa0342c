//go:build servers

package mastodon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// real is a channel on a real server. A test without one is skipped.
func real(t *testing.T, server string) *Channel {
	t.Helper()
	if os.Getenv("CLARION_GOTOSOCIAL") == "" || os.Getenv("CLARION_GOTOSOCIAL_TOKEN") == "" {
		t.Skip("NOT TESTED against a real server: set CLARION_GOTOSOCIAL and CLARION_GOTOSOCIAL_TOKEN")
	}
	if server == "" {
		server = os.Getenv("CLARION_GOTOSOCIAL")
	}
	c, err := configured(`server = "` + server + `"` + "\ntoken = \"env:CLARION_GOTOSOCIAL_TOKEN\"\nsettle_after = \"1s\"")
	if err != nil {
		t.Fatal(err)
	}
	return c.(*Channel)
}

// unique is a post that no other test has, for the limits of the real server.
func unique(t *testing.T, c *Channel) channels.Post {
	t.Helper()
	p := channeltest.Post()
	p.Title = fmt.Sprintf("%s %d", t.Name(), time.Now().UnixNano())
	facts, err := c.Inform(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.Facts = facts
	return p
}

// photo is a picture of its own for each test.
func photo(t *testing.T) (channels.Asset, []byte) {
	t.Helper()
	const width, height = 64, 48
	picture := image.NewGray(image.Rect(0, 0, width, height))
	seed := sha256.Sum256([]byte(t.Name() + time.Now().String()))
	for i := range picture.Pix {
		picture.Pix[i] = seed[i%len(seed)]
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b.Bytes())
	return channels.Asset{
		Name: "photo.png", MediaType: "image/png", Width: width, Height: height, Size: int64(b.Len()),
		SHA256: hex.EncodeToString(sum[:]), Alt: "Darllenfa “newydd” \"a\" gyda ffenestri\nac 👩‍👩‍👧‍👦", Focus: "-0.5,0.25",
	}, b.Bytes()
}

func deliver(t *testing.T, c *Channel, post channels.Post, content []byte) channels.Delivery {
	t.Helper()
	d := delivery(rendered(t, c, post))
	d.Key = strings.Map(func(r rune) rune {
		if r == ' ' || r == '/' {
			return '-'
		}
		return r
	}, post.Title)
	d.Values.Asset = func(string) ([]byte, error) { return content, nil }
	return d
}

func published(t *testing.T, c *Channel, d channels.Delivery) channels.Receipt {
	t.Helper()
	receipt, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

// live is what a real server shows of a post.
type live struct {
	status
	Language   string `json:"language"`
	Visibility string `json:"visibility"`
	Warning    string `json:"spoiler_text"`
	Media      []struct {
		ID   string `json:"id"`
		Alt  string `json:"description"`
		Meta struct {
			Focus struct{ X, Y float64 } `json:"focus"`
		} `json:"meta"`
	} `json:"media_attachments"`
}

func shownLive(t *testing.T, c *Channel, id string) live {
	t.Helper()
	var l live
	if _, err := c.get(t.Context(), "/api/v1/statuses/"+id, &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// source is the exact text that the server keeps.
func source(t *testing.T, c *Channel, id string) string {
	t.Helper()
	var s struct{ Text string }
	if _, err := c.get(t.Context(), "/api/v1/statuses/"+id+"/source", &s); err != nil {
		t.Fatal(err)
	}
	return s.Text
}

// having counts the account's posts whose text holds some words.
func having(t *testing.T, c *Channel, words string) int {
	t.Helper()
	line, err := c.recent(t.Context(), time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, post := range line.posts {
		if strings.Contains(plain(post.Content).text, words) {
			n++
		}
	}
	return n
}

// cutter is a proxy that forwards requests and cuts the connection before the
// answer, or before the request, to those that post.
func cutter(t *testing.T, forward bool) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	to, err := url.Parse(os.Getenv("CLARION_GOTOSOCIAL"))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go cut(from, to.Host, forward)
		}
	}()
	return "http://" + listener.Addr().String()
}

func cut(from net.Conn, to string, forward bool) {
	defer func() { _ = from.Close() }()
	start := make([]byte, 64<<10)
	n, err := from.Read(start)
	if err != nil {
		return
	}
	posts := bytes.HasPrefix(start[:n], []byte("POST /api/v1/statuses "))
	if posts && !forward {
		return
	}
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	_, _ = server.Write(start[:n])
	go func() { _, _ = io.Copy(server, from) }()
	if posts {
		_, _ = server.Read(make([]byte, 1)) // the server has answered
		return
	}
	_, _ = io.Copy(from, server)
}
