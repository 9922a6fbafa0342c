//go:build servers

package x

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// contract gives the address of a server that holds every request against X's
// own OpenAPI document: test/servers/x-contract.sh starts one.
func contract(t *testing.T) string {
	t.Helper()
	address := os.Getenv("CLARION_X_CONTRACT")
	if address == "" {
		t.Skip("SKIPPED: CLARION_X_CONTRACT names no contract server; see test/servers/x-contract.sh")
	}
	if status, _ := call(t, http.MethodPost, address+"/_old"); status != http.StatusOK {
		t.Skipf("SKIPPED: the contract server at %s is an older one; start test/servers/x-contract.sh of this version", address)
	}
	return address
}

func call(t *testing.T, method, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// held is what the server has of a post.
type held struct {
	ID, Text string
	Media    struct {
		IDs []string `json:"media_ids"`
	}
	Reply struct {
		To string `json:"in_reply_to_tweet_id"`
	}
	Alt []string `json:"_alt"`
}

// about gives the posts at the server with a text in them.
func about(t *testing.T, address, text string) []held {
	t.Helper()
	var all, some []held
	if _, body := call(t, http.MethodGet, address+"/_posts"); json.Unmarshal([]byte(body), &all) != nil {
		t.Fatalf("no list of posts: %s", body)
	}
	for _, p := range all {
		if strings.Contains(p.Text, text) {
			some = append(some, p)
		}
	}
	return some
}

// unique makes a post that no other test has.
func uniquePost(t *testing.T, change func(*channels.Post)) (channels.Post, string) {
	t.Helper()
	mark := t.Name() + " " + time.Now().Format("150405.000000000")
	post := channeltest.Post()
	post.Title = mark
	if change != nil {
		change(&post)
	}
	return post, mark
}

func liveDelivery(t *testing.T, c *account, post channels.Post) channels.Delivery {
	t.Helper()
	d := delivery(t, c, post)
	d.Opened = time.Now()
	d.Values.PageAddress = "https://news.example.org/news/" + strings.ReplaceAll(post.Title, " ", "-")
	return d
}

// later lets an account's clock run ahead, past the time in which a post may
// still show.
func later(c *account) { c.now = func() time.Time { return time.Now().Add(2 * time.Minute) } }

func TestServerTakesImagesTextAndLinkAsApproved(t *testing.T) {
	c := signedIn(t, contract(t))
	image := channeltest.Image()
	image.Alt = `The "new" room — 新 & <old>`
	post, mark := uniquePost(t, func(p *channels.Post) { p.Assets = []channels.Asset{image} })
	d := liveDelivery(t, c, post)
	receipt, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	got := about(t, c.API, mark)
	want := mark + "\n\n" + post.Summary + "\n\n" + d.Values.PageAddress
	if len(got) != 1 || got[0].ID != receipt.RemoteID || got[0].Text != want || !reflect.DeepEqual(got[0].Alt, []string{image.Alt}) {
		t.Errorf("got %+v", got)
	}
	if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != channels.Found || f.Receipt.RemoteID != receipt.RemoteID {
		t.Errorf("found %+v, %v", f, err)
	}
	d.Journal = channeltest.NewJournal() // as if nothing had been recorded
	if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != channels.Found || f.Receipt.RemoteID != receipt.RemoteID {
		t.Errorf("found %+v, %v", f, err)
	}
}

func TestServerTakesThreadReplyAndRemoval(t *testing.T) {
	c := signedIn(t, contract(t))
	post, mark := uniquePost(t, func(p *channels.Post) { p.Summary = strings.Repeat("A sentence of the summary. ", 24) })
	d := liveDelivery(t, c, post)
	journal := channeltest.NewJournal()
	d.Journal = journal
	receipt, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	posts := named(d.Rendering, postPrefix)
	if len(posts) < 3 || receipt.RemoteID == "" {
		t.Fatalf("%d posts, %+v", len(posts), receipt)
	}
	reply, answer := uniquePost(t, func(p *channels.Post) { p.Action, p.Corrects = channels.Reply, post.Title })
	r := liveDelivery(t, c, reply)
	r.Journal = journal.Following()
	if _, err := c.Publish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if got := about(t, c.API, answer); len(got) != 1 || got[0].Reply.To != receipt.RemoteID || !strings.HasPrefix(got[0].Text, "Correction: ") {
		t.Errorf("the reply: %+v", got)
	}
	r.Journal = journal.Following()
	if f, err := c.Find(t.Context(), r); err != nil || f.Verdict != channels.Found {
		t.Errorf("the reply is %s, %v", f.Verdict, err)
	}
	removal := liveDelivery(t, c, channels.Post{Action: channels.Delete, OriginalPosts: len(posts)})
	removal.Journal = journal.Following()
	if f, err := c.Find(t.Context(), removal); err != nil || f.Verdict != channels.Absent {
		t.Errorf("before the removal: %+v, %v", f, err)
	}
	if _, err := c.Publish(t.Context(), removal); err != nil {
		t.Fatal(err)
	}
	if f, err := c.Find(t.Context(), removal); err != nil || f.Verdict != channels.Found {
		t.Errorf("after the removal: %+v, %v", f, err)
	}
	if left := about(t, c.API, mark); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

// Each fault of the server ends in its class, and then in its finding.
func TestServerFaults(t *testing.T) {
	tests := []struct {
		mode    string
		class   channels.Class
		verdict channels.Verdict
		posts   int
	}{
		{"429", channels.RateLimited, channels.Absent, 0},
		{"503", channels.Unknown, channels.Absent, 0},
		{"dup", channels.Unknown, channels.Absent, 0}, // the server says so of a text that it does not have
		{"lost", channels.Unknown, channels.Found, 1},
	}
	for _, test := range tests {
		t.Run(test.mode, func(t *testing.T) {
			c := signedIn(t, contract(t))
			post, mark := uniquePost(t, nil)
			d := liveDelivery(t, c, post)
			call(t, http.MethodPost, c.API+"/_next?mode="+test.mode)
			_, err := c.Publish(t.Context(), d)
			if classOf(err) != test.class {
				t.Fatalf("got %v", err)
			}
			if e := channels.AsError(err); test.class == channels.RateLimited && !e.Until.After(time.Now()) {
				t.Errorf("until %s", e.Until)
			}
			early, err := c.Find(t.Context(), d)
			if want := max(test.verdict%2, channels.CannotTell); err != nil || early.Verdict != want {
				t.Errorf("at once: %s, %v", early.Evidence, err)
			}
			later(c)
			f, err := c.Find(t.Context(), d)
			if err != nil || f.Verdict != test.verdict || f.Evidence == "" {
				t.Errorf("%+v, %v", f, err)
			}
			if got := about(t, c.API, mark); len(got) != test.posts {
				t.Errorf("%d posts", len(got))
			}
		})
	}
}

func TestServerTakesADuplicateForLive(t *testing.T) {
	c := signedIn(t, contract(t))
	post, mark := uniquePost(t, nil)
	d := liveDelivery(t, c, post)
	call(t, http.MethodPost, c.API+"/_next?mode=lost")
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Unknown {
		t.Fatalf("got %v", err)
	}
	d.Attempt = 2
	call(t, http.MethodPost, c.API+"/_next?mode=dup")
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Unknown {
		t.Fatalf("got %v", err)
	}
	if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != channels.Found || len(about(t, c.API, mark)) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

// A proxy forwards a request and cuts the connection before the answer.
func TestServerAnswerLostOnTheWay(t *testing.T) {
	address := contract(t)
	var cut atomic.Int64
	c := signedIn(t, proxy(t, strings.TrimPrefix(address, "http://"), &cut))
	post, mark := uniquePost(t, func(p *channels.Post) { p.Assets = []channels.Asset{channeltest.Image()} })
	d := liveDelivery(t, c, post)
	for _, test := range []struct {
		after int64 // connections that go well
		class channels.Class
	}{{0, channels.Temporary}, {1, channels.Temporary}, {1, channels.Unknown}} { // upload, description, post
		cut.Store(test.after)
		if _, err := c.Publish(t.Context(), d); classOf(err) != test.class {
			t.Fatalf("after %d: got %v", test.after, err)
		}
	}
	cut.Store(1000)
	f, err := c.Find(t.Context(), d)
	if err != nil || f.Verdict != channels.Found {
		t.Fatalf("%+v, %v", f, err)
	}
	if r, err := c.Publish(t.Context(), d); err != nil || r.RemoteID != f.Receipt.RemoteID {
		t.Errorf("once more: %+v, %v", r, err)
	}
	if got := about(t, address, mark); len(got) != 1 {
		t.Errorf("%d posts", len(got))
	}
}

// proxy forwards connections to an address; once it has forwarded as many
// whole as left says, it cuts the next before the answer.
func proxy(t *testing.T, to string, left *atomic.Int64) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go forward(client, to, left.Add(-1) >= 0)
		}
	}()
	return "http://" + listener.Addr().String()
}

func forward(client net.Conn, to string, whole bool) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() { _, _ = io.Copy(server, client) }()
	if whole {
		_, _ = io.Copy(client, server)
		return
	}
	_, _ = server.Read(make([]byte, 1)) // the server has answered
}

func TestServerTakesEachRefreshTokenOnce(t *testing.T) {
	own := byOAuth2(contract(t))
	own.RefreshToken = channels.NewSecret("refresh-" + time.Now().Format("150405.000000000"))
	kept := newVault()
	for range 3 { // three starts
		c := made(t, own, kept)
		c.now = time.Now
		post, mark := uniquePost(t, nil)
		for range 2 { // the second time by renewal
			if standing, err := c.Check(t.Context()); err != nil || standing.Account != "@ExampleOffice" {
				t.Fatalf("%+v, %v", standing, err)
			}
			c.credentials.refused()
		}
		if _, err := c.Publish(t.Context(), liveDelivery(t, c, post)); err != nil {
			t.Fatal(err)
		}
		if got := about(t, c.API, mark); len(got) != 1 {
			t.Errorf("%d posts", len(got))
		}
	}
	if kept.saves < 6 {
		t.Errorf("%d tokens were kept", kept.saves)
	}
}

func TestServerChecksByBothVersions(t *testing.T) {
	c := signedIn(t, contract(t))
	who, told := c.credentials.(signer).verify(t.Context())
	if !told || who.handle != c.Handle || !isID(who.id) {
		t.Errorf("version 1.1: %+v", who)
	}
	if me, err := c.me(t.Context()); err != nil || me != who {
		t.Errorf("version 2: %+v, %v", me, err)
	}
}

// The contract knows the second name of the parameter, X's reference the first.
func TestServerTakesTheFieldsByTheirOtherName(t *testing.T) {
	c := signedIn(t, contract(t))
	answer, err := c.fields(t.Context(), "1", "", "post.fields", otherFields)
	if err != nil || !answer.OK() {
		t.Errorf("got %d, %v", answer.Status, err)
	}
}
