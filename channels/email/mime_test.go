package email

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

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
