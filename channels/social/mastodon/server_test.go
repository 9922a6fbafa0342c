//go:build servers

package mastodon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

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
	for deadline := time.Now().Add(time.Minute); ; {
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
