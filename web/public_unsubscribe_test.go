package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
	"clarion/store"
)

// mailed sends one mail to a person in two audiences, through the store, and
// gives the recipient.
func (r *room) mailed() int64 {
	r.Helper()
	address, err := audience.ParseAddress("ann@example.org")
	r.no(err)
	r.change(func(t *store.Tx) error {
		_, err := t.AddMembers("press", []audience.Subscriber{{Address: address, Name: "Ann", Language: "en"}})
		return err
	})
	m := message.Message{ID: "mail1", State: message.Draft, SlugKey: message.NewID(""), EntryID: message.NewEntryID()}
	rendering := channels.Rendering{Documents: []channels.Document{{Name: "text", MediaType: "text/plain", Parts: []channels.Part{{Literal: []byte("text")}}}}}
	plan := store.Rendered{Body: rendering.Marshal()}
	plan.Channel, plan.Addressed, plan.Mode, plan.Rendering = "mail", true, message.Live, channels.Digest(plan.Body)
	plan.Audiences = []channels.Audience{{Name: "press"}}
	c := message.Content{Title: "Bridge opens", Body: "On Sunday.", Language: "en", Schedule: message.Schedule{LateLimit: message.DefaultLateLimit}}
	r.change(func(t *store.Tx) error { return t.InsertMessage(m, c, "ann") })
	r.change(func(t *store.Tx) error {
		return errors.Join(t.FreezePlan(m.ID, 1, []store.Rendered{plan}), t.SetSubmitted(m.ID, "digest", "ann"))
	})
	r.change(func(t *store.Tx) error {
		stored, err := t.Message(m.ID)
		return errors.Join(err, t.SetApproved(stored, "bob"))
	})
	lane := message.Lane{Channel: "mail", Available: true, Fingerprint: plan.Destination.Fingerprint(), Mode: message.Live, Addressed: true}
	r.no(r.store.Materialise(context.Background(), lane, 0, r.now))
	claims, err := r.store.Commit(context.Background(), nil, []message.ClaimRequest{{Lane: lane, Limit: 10}}, r.now)
	r.no(err)
	if len(claims[0].Opened) != 1 || claims[0].Opened[0].Item.Recipient == 0 {
		r.Fatalf("claimed %+v", claims)
	}
	return claims[0].Opened[0].Item.Recipient
}

// reached counts whom a mail to the press would reach.
func (r *room) reached() int {
	r.Helper()
	sizes, err := r.store.AudienceSizes(context.Background())
	r.no(err)
	return sizes["press"]
}

func (r *room) post(path, mediaType, body string) received {
	r.Helper()
	return r.send(http.MethodPost, path, map[string]string{"Content-Type": mediaType}, strings.NewReader(body))
}

const urlEncoded = "application/x-www-form-urlencoded"

func TestUnsubscribe(t *testing.T) {
	r := openRoom(t)
	recipient := r.mailed()
	path := "/unsubscribe/" + UnsubscribeToken(unsubscribeKey, recipient)

	ask := r.found(path)
	if other := r.found("/unsubscribe/" + UnsubscribeToken(unsubscribeKey, 4711)); other.body != ask.body || ask.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page tells of whom it is for: %v\n%s", ask.header, ask.body)
	}
	r.ask(http.MethodHead, path, nil)
	if r.reached() != 1 {
		t.Fatal("looking unsubscribes")
	}
	for range 2 { // what the button sends; twice, and the answer is the same
		got := r.post(path, urlEncoded, button(t, ask.body).Encode())
		if got.status != http.StatusOK || !strings.Contains(got.body, "You are unsubscribed") || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v\n%s", got.status, got.header, got.body)
		}
		if r.reached() != 0 {
			t.Error("mail still reaches them")
		}
	}
}

// button gives what the page's form sends.
func button(t *testing.T, page string) url.Values {
	t.Helper()
	form, fields := url.Values{}, 0
	z := html.NewTokenizer(strings.NewReader(page))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		token := z.Token()
		attributes := map[string]string{}
		for _, a := range token.Attr {
			attributes[a.Key] = a.Val
		}
		switch token.Data {
		case "form":
			if kind == html.StartTagToken && (attributes["method"] != "post" || attributes["action"] != "") {
				t.Errorf("form %v", attributes)
			}
		case "input":
			form.Set(attributes["name"], attributes["value"])
			fields++
		}
	}
	if fields != 1 {
		t.Errorf("%d fields in\n%s", fields, page)
	}
	return form
}

// RFC 8058 3.2 lets mail programs send either encoding.
func TestUnsubscribeOneClickByMailPrograms(t *testing.T) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := errors.Join(w.WriteField("List-Unsubscribe", "One-Click"), w.Close()); err != nil {
		t.Fatal(err)
	}
	r := openRoom(t)
	recipient := r.mailed()
	path := "/unsubscribe/" + UnsubscribeToken(unsubscribeKey, recipient)
	if got := r.post(path, w.FormDataContentType(), b.String()); got.status != http.StatusOK || r.reached() != 0 {
		t.Errorf("%d, %d reached", got.status, r.reached())
	}
	if got := r.post(path, urlEncoded, "List-Unsubscribe=One-Click"); got.status != http.StatusOK {
		t.Errorf("again: %d", got.status)
	}
}

func TestUnsubscribeRefusesWhatIsNoOneClick(t *testing.T) {
	r := openRoom(t)
	recipient := r.mailed()
	path := "/unsubscribe/" + UnsubscribeToken(unsubscribeKey, recipient)
	for name, tc := range map[string]struct{ mediaType, body string }{
		"empty":       {urlEncoded, ""},
		"other value": {urlEncoded, "List-Unsubscribe=yes"},
		"no type":     {"", "List-Unsubscribe=One-Click"},
		"text":        {"text/plain", "List-Unsubscribe=One-Click"},
		"broken":      {urlEncoded, "List-Unsubscribe=%zz"},
		"no boundary": {"multipart/form-data", "List-Unsubscribe=One-Click"},
		"cut off":     {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Cl"},
	} {
		got := r.post(path, tc.mediaType, tc.body)
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, "<button") {
			t.Errorf("%s: %d\n%s", name, got.status, got.body)
		}
	}
	if got := r.post(path+"?List-Unsubscribe=One-Click", urlEncoded, ""); got.status != http.StatusBadRequest {
		t.Errorf("by the query: %d", got.status)
	}
	if r.reached() != 1 {
		t.Error("somebody was unsubscribed")
	}
}

func TestUnsubscribeBodyLimit(t *testing.T) {
	r := openRoom(t)
	path := "/unsubscribe/" + UnsubscribeToken(unsubscribeKey, r.mailed())
	const form = "List-Unsubscribe=One-Click&x="
	for size, want := range map[int]int{maxUnsubscribeBody - 1: 200, maxUnsubscribeBody: 200, maxUnsubscribeBody + 1: 413} {
		if got := r.post(path, urlEncoded, form+strings.Repeat("a", size-len(form))); got.status != want {
			t.Errorf("%d bytes: %d, want %d", size, got.status, want)
		}
	}
}

// A bad link is answered as any address where nothing is.
func TestUnsubscribeBadToken(t *testing.T) {
	r := openRoom(t)
	good := UnsubscribeToken(unsubscribeKey, r.mailed())
	never := r.get("/news/" + randomName())
	for _, token := range []string{
		"", "x", good[:31], good + "A", "A" + good[1:31] + "A", good + "/", good + "=", strings.ToLower(good), good[:16] + "%0A" + good[16:],
		UnsubscribeToken([]byte("another key"), 1), UnsubscribeToken(nil, 1), UnsubscribeToken(unsubscribeKey, 4711), // of nobody
	} {
		got := r.post("/unsubscribe/"+token, urlEncoded, "List-Unsubscribe=One-Click")
		if diff := cmp.Diff(never, got, cmp.AllowUnexported(received{})); diff != "" {
			t.Errorf("%q: %s", token, diff)
		}
	}
	if r.reached() != 1 {
		t.Error("somebody was unsubscribed")
	}
}

type failingUnsubscriber struct{}

func (failingUnsubscriber) Unsubscribe(context.Context, int64) error {
	return errors.New("disk full")
}

func TestUnsubscribeFault(t *testing.T) {
	r := openRoom(t)
	s := r.settings(storeReader{r.store})
	s.Unsubscriber = failingUnsubscriber{}
	r.serve(NewPublic(s))
	token := UnsubscribeToken(unsubscribeKey, 1)
	got := r.post("/unsubscribe/"+token, urlEncoded, "List-Unsubscribe=One-Click")
	if got.status != http.StatusInternalServerError || strings.Contains(got.body, "disk") {
		t.Errorf("%d\n%s", got.status, got.body)
	}
	if r.faultCount() != 1 || r.faults[0] != "unsubscribe: disk full" {
		t.Errorf("faults %q", r.faults)
	}
}

func TestNoticesInWelsh(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{"cy": `<html lang="cy"`, "cy-GB": `<html lang="cy"`, "en-GB": `<html lang="en"`, "ar": `<html lang="en"`, "": `<html lang="en"`} {
		n := newNotices(`<Office & "Sons">`, language)
		for _, page := range [][]byte{n.ask, n.done, n.broken} {
			if !strings.Contains(string(page), want) || strings.Contains(string(page), "<Office") || bytes.Count(page, []byte("<h1>")) != 1 {
				t.Errorf("in %q:\n%s", language, page)
			}
		}
	}
}

func TestUnsubscribeToken(t *testing.T) {
	t.Parallel()
	const want = "AAAAAAAAAAFT9cIyfAkO0feggiEvYy1x" // links in mails of years ago must go on working
	if got := UnsubscribeToken([]byte("key"), 1); got != want {
		t.Errorf("the token of 1 is %s, want %s", got, want)
	}
	for _, id := range []int64{1, 2, 1 << 40, 1<<63 - 1} {
		token := UnsubscribeToken(unsubscribeKey, id)
		if got, ok := parseUnsubscribeToken(unsubscribeKey, token); !ok || got != id || len(token) != 32 {
			t.Errorf("%d comes back as %d, %t from %s", id, got, ok, token)
		}
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		for bit := range len(raw) * 8 { // any bit that is flipped shows
			raw[bit/8] ^= 1 << (bit % 8)
			if _, ok := parseUnsubscribeToken(unsubscribeKey, base64.RawURLEncoding.EncodeToString(raw)); ok {
				t.Errorf("bit %d of %d is not covered", bit, id)
			}
			raw[bit/8] ^= 1 << (bit % 8)
		}
	}
}

func FuzzUnsubscribeToken(f *testing.F) {
	for _, seed := range []string{"", "x", UnsubscribeToken(unsubscribeKey, 1), UnsubscribeToken(nil, 1), strings.Repeat("A", 32), "AAAA\nAAAA", "====", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if id, ok := parseUnsubscribeToken(unsubscribeKey, token); ok && UnsubscribeToken(unsubscribeKey, id) != token {
			t.Errorf("%q passes for %d and is not its token", token, id)
		}
		if _, ok := parseUnsubscribeToken(nil, token); ok {
			t.Errorf("%q passes without a key", token)
		}
	})
}
