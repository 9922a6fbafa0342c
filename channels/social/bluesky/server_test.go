//go:build servers

package bluesky

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/channels/channeltest"
)

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
