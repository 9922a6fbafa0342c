//go:build servers

package mastodon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net"
	"net/http"
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
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		picture.Set(x, x%height, color.RGBA{R: uint8(4 * x), B: 200, A: 255})
	}
	seed := sha256.Sum256([]byte(t.Name() + time.Now().String()))
	for i, b := range seed {
		picture.Set(i, 0, color.RGBA{R: b, G: b, B: b, A: 255})
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

func TestServerReadsBackAsApproved(t *testing.T) {
	t.Parallel()
	c := real(t, "")
	post := unique(t, c)
	post.Language, post.Variant.Warning, post.Variant.Visibility = "cy-GB", "Rhybudd", "unlisted"
	var content []byte
	asset, content := photo(t)
	post.Assets = []channels.Asset{asset}
	d := deliver(t, c, post, content)
	receipt := published(t, c, d)
	got := shownLive(t, c, receipt.RemoteID)
	if want := post.Title + "\n\n" + post.Summary + "\n\n" + homePage; source(t, c, receipt.RemoteID) != want {
		t.Errorf("text %q, want %q", source(t, c, receipt.RemoteID), want)
	}
	if got.Language != "cy" || got.Visibility != "unlisted" || got.Warning != "Rhybudd" || len(got.Media) != 1 {
		t.Fatalf("%+v", got)
	}
	if m := got.Media[0]; m.Alt != asset.Alt || m.Meta.Focus.X != -0.5 || m.Meta.Focus.Y != 0.25 {
		t.Errorf("image %+v, want %q", m, asset.Alt)
	}
	if links := plain(got.Content).links; len(links) != 1 || links[0] != homePage {
		t.Errorf("links %q", links)
	}
	if receipt.RemoteURL == "" || receipt.RemoteURL != got.URL {
		t.Errorf("receipt %+v", receipt)
	}
}

func TestServerThreadEditReplyDelete(t *testing.T) {
	t.Parallel()
	c := real(t, "")
	post := unique(t, c)
	post.Summary = strings.TrimSpace(strings.Repeat("Mae’r llyfrgell ar agor bob dydd Sul. ", 250))
	asset, content := photo(t)
	post.Assets = []channels.Asset{asset}
	d := deliver(t, c, post, content)
	posts := len(stepsOf(d.Rendering))
	if posts < 2 {
		t.Fatalf("%d posts", posts)
	}
	receipt := published(t, c, d)
	journal := d.Journal.(*channeltest.Journal)
	var ids []string
	for i := range posts {
		value, ok, _ := journal.Done(t.Context(), fmt.Sprintf("post/%d", i+1))
		if !ok {
			t.Fatalf("post %d is not in the journal: %q", i+1, journal.Steps())
		}
		ids = append(ids, remembered(value).ID)
		if i > 0 && shownLive(t, c, ids[i]).Parent != ids[i-1] {
			t.Errorf("post %d follows another", i+1)
		}
	}

	edit := post
	edit.Action, edit.Corrects, edit.OriginalPosts = channels.Edit, post.Title, posts
	edit.Assets[0].Alt = "Cywirwyd"
	e := deliver(t, c, edit, content)
	e.Journal = journal.Following()
	published(t, c, e)
	if text := source(t, c, ids[0]); !strings.HasPrefix(text, "Corrected: ") {
		t.Errorf("edited text %q", text)
	}
	if got := shownLive(t, c, ids[0]); len(got.Media) != 1 || got.Media[0].Alt != "Cywirwyd" {
		t.Errorf("edited image %+v", got.Media)
	}
	e.Journal = journal.Following()
	if finding, err := c.Find(t.Context(), e); err != nil || finding.Verdict != channels.Found {
		t.Errorf("edit: %+v %v", finding, err)
	}

	answer := unique(t, c)
	answer.Action, answer.Corrects, answer.OriginalPosts = channels.Reply, post.Title, posts
	a := deliver(t, c, answer, nil)
	a.Journal = journal.Following()
	if got := shownLive(t, c, published(t, c, a).RemoteID); got.Parent != ids[posts-1] || !strings.Contains(got.Content, "Correction: ") {
		t.Errorf("reply %+v", got)
	}

	remove := channels.Post{Action: channels.Delete, OriginalPosts: posts, Withdraws: post.Title}
	for range 2 { // the second finds them gone, which is what we want
		r := delivery(rendered(t, c, remove))
		r.Journal = journal.Following()
		if got := published(t, c, r); got.RemoteID != receipt.RemoteID {
			t.Errorf("deleted %+v, want %s", got, receipt.RemoteID)
		}
		r.Journal = journal.Following()
		foundSoon(t, c, r)
	}
	for _, id := range ids {
		var gone status
		if answer, _ := c.get(t.Context(), "/api/v1/statuses/"+id, &gone); answer.Status != http.StatusNotFound {
			t.Errorf("post %s: %d", id, answer.Status)
		}
	}
}

// foundSoon looks until a delivery is found: this server deletes after it has
// answered.
func foundSoon(t *testing.T, c *Channel, d channels.Delivery) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		finding, err := c.Find(t.Context(), d)
		if err == nil && finding.Verdict == channels.Found {
			return
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%+v %v", finding, err)
		}
	}
}

func TestServerChecks(t *testing.T) {
	t.Parallel()
	c := real(t, "")
	standing, err := c.Check(t.Context())
	if err != nil || !strings.HasPrefix(standing.Account, "@caster@") {
		t.Errorf("%+v %v", standing, err)
	}
	c.set.Token = channels.NewSecret("wrong")
	if _, err := c.Check(t.Context()); classOf(err) != channels.Unavailable {
		t.Errorf("a wrong token: %v", err)
	}
	if _, err := c.Publish(t.Context(), deliver(t, c, unique(t, real(t, "")), nil)); classOf(err) != channels.Unavailable {
		t.Errorf("a wrong token: %v", err)
	}
}

// At the server's own limit a post is taken, above it our count refuses it
// before the server does.
func TestServerLimit(t *testing.T) {
	t.Parallel()
	c := real(t, "")
	post := unique(t, c)
	l, err := limitsOf(post.Facts)
	if err != nil {
		t.Fatal(err)
	}
	post.HasPage = false
	const family = "👩‍👩‍👧‍👦 "
	fill := post.Title + " " + family + "https://example.org/" + strings.Repeat("x", 60) + " "
	post.Variant.Text = fill + strings.Repeat("ŵ", l.Characters-l.count(fill))
	r := rendered(t, c, post)
	if r.Length != l.Characters || len(stepsOf(r)) != 1 {
		t.Fatalf("length %d, %d posts", r.Length, len(stepsOf(r)))
	}
	published(t, c, deliver(t, c, post, nil))
	// What is one longer would be refused, which shows that the count is right.
	d := deliver(t, c, post, nil)
	d.Key += "-2"
	parts := d.Rendering.Documents[1].Parts
	parts[0].Literal = bytes.Replace(parts[0].Literal, []byte("ŵŵ"), []byte("ŵŵŵ"), 1)
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Permanent {
		t.Errorf("one too long: %v", err)
	}
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

func TestServerLostAnswerIsFound(t *testing.T) {
	t.Parallel()
	real(t, "")
	c := real(t, cutter(t, true))
	for _, hasPage := range []bool{true, false} {
		post := unique(t, c)
		post.HasPage = hasPage
		d := deliver(t, c, post, nil)
		if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Unknown {
			t.Fatalf("a lost answer: %v", err)
		}
		finding, err := c.Find(t.Context(), d)
		if err != nil || finding.Verdict != channels.Found || finding.Receipt.RemoteID == "" {
			t.Fatalf("%+v %v", finding, err)
		}
		// Whoever goes on from here posts nothing more.
		if again := published(t, c, d); again.RemoteID != finding.Receipt.RemoteID {
			t.Errorf("%+v", again)
		}
		if n := having(t, c, post.Title); n != 1 {
			t.Errorf("%d posts", n)
		}
	}
}

func TestServerNothingArrivedIsAbsent(t *testing.T) {
	t.Parallel()
	real(t, "")
	published(t, real(t, ""), deliver(t, real(t, ""), unique(t, real(t, "")), nil)) // the account has posts
	c := real(t, cutter(t, false))
	post := unique(t, c)
	d := deliver(t, c, post, nil)
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Unknown {
		t.Fatalf("a cut request: %v", err)
	}
	finding, err := c.Find(t.Context(), d)
	if err != nil || finding.Verdict != channels.CannotTell {
		t.Errorf("at once: %+v %v", finding, err)
	}
	c.now = func() time.Time { return time.Now().Add(c.set.settle) }
	finding, err = c.Find(t.Context(), d)
	if err != nil || finding.Verdict != channels.Absent {
		t.Errorf("later: %+v %v", finding, err)
	}
	if n := having(t, c, post.Title); n != 0 {
		t.Errorf("%d posts", n)
	}
}

// A thread that lost its answer in the middle goes on where it stood.
func TestServerThreadGoesOn(t *testing.T) {
	t.Parallel()
	c := real(t, "")
	post := unique(t, c)
	post.Summary = strings.TrimSpace(strings.Repeat("The library is open on Sundays from ten to four. ", 250))
	d := deliver(t, c, post, nil)
	steps := len(stepsOf(d.Rendering))
	begun := 0
	d.Begin = func() error {
		if begun++; begun == 2 {
			return &channels.Error{Class: channels.NotBegun, Reason: "frozen"}
		}
		return nil
	}
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.NotBegun {
		t.Fatalf("%v", err)
	}
	c.now = func() time.Time { return time.Now().Add(time.Hour) }
	finding, err := c.Find(t.Context(), d)
	if err != nil || finding.Verdict != channels.Absent || !strings.Contains(finding.Evidence, fmt.Sprintf("1 of %d posts are there", steps)) {
		t.Fatalf("%+v %v", finding, err)
	}
	d.Begin, d.Attempt = func() error { return nil }, 2
	receipt := published(t, c, d)
	if got, want := receipt.Detail, fmt.Sprintf("published %d posts", steps); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if n := having(t, c, post.Title); n != 1 {
		t.Errorf("%d first posts", n)
	}
}

// The real description reads as limits.
func TestServerInforms(t *testing.T) {
	t.Parallel()
	c := real(t, "")
	var l limits
	if err := json.Unmarshal(unique(t, c).Facts, &l); err != nil {
		t.Fatal(err)
	}
	if l.Version == "" || l.Mastodon || l.Characters != 5000 || l.Images != 6 || l.AltLimit != 1500 {
		t.Errorf("%+v", l)
	}
}
