//go:build servers

package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// The account that test/servers/bluesky.sh makes.
const (
	serverHandle   = "caster.test"
	serverPassword = "pw-caster-1"
)

// real gives a channel at the server of the environment.
func real(t *testing.T, change ...func(*settings)) *Channel {
	t.Helper()
	address := os.Getenv("CLARION_BLUESKY")
	if address == "" {
		t.Skip("CLARION_BLUESKY is not set: NOTHING WAS TESTED against a Bluesky server; start test/servers/bluesky.sh and set it to its address")
	}
	return opened(t, address, serverHandle, serverPassword, change...)
}

// stored reads a record without the adapter.
func stored(t *testing.T, c *Channel, uri string) map[string]any {
	t.Helper()
	did, key := ref{URI: uri}.parts()
	res, err := http.Get(os.Getenv("CLARION_BLUESKY") + "/xrpc/com.atproto.repo.getRecord?" + url.Values{ //nolint:noctx // bounded by the test
		"repo": {did}, "collection": {collection}, "rkey": {key},
	}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct{ Value map[string]any }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Value
}

// count tells how many records the account has with a text.
func count(t *testing.T, c *Channel, text string) int {
	t.Helper()
	n, cursor := 0, ""
	for {
		res, err := http.Get(os.Getenv("CLARION_BLUESKY") + "/xrpc/com.atproto.repo.listRecords?" + url.Values{ //nolint:noctx // bounded by the test
			"repo": {serverHandle}, "collection": {collection}, "limit": {"100"}, "cursor": {cursor},
		}.Encode())
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Cursor  string
			Records []struct{ Value struct{ Text string } }
		}
		err = json.NewDecoder(res.Body).Decode(&page)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			if strings.Contains(r.Value.Text, text) {
				n++
			}
		}
		if cursor = page.Cursor; cursor == "" || len(page.Records) == 0 {
			return n
		}
	}
}

// unique makes a text that no other run has.
func unique(t *testing.T) string {
	return strings.ToLower(t.Name()) + "-" + newTID(time.Now(), t.Name(), 1)
}

func TestServerPublish(t *testing.T) {
	c := real(t)
	drawing, photo := assetOf("map.png", pngOf(t, line(64, 32))), assetOf("photo.jpg", jpegOf(t, loud(1400, 900)))
	if photo.Size <= maxImage {
		t.Fatalf("the photograph has %d bytes, it should be too large", photo.Size)
	}
	post := channels.Post{
		Title: "Gauges " + unique(t), Language: "cy-GB", HasPage: true,
		Summary: "Ŵ 👩‍👩‍👧‍👦 @" + serverHandle + " tells at https://münchen.example/wiki/Tor_(Turm)?a=b#c and example.org. #Afonydd",
		Assets:  []channels.Asset{drawing, photo}, Content: contentOf(t, drawing, photo),
	}
	inform(t, c, &post)
	r := render(t, c, post)
	d := delivery(r, channeltest.NewJournal())
	got, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	approved, err := parsePost(mustDocument(t, r, "post/1"), d.Values.StandIn(r))
	if err != nil {
		t.Fatal(err)
	}
	record := stored(t, c, got.RemoteID)
	if record["text"] != approved.Record.Text || !cmp.Equal(record["langs"], []any{"cy-GB"}) {
		t.Errorf("reads back as %v in %v", record["text"], record["langs"])
	}
	want := []string{
		"@" + serverHandle + " did:plc:", "münchen.example/wiki/Tor_(Tu… https://xn--mnchen-3ya.example/wiki/Tor_(Turm)?a=b#c",
		"example.org https://example.org", "#Afonydd Afonydd", "news.example.org/news/… " + d.Values.PageAddress,
	}
	marked := marksOf(t, record)
	if len(marked) != len(want) {
		t.Fatalf("marked %q", marked)
	}
	for i := range want {
		if !strings.HasPrefix(marked[i], want[i]) {
			t.Errorf("marked %q, want %q", marked[i], want[i])
		}
	}
	images := record["embed"].(map[string]any)["images"].([]any)
	for i, a := range post.Assets {
		shown := images[i].(map[string]any)
		if shown["alt"] != a.Alt || shown["image"].(map[string]any)["size"].(float64) > maxImage {
			t.Errorf("image %d reads back as %v", i, shown)
		}
	}
	second, err := c.Publish(t.Context(), d)
	if err != nil || second != got {
		t.Errorf("a second attempt: %+v, %v", second, err)
	}
	if n := count(t, c, post.Title); n != 1 {
		t.Errorf("%d posts at the server", n)
	}
}

// TestServerKeepsOneRecordPerKey holds the server to what the adapter relies
// on: the same record again changes nothing, another under its key is refused.
func TestServerKeepsOneRecordPerKey(t *testing.T) {
	c := real(t)
	journal := channeltest.NewJournal()
	d := delivery(render(t, c, channels.Post{Title: "Once " + unique(t)}), journal)
	first, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.Journal = onlyKeys(t, journal)
	if again, err := c.Publish(t.Context(), d); err != nil || again != first {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	other := delivery(render(t, c, channels.Post{Title: "Twice " + unique(t)}), onlyKeys(t, journal))
	if _, err := c.Publish(t.Context(), other); channels.AsError(err).Class != channels.Unknown {
		t.Errorf("another under the key: %v", err)
	}
	if f, err := c.Find(t.Context(), other); err != nil || f.Verdict != channels.CannotTell {
		t.Errorf("another under the key is %s, %v", f.Verdict, err)
	}
}

func TestServerThreadReplyDelete(t *testing.T) {
	c := real(t)
	mark := unique(t)
	journal := channeltest.NewJournal()
	d := delivery(render(t, c, channels.Post{Title: mark, Summary: strings.Repeat("A sentence of the "+mark+" thread. ", 16), HasPage: true}), journal)
	got, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	posts := postsIn(t, journal)
	if len(posts) < 3 || posts[0].URI != got.RemoteID {
		t.Fatalf("%d posts, the first is %s", len(posts), got.RemoteID)
	}
	for i, p := range posts[1:] {
		follows(t, stored(t, c, p.URI), posts[0], posts[i])
	}
	if stored(t, c, posts[len(posts)-1].URI)["embed"] == nil {
		t.Error("the last post has no card")
	}

	answers := journal.Following()
	reply := delivery(render(t, c, channels.Post{Title: mark + " answer", Corrects: "It", Action: channels.Reply, OriginalPosts: len(posts)}), answers)
	answered, err := c.Publish(t.Context(), reply)
	if err != nil {
		t.Fatal(err)
	}
	record := stored(t, c, answered.RemoteID)
	follows(t, record, posts[0], posts[len(posts)-1])
	if !strings.HasPrefix(record["text"].(string), "Correction: ") {
		t.Errorf("the answer says %v", record["text"])
	}

	gone := delivery(render(t, c, channels.Post{Title: mark, Withdraws: "It", Action: channels.Delete, OriginalPosts: len(posts)}), journal.Following())
	if f, err := c.Find(t.Context(), gone); err != nil || f.Verdict == channels.Found {
		t.Errorf("before the deletion: %+v, %v", f, err)
	}
	for range 2 { // the second finds nothing and is content
		if _, err := c.Publish(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := c.Find(t.Context(), gone); err != nil || f.Verdict != channels.Found {
		t.Errorf("after the deletion: %+v, %v", f, err)
	}
	if n := count(t, c, mark); n != 1 { // the answer
		t.Errorf("%d posts are left", n)
	}
}

func TestServerCheck(t *testing.T) {
	c := real(t)
	s, err := c.Check(t.Context())
	if err != nil || !strings.HasPrefix(s.Account, "@caster.test (did:plc:") || !s.Expires.IsZero() {
		t.Errorf("got %+v, %v", s, err)
	}
	bad := opened(t, os.Getenv("CLARION_BLUESKY"), serverHandle, "not-the-password")
	if _, err := bad.Check(t.Context()); channels.AsError(err).Class != channels.Unavailable || strings.Contains(err.Error(), "not-the-password") {
		t.Errorf("a bad password: %v", err)
	}
}

// TestServerSession renews with the server, and signs in anew once the server
// forgot the session.
func TestServerSession(t *testing.T) {
	c := real(t)
	vault := c.account.vault.(*memoryVault)
	ctx := t.Context()
	first, err := c.account.session(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.account.now = func() time.Time { return time.Now().Add(24 * time.Hour) } // the token would have ended
	second, err := c.account.session(ctx)
	if err != nil || second.Refresh == first.Refresh || second.DID != first.DID {
		t.Fatalf("not renewed: %v", err)
	}
	if kept, ok := c.set.read(vault.kept()); !ok || kept != *second {
		t.Error("the vault holds another session")
	}
	c.account.now = time.Now
	broken := *second
	broken.Access, broken.Refresh = "not.a.token", "not.a.token"
	c.account.current.Store(&broken)
	if _, err := c.Check(ctx); err != nil {
		t.Errorf("with refused tokens: %v", err)
	}
	if s, err := c.account.session(ctx); err != nil || s.Access == broken.Access {
		t.Errorf("did not sign in anew: %v", err)
	}
}

// cutter forwards connections, and cuts a putRecord's where it is told to.
type cutter struct {
	listener net.Listener
	to       string
	phase    atomic.Int32
	cuts     atomic.Int32
}

// The phases in which a connection is cut.
const (
	cutNever  int32 = iota
	cutBefore       // nothing is forwarded
	cutAnswer       // the whole request is, and no answer
)

func newCutter(t *testing.T, to string) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &cutter{listener: listener, to: to}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go k.carry(conn)
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return k
}

func (k *cutter) carry(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	first := make([]byte, 64<<10)
	n, err := conn.Read(first)
	if err != nil {
		return
	}
	phase := cutNever
	if strings.Contains(string(first[:n]), "repo.putRecord") {
		phase = k.phase.Load()
	}
	if phase == cutBefore {
		k.cuts.Add(1)
		return
	}
	server, err := net.Dial("tcp", k.to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	if _, err := server.Write(first[:n]); err != nil {
		return
	}
	if phase == cutAnswer {
		k.cuts.Add(1)
		_, _ = server.Read(first) // the server has done it once it answers
		return
	}
	go func() { _, _ = io.Copy(server, conn) }()
	_, _ = io.Copy(conn, server)
}

func TestServerLostAnswer(t *testing.T) {
	base := os.Getenv("CLARION_BLUESKY")
	real(t)
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	k := newCutter(t, u.Host)
	c := opened(t, "http://"+k.listener.Addr().String(), serverHandle, serverPassword)
	for name, test := range map[string]struct {
		phase   int32
		verdict channels.Verdict
	}{"answer lost": {cutAnswer, channels.Found}, "request lost": {cutBefore, channels.Absent}} {
		mark := unique(t)
		journal := channeltest.NewJournal()
		d := delivery(render(t, c, channels.Post{Title: mark, HasPage: true}), journal)
		k.phase.Store(test.phase)
		if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Unknown {
			t.Fatalf("%s: %v", name, err)
		}
		k.phase.Store(cutNever)
		if f := find(t, c, d); test.verdict == channels.Absent && f.Verdict != channels.CannotTell {
			t.Errorf("%s: %s at once", name, f.Verdict)
		}
		c.now = func() time.Time { return d.Opened.Add(c.set.settleAfter) }
		f := find(t, c, d)
		c.now = time.Now
		if f.Verdict != test.verdict || f.Evidence == "" {
			t.Errorf("%s: %+v", name, f)
		}
		got, err := c.Publish(t.Context(), d)
		if err != nil || test.verdict == channels.Found && got != f.Receipt {
			t.Errorf("%s: then %+v, %v", name, got, err)
		}
		if n := count(t, c, mark); n != 1 {
			t.Errorf("%s: %d posts at the server", name, n)
		}
	}
	if k.cuts.Load() != 2 {
		t.Errorf("%d connections were cut", k.cuts.Load())
	}
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
