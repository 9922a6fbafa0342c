package email

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

// node is a mail's MIME tree as a reader sees it.
type node struct {
	kind     string // with parameters other than the boundary
	header   mail.Header
	body     string // decoded
	children []node
}

// read parses a mail with the standard library.
func read(t testing.TB, text string) node {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return readPart(t, m.Header, m.Body)
}

func readPart(t testing.TB, h mail.Header, body io.Reader) node {
	t.Helper()
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		t.Fatalf("Content-Type %q: %v", h.Get("Content-Type"), err)
	}
	n := node{kind: kind, header: h}
	if !strings.HasPrefix(kind, "multipart/") {
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if h.Get("Content-Transfer-Encoding") == "base64" {
			if b, err = base64.StdEncoding.DecodeString(string(b)); err != nil {
				t.Fatal(err)
			}
		}
		n.body = string(b)
		return n
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		n.children = append(n.children, readPart(t, mail.Header(p.Header), p))
	}
}

// shape writes a tree in one line.
func (n node) shape() string {
	if n.children == nil {
		return n.kind
	}
	var inner []string
	for _, c := range n.children {
		inner = append(inner, c.shape())
	}
	return strings.TrimPrefix(n.kind, "multipart/") + "(" + strings.Join(inner, " ") + ")"
}

// leaf finds the leaf of a type.
func (n node) find(kind string) node {
	if n.kind == kind {
		return n
	}
	for _, c := range n.children {
		if found := c.find(kind); found.kind != "" {
			return found
		}
	}
	return node{}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	const both = "text/plain text/html"
	for name, want := range map[string]string{
		"plain":         "alternative(" + both + ")",
		"variant":       "alternative(" + both + ")",
		"right-to-left": "alternative(" + both + ")",
		"image":         "alternative(text/plain related(text/html image/png))",
		"welsh":         "mixed(alternative(" + both + ") application/pdf)",
		"full":          "mixed(alternative(text/plain related(text/html image/png)) application/pdf text/csv)",
	} {
		n := read(t, filled(t, rendered(t, ch, posts()[name]), values("ada@example.com")))
		if got := n.shape(); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	set := base("127.0.0.1:25")
	set.From, set.ReplyTo = `"Swyddfa’r Wasg, Caerdydd" <press@example.org>`, "desk@example.org"
	ch := open(t, set)
	post := posts()["full"]
	h := read(t, filled(t, rendered(t, ch, post), values("ada@example.com"))).header
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if want := "EMBARGOED until 1 May 2027, 09:00 BST: " + post.Title; err != nil || subject != want {
		t.Errorf("Subject %q, %v; want %q", subject, err, want)
	}
	from, err := mail.ParseAddress(h.Get("From"))
	if err != nil || from.Name != "Swyddfa’r Wasg, Caerdydd" || from.Address != "press@example.org" {
		t.Errorf("From %v, %v", from, err)
	}
	date, err := h.Date()
	if err != nil || !date.Equal(time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("Date %v, %v", date, err)
	}
	for key, want := range map[string]string{
		"Reply-To":              "<desk@example.org>",
		"Message-Id":            "<0123456789abcdef0123456789abcdef@example.org>",
		"List-Unsubscribe":      "<https://news.example.org/u/" + strings.Repeat("k", 40) + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Id":               `"The public" <public.example.org>`,
		"Content-Language":      "en-GB",
		"Mime-Version":          "1.0",
	} {
		if got := strings.TrimSpace(h.Get(key)); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if h.Get("Auto-Submitted") != "" {
		t.Error("an announcement is marked as an automatic answer")
	}
}

// TestListOfManyAudiences names none of them.
func TestListOfManyAudiences(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	got := read(t, filled(t, rendered(t, ch, posts()["variant"]), values("ada@example.com"))).header.Get("List-Id")
	if want := `"Office of Examples" <mailing.example.org>`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRecipientNames: whatever a name is, To holds one address.
func TestRecipientNames(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	r := rendered(t, ch, plain())
	for name, want := range map[string]string{
		"": "", "Ada": "Ada", "Lovelace, Ada": "Lovelace, Ada", `Ada "the" \ First`: `Ada "the" \ First`,
		"Siân Ŵ": "Siân Ŵ", "<eve@example.com>": "<eve@example.com>", "a\r\nBcc: eve@example.com": "a  Bcc: eve@example.com",
		"eve@example.com, Ada": "eve@example.com, Ada", "  Ada  ": "Ada", "a\xffb": "a\uFFFDb",
		strings.Repeat("é", 300): strings.Repeat("é", 200), strings.Repeat(`"`, 300): strings.Repeat(`"`, 200),
		"Ada (eve@example.com)": "Ada (eve@example.com)", "名前、長い": "名前、長い", "شركة": "شركة",
	} {
		v := values("ada@example.com")
		v.RecipientName = name
		text := filled(t, r, v)
		to, err := read(t, text).header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Name != want || to[0].Address != "ada@example.com" {
			t.Errorf("%q: To %v, %v", name, to, err)
		}
		checkLinesOf(t, text)
	}
}

// checkLinesOf holds a mail against the limits of RFC 5322 2.1.1 and 2.3, and
// RFC 2045 6.7.
func checkLinesOf(t testing.TB, text string) {
	t.Helper()
	if err := wholeLines([]byte(text)); err != nil {
		t.Errorf("%v", err)
	}
	if !ascii(text) {
		t.Error("the mail is not ASCII")
	}
	header, body, _ := strings.Cut(text, "\r\n\r\n")
	for line := range strings.SplitSeq(header, "\r\n") {
		if len(line) > 998 || strings.TrimSpace(line) == "" {
			t.Errorf("a header line of %d bytes: %.80q", len(line), line)
		}
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 998 || len(line) > 76 && !strings.Contains(line, "filename") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	for name, post := range posts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := values("ada@example.com")
			v.UnsubscribeLink = "https://news.example.org/u/" + strings.Repeat("k&=", (maxLink-27)/3)
			v.PageAddress = "https://news.example.org/news/" + strings.Repeat("x", 900)
			text := filled(t, rendered(t, ch, post), v)
			checkLinesOf(t, text)
			n := read(t, text)
			if got := n.find("text/plain").body; !strings.Contains(got, "\r\n"+v.UnsubscribeLink+"\r\n") {
				t.Errorf("the text lacks its link out: %q", got)
			}
			want := `href="` + strings.ReplaceAll(v.UnsubscribeLink, "&", "&amp;") + `"`
			if got := n.find("text/html").body; !strings.Contains(got, want) {
				t.Errorf("the HTML lacks its link out: %q", got)
			}
		})
	}
}

func TestTextAndHTMLSayTheSame(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	post := posts()["full"]
	v := values("ada@example.com")
	n := read(t, filled(t, rendered(t, ch, post), v))
	text, html := n.find("text/plain").body, n.find("text/html").body
	if !strings.HasPrefix(text, "EMBARGOED until 1 May 2027, 09:00 BST\r\n\r\nCorrection to: Bridge opens <soon>\r\n") {
		t.Errorf("the text begins with %.100q", text)
	}
	embargo, title := strings.Index(html, "EMBARGOED until 1 May 2027, 09:00 BST"), strings.Index(html, "<h1")
	if embargo < 0 || embargo > title {
		t.Error("the HTML does not begin with the embargo")
	}
	for _, want := range []string{"Open to everyone from today.", "Press desk", "Notes to editors", "Press contact", v.PageAddress, "Department of Bridges", "Office of Examples"} {
		if !strings.Contains(text, want) || !strings.Contains(html, want) {
			t.Errorf("%q is missing in the text or the HTML", want)
		}
	}
	image := n.find("image/png")
	if image.body != files["bridge.png"] || !strings.Contains(html, `src="cid:`+strings.Trim(strings.TrimSpace(image.header.Get("Content-Id")), "<>")+`"`) {
		t.Errorf("the image %v is not shown", image.header)
	}
	for _, remote := range []string{"<script", "<link", "@import", "url(", `src="http`, "<form"} {
		if strings.Contains(html, remote) {
			t.Errorf("the HTML holds %s", remote)
		}
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	n := read(t, filled(t, rendered(t, ch, posts()["full"]), values("ada@example.com")))
	for kind, name := range map[string]string{"application/pdf": "plan.pdf", "text/csv": "cynllun ŵ.csv"} {
		a := n.find(kind)
		disposition, params, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		if err != nil || disposition != "attachment" || params["filename"] != name || a.body != files[name] {
			t.Errorf("%s: %s %v %v %q", kind, disposition, params, err, a.body)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"text/plain; charset=latin1": "text/plain", "Application/PDF": "application/pdf", "": "application/octet-stream",
		"message/rfc822": "application/octet-stream", "multipart/mixed": "application/octet-stream", "x": "application/octet-stream",
		"a/b\r\nX: y": "application/octet-stream",
	} {
		if got := mediaType(channels.Asset{MediaType: given}); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

func TestWelsh(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	n := read(t, filled(t, rendered(t, ch, posts()["welsh"]), values("ada@example.com")))
	text := n.find("text/plain").body
	for _, want := range []string{"EMBARGO tan 1 Mai 2027, 09:00 BST", "Cywiriad i: ", "Nodiadau i olygyddion", "Dad-danysgrifio"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q: %q", want, text)
		}
	}
	if html := n.find("text/html").body; !strings.Contains(html, `<html lang="cy" dir="ltr">`) {
		t.Errorf("%.100q", html)
	}
}

func TestDirection(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en": "ltr", "cy": "ltr", "ar": "rtl", "AR-EG": "rtl", "he": "rtl", "ur-Latn": "ltr", "pa-Arab": "rtl", "": "ltr", "en-x-arab": "rtl",
	} {
		if got := direction(tag); got != want {
			t.Errorf("%q: %s, want %s", tag, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	named := func(name string) func(*channels.Post) {
		return func(p *channels.Post) { p.Assets = []channels.Asset{{Name: name, SHA256: "x", MediaType: "a/b"}} }
	}
	for name, c := range map[string]struct {
		spoil func(*channels.Post)
		field string
	}{
		"no title":             {func(p *channels.Post) { p.Title = " " }, "title"},
		"line in the title":    {func(p *channels.Post) { p.Title = "a\r\nBcc: eve@example.com" }, "title"},
		"control in the title": {func(p *channels.Post) { p.Title = "a\x1b[31m" }, "title"},
		"separator":            {func(p *channels.Post) { p.Title = "a\u2028b" }, "title"},
		"bytes that are none":  {func(p *channels.Post) { p.Title = "a\xff" }, "title"},
		"variant's title":      {func(p *channels.Post) { p.Variant.Title = "a\nb" }, "variant.title"},
		"department":           {func(p *channels.Post) { p.Department = "a\nb" }, "department"},
		"corrects":             {func(p *channels.Post) { p.Corrects = "a\nb" }, "corrects"},
		"language":             {func(p *channels.Post) { p.Language = "en\r\nX: y" }, "language"},
		"audience":             {func(p *channels.Post) { p.Audiences[0].Title = "a\nb" }, "audiences"},
		"HTML in the body":     {func(p *channels.Post) { p.Body = "<script>" }, "body"},
		"HTML in the variant":  {func(p *channels.Post) { p.Variant.Text = "<script>" }, "variant.text"},
		"HTML in the notes":    {func(p *channels.Post) { p.Notes = "<script>" }, "notes"},
		"file's name":          {named("a\r\nX: y"), "assets"},
		"no file's name":       {named(""), "assets"},
		"longest name":         {named(strings.Repeat("n", maxFilename)), ""},
		"too long a name":      {named(strings.Repeat("n", maxFilename+1)), "assets[" + strings.Repeat("n", maxFilename+1) + "]"},
	} {
		post := plain()
		c.spoil(&post)
		_, problems := ch.Render(post)
		if c.field == "" && len(problems) == 0 {
			continue
		}
		if len(problems) != 1 || problems[0].Field != c.field || problems[0].Says == "" || problems[0].Try == "" {
			t.Errorf("%s: %+v, want one in %q", name, problems, c.field)
		}
	}
}

func TestBase64Size(t *testing.T) {
	t.Parallel()
	for n := range 200 {
		doc := channels.Document{Parts: []channels.Part{{Slot: channels.AssetContent, Form: channels.Base64Lines}}}
		b, err := doc.Fill(channels.Values{Asset: func(string) ([]byte, error) { return make([]byte, n), nil }})
		if got := base64Size([]channels.Asset{{Size: int64(n)}}, ""); err != nil || got != len(b) {
			t.Errorf("%d bytes: %d, want %d (%v)", n, got, len(b), err)
		}
	}
}

// TestGreatestMail: at the limit, below it and above it, to the byte.
func TestGreatestMail(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	post := plain()
	post.Assets = []channels.Asset{{Name: "n", SHA256: "x", MediaType: "a/b"}}
	r, _ := ch.Render(post)
	post.Assets[0].Size = int64(maxMail-r.Length) / 78 * 57
	r, _ = ch.Render(post)
	for add, over := range map[int]bool{-1: false, 0: false, 1: true} {
		fits := post
		fits.Assets = slices.Clone(post.Assets)
		fits.Assets[0].Name = strings.Repeat("n", 1+maxMail-r.Length+add)
		got, problems := ch.Render(fits)
		if got.Length != maxMail+add || (len(problems) > 0) != over {
			t.Errorf("%d bytes: problems %+v", got.Length, problems)
		}
	}
}

// slots lists a rendering's slots in order.
func slots(r channels.Rendering) []channels.Part {
	var found []channels.Part
	for _, p := range r.Documents[0].Parts {
		if p.Slot != channels.NoSlot {
			found = append(found, p)
		}
	}
	return found
}

func FuzzCompose(f *testing.F) {
	f.Add("Bridge opens", "Text.\n\n.dot", "Department", "Notes", "Contact", "Before", "en")
	f.Add("a\r\nBcc: eve@example.com\r\n\r\nbody", "--=_a\r\nContent-Type: text/html\r\n\r\n<b>", "d\n", "\x00", "=\r\n.", "\u2028", "en\r\nX: y")
	f.Add("=?utf-8?q?x?=", "![a](b.png) <script>", strings.Repeat("é", 500), "From me", "\r", "\xff", "cy")
	f.Add(strings.Repeat("long ", 200), strings.Repeat("=", 500), strings.Repeat(" ", 500), "{{.}} %s", "  \t ", "a", "ar")
	ch := open(f, base("127.0.0.1:25"))
	post := plain()
	post.HasPage, post.Embargo = true, time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)
	wantSlots := slots(rendered(f, ch, post))
	wantHeaders := slices.Sorted(maps.Keys(read(f, filled(f, rendered(f, ch, post), values("ada@example.com"))).header))
	f.Fuzz(func(t *testing.T, title, body, department, notes, contact, corrects, language string) {
		post := post
		post.Title, post.Body, post.Department, post.Notes = title, body, department, notes
		post.Contact, post.Corrects, post.Summary = contact, corrects, body
		post.Language = "en" // Content-Language is a header of its own only with a language
		if languageTag(language) != "" {
			post.Language = language
		}
		r, _ := ch.Render(post)
		if diff := cmp.Diff(wantSlots, slots(r)); diff != "" {
			t.Errorf("author text changed the slots:\n%s", diff)
		}
		text := filled(t, r, values("ada@example.com"))
		checkLinesOf(t, text)
		n := read(t, text)
		if got := slices.Sorted(maps.Keys(n.header)); !slices.Equal(got, wantHeaders) {
			t.Errorf("headers %v, want %v", got, wantHeaders)
		}
		for key, all := range n.header {
			if len(all) != 1 {
				t.Errorf("%s stands %d times", key, len(all))
			}
		}
		if n.shape() != "alternative(text/plain text/html)" {
			t.Errorf("shape %s", n.shape())
		}
		want := "EMBARGOED until 1 May 2027, 09:00 BST: " + title
		if strings.HasPrefix(strings.ToLower(post.Language), "cy") {
			return
		}
		got, err := new(mime.WordDecoder).DecodeHeader(n.header.Get("Subject"))
		if err != nil || !strings.EqualFold(got, strings.Join(strings.Fields(strings.ToValidUTF8(want, "\uFFFD")), " ")) {
			t.Errorf("subject %q, want %q (%v)", got, want, err)
		}
	})
}

// TestNoSlotFromText: bytes that look like the encoding of a slot stay text.
func TestNoSlotFromText(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	post := plain()
	encoded := rendered(t, ch, post).Marshal()
	post.Body = string(bytes.ToValidUTF8(encoded, nil))
	r, _ := ch.Render(post)
	if diff := cmp.Diff(slots(rendered(t, ch, plain())), slots(r)); diff != "" {
		t.Error(diff)
	}
}
