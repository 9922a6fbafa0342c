package email

import (
	"bytes"
	"html"
	"maps"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	set := base("127.0.0.1:25")
	set.From, set.ReplyTo = `"Swyddfa’r Wasg, Caerdydd" <press@example.org>`, "desk@example.org"
	ch := open(t, set)
	post := posts()["full"]
	h := read(t, filled(t, rendered(t, ch, post), values("ada@example.com"))).header
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if want := "EMBARGOED until 1 May 2027, 09:00 BST: Correction: " + post.Title; err != nil || subject != want {
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

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	for name, want := range map[string]string{
		"withdrawn": "Withdrawn: Bridge opens <soon>\r\n", "withdrawn-welsh": "Tynnwyd yn ôl: Mae’r bont ar agor\r\n",
		"withdrawn-right-to-left": "Withdrawn: افتتاح الجسر\r\n",
	} {
		n := read(t, filled(t, rendered(t, ch, posts()[name]), values("ada@example.com")))
		if text := n.find("text/plain").body; !strings.HasPrefix(text, want) {
			t.Errorf("%s begins with %.80q, want %q", name, text, want)
		}
		title, _, _ := strings.Cut(html.EscapeString(want), "\r")
		if page := n.find("text/html").body; !strings.Contains(page, title) || strings.Index(page, title) > strings.Index(page, "<h1") {
			t.Errorf("%s does not say first that it was withdrawn: %s", name, page)
		}
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
		"withdraws":            {func(p *channels.Post) { p.Withdraws = "a\nb" }, "withdraws"},
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
		want := title
		if !strings.HasPrefix(strings.ToLower(title), "correction:") {
			want = "Correction: " + title
		}
		want = "EMBARGOED until 1 May 2027, 09:00 BST: " + want
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

// A correction is told from the mail that it corrects by its subject, and says
// so once.
func TestSubjectsOfAmendments(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	for _, test := range []struct {
		language, title, corrects, withdraws, want string
	}{
		{"en-GB", "Bridge opens", "", "", "Bridge opens"},
		{"en-GB", "Bridge opens at one", "Bridge opens", "", "Correction: Bridge opens at one"},
		{"en-GB", "CORRECTION: the bridge", "Bridge opens", "", "CORRECTION: the bridge"},
		{"cy", "Mae'r bont", "Pont", "", "Cywiriad: Mae'r bont"},
		{"en-GB", "W", "", "Bridge opens", "Withdrawn: Bridge opens"},
	} {
		post := plain()
		post.Language, post.Title, post.Corrects, post.Withdraws = test.language, test.title, test.corrects, test.withdraws
		h := read(t, filled(t, rendered(t, ch, post), values("ada@example.com"))).header
		if got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject")); err != nil || got != test.want {
			t.Errorf("%q: subject %q, %v; want %q", test.title, got, err, test.want)
		}
	}
}
