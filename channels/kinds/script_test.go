package kinds

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"clarion/channels"
	"clarion/channels/channeltest"
	"clarion/channels/commonmark"
)

// payloads are texts that try to run something in whoever reads them.
func payloads() []string {
	all := []string{
		"<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x></SCRIPT>", "<script\x20type=text/javascript>alert(1)", "<scr<script>ipt>alert(1)</scr</script>ipt>",
		"</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</style><script>alert(1)</script>", "]]><script>alert(1)</script>", "--><script>alert(1)</script>",
		"<!--<img src=--><img src=x onerror=alert(1)//", "<![CDATA[<script>alert(1)</script>]]>", "<?xml-stylesheet href=javascript:alert(1)?>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
		"<math><mtext></mtext><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=alert(1)&gt;\">", "<svg><style><img src=x onerror=alert(1)></style></svg>", "<svg><script href=data:,alert(1) />",
		"<svg><animate onbegin=alert(1) attributeName=x>", "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='alert(1)'/></svg>#x\">", "<svg><foreignObject><iframe src=javascript:alert(1)>",
		"<iframe srcdoc=\"<script>alert(1)</script>\">", "<iframe src=javascript:alert(1)>", "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<base href=javascript:/a/+alert(1)//>", "<link rel=stylesheet href=//evil.example/x.css>",
		"<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">", "<form action=javascript:alert(1)><button>x", "<button form=x formaction=javascript:alert(1)>x", "<isindex action=javascript:alert(1)>", "<style>@import '//evil.example/x.css'</style>",
		"<div style=\"background:url(javascript:alert(1))\">", "<table background=javascript:alert(1)>", "<a href=\"&#106;avascript:alert(1)\">x</a>", "<a href=\"java\tscript:alert(1)\">x</a>", "<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">alert(1)</x:script>",
		"<template><script>alert(1)</script></template>", "<template shadowrootmode=open><script>alert(1)</script>", "<portal src=javascript:alert(1)>", "<frameset onload=alert(1)>", "<plaintext>", "<xmp><script>alert(1)</script>", "<listing><img src=x onerror=alert(1)>",
		"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](&#106;avascript:alert(1))", "[x](&#x6a;&#x61;vascript&colon;alert(1))", "[x](java&Tab;script:alert(1))", "[x](java&NewLine;script:alert(1))", "[x](\x01javascript:alert(1))", "[x](javascript&#58;alert(1))",
		"[x](<javascript:alert(1)>)", "[x]( javascript:alert(1))", "[x](javascript://example.org/%0aalert(1))", "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)", "[x](DATA:text/html,<script>alert(1)</script>)", "[x](vbscript:msgbox(1))",
		"[x](file:///etc/passwd)", "[x](blob:https://example.org/x)", "[x](filesystem:https://example.org/x)", "[x](view-source:javascript:alert(1))", "[x](//evil.example/x)", "[x](\\javascript:alert(1))", "[x](javas%63ript:alert(1))", "[x](javascript\\:alert(1))",
		"[x][y]\n\n[y]: javascript:alert(1)", "[y]\n\n[y]: <javascript:alert(1)> 'title'", "[x](https://example.org/ \"\\\" onmouseover=alert(1) \\\"\")", "[x](https://example.org/\"onmouseover=alert(1)//)", "[x](https://example.org/'onmouseover='alert(1))",
		"[x](https://example.org/\u2028javascript:alert(1))", "![x](javascript:alert(1))", "![x](data:image/svg+xml,<svg onload=alert(1)>)", "![\" onerror=alert(1) x=\"](photo.jpg)", "![x](photo.jpg \"\\\" onerror=alert(1)\")", "![<script>alert(1)</script>](photo.jpg)",
		"![x](x\" onerror=\"alert(1))", "<javascript:alert(1)>", "<data:text/html,alert(1)>", "<vbscript:msgbox(1)>", "<JAVASCRIPT:alert(1)>", "javascript:alert(1)", "https://example.org/<script>alert(1)</script>", "https://example.org/\"onmouseover=alert(1)",
		"`<script>alert(1)</script>`", "```html\" onload=alert(1)\n<script>alert(1)</script>\n```", "```<script>\nx\n```", "~~~ \"><img src=x onerror=alert(1)>\nx\n~~~", "# <script>alert(1)</script>", "# x {onclick=alert(1)}", "> <script>alert(1)</script>", "- <img src=x onerror=alert(1)>",
		"| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |", "*<script>alert(1)</script>*", "**[x](javascript:alert(1))**", "[![x](x onerror=alert(1))](javascript:alert(1))", "[<img src=x onerror=alert(1)>](https://example.org)", "[x](https://example.org)<script>alert(1)</script>",
		"<a href='x' \n onclick='alert(1)'>", "\n\n<div\nonclick=alert(1)\n>\n\n", "    <script>alert(1)</script>", "\\<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)&#60;/script&#62;", "&amp;lt;script&amp;gt;alert(1)", "&#x3c;img src=x onerror=alert(1)&#x3e;",
		"%3Cscript%3Ealert(1)%3C/script%3E", "\\u003cscript\\u003ealert(1)", "\u003cscript\u003ealert(1)", "\uff1cscript\uff1ealert(1)", "\u02bascript\u02ba", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "<\x00script>alert(1)</script>", "<scr\x00ipt>alert(1)</script>", "\xff<script>alert(1)</script>", "<script\x0c>alert(1)</script\x0c>",
		"{{constructor.constructor('alert(1)')()}}", "${alert(1)}", "#{alert(1)}", "<%= alert(1) %>", "{{.}}", "{{template \"x\"}}", "\"><script>alert(1)</script>", "'><script>alert(1)</script>", "\" autofocus onfocus=alert(1) x=\"", "' onmouseover='alert(1)", "` onmouseover=alert(1)", "\" style=\"x:expression(alert(1))",
	}
	for _, tag := range []string{"img src=x", "svg", "body", "video src=x", "audio src=x", "input autofocus", "details open", "marquee", "a href=#"} {
		for _, event := range []string{"onerror", "onload", "onfocus", "ontoggle", "onstart", "onmouseover", "onanimationend", "onpointerover", "ONCLICK", "on\tx"} {
			all = append(all, fmt.Sprintf("<%s %s=alert(1)>", tag, event), fmt.Sprintf("x \"><%s/%s='alert(1)'", tag, event))
		}
	}
	return all
}

// spoiled is a post with a text in every field that an author fills.
func spoiled(s string) channels.Post {
	photo := channeltest.Image()
	photo.Alt = "A" + s
	attachment := channeltest.Attachment()
	attachment.Name = "f" + s
	return channels.Post{
		Title: "T" + s, Summary: "S" + s, Body: s, Notes: s, Language: "en-GB", Zone: "Europe/London", Department: "D" + s, Topics: []string{"t" + s}, Contact: "C" + s,
		Corrects: "O" + s, HasPage: true, Assets: []channels.Asset{photo, attachment},
		Audiences: []channels.Audience{{Name: "public", Title: "P" + s, Public: true}},
	}
}

// TestNoTextRuns puts every payload into every field and reads what each kind
// makes of it as its reader would: page, feeds, mail and event. What may not be
// published is tried past the check as well.
func TestNoTextRuns(t *testing.T) {
	t.Parallel()
	if n := len(payloads()); n < 200 {
		t.Fatalf("only %d payloads", n)
	}
	read, made := map[string]int{}, map[string]channels.Channel{}
	for _, kind := range []string{"webfeed", "email", "webhook"} {
		made[kind], _ = subjects()[kind].New(t)
	}
	for _, s := range payloads() {
		for _, post := range []channels.Post{spoiled(s), withoutMarkup(spoiled(s))} {
			for kind, c := range made {
				r, problems := c.Render(post)
				if len(problems) > 0 {
					continue
				}
				for _, d := range r.Documents {
					filled, err := d.Fill(channeltest.Values("key@example.org"))
					if err != nil {
						continue // it is refused when it is sent
					}
					for _, markup := range markupOf(t, d.Name, filled) {
						read[kind]++
						runsNothing(t, kind+"/"+d.Name, s, markup)
					}
				}
			}
		}
		var b strings.Builder
		for _, p := range commonmark.HTML(s, []channels.Asset{channeltest.Image()}, func(channels.Asset) channels.Part {
			return channels.Part{Literal: []byte("https://news.example.org/x")}
		}) {
			_, _ = b.Write(p.Literal)
		}
		runsNothing(t, "commonmark", s, b.String())
	}
	for kind := range made {
		if read[kind] < 200 {
			t.Errorf("only %d documents of %s were read", read[kind], kind)
		}
	}
}

// withoutMarkup keeps a text out of the fields that are CommonMark, whose check
// refuses most of them.
func withoutMarkup(p channels.Post) channels.Post {
	p.Body, p.Notes = "B", ""
	return p
}

// TestNoTextIsAHeader writes the ends of lines into every field: a mail keeps
// its headers, and they their number.
func TestNoTextIsAHeader(t *testing.T) {
	t.Parallel()
	c, _ := subjects()["email"].New(t)
	headers := func(s string) []string {
		post := withoutMarkup(spoiled(s))
		r, problems := c.Render(post)
		if len(problems) > 0 {
			return nil
		}
		filled, err := r.Documents[0].Fill(channeltest.Values("key@example.org"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(filled))
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		var all []string
		for name, values := range m.Header {
			all = append(all, fmt.Sprint(name, len(values)))
			for _, v := range values {
				decoded, err := new(mime.WordDecoder).DecodeHeader(v)
				if err != nil || strings.ContainsFunc(decoded, unicode.IsControl) {
					t.Errorf("%q: %s is %q, %v", s, name, decoded, err)
				}
			}
		}
		slices.Sort(all)
		return all
	}
	want := headers("plain")
	taken := 0
	for _, end := range []string{"\r\n", "\n", "\r", "\r\n ", "\n\t", "\u0085", "\u2028", "\v", "\f", "\x00", "\x1b[31m", "=?utf-8?q?=0D=0A?=", "=0D=0A", "%0d%0a", "\r\n\r\n", "\r\n.\r\n"} {
		for _, more := range []string{"Bcc: eve@example.net", "Content-Type: text/html", "MIME-Version: 9", "DATA", "Subject: other", "X-Evil: 1\r\nX-More: 2"} {
			got := headers(end + more)
			if got == nil {
				continue // it is refused
			}
			taken++
			if !slices.Equal(got, want) {
				t.Errorf("%q makes the headers %v, want %v", end+more, got, want)
			}
		}
	}
	if want == nil || taken < 12 {
		t.Errorf("only %d texts were taken", taken)
	}
}

// markupOf gives what a reader of a document takes for HTML.
func markupOf(t *testing.T, name string, filled []byte) []string {
	t.Helper()
	switch name {
	case "page":
		return []string{string(filled)}
	case "atom", "rss":
		return markupOfXML(t, filled)
	case "json", "event":
		return markupOfJSON(t, filled)
	case "item", "correction":
		return nil // pages are made of them, which TestIndexOfHostileItems reads
	}
	m, err := mail.ReadMessage(bytes.NewReader(filled))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return markupOfMail(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func markupOfXML(t *testing.T, filled []byte) []string {
	t.Helper()
	prefixes := `<x xmlns:dc="d" xmlns:content="c" xmlns:at="t">`
	d := xml.NewDecoder(strings.NewReader(prefixes + string(filled) + "</x>"))
	var all []string
	inside := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v in %s", err, filled)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inside = token.Name.Local
			for _, a := range token.Attr {
				if a.Name.Local == "href" || a.Name.Local == "url" {
					all = append(all, `<a href="`+html.EscapeString(a.Value)+`">`)
				}
			}
		case xml.EndElement:
			inside = ""
		case xml.CharData:
			if inside == "content" || inside == "encoded" || inside == "description" {
				all = append(all, string(token))
			}
		}
	}
}

func markupOfJSON(t *testing.T, filled []byte) []string {
	t.Helper()
	var document any
	if err := json.Unmarshal(filled, &document); err != nil {
		t.Fatalf("%v in %s", err, filled)
	}
	var all []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				if text, ok := inner.(string); ok && strings.Contains(name, "html") {
					all = append(all, text)
				}
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(document)
	return all
}

func markupOfMail(t *testing.T, contentType, encoding string, body io.Reader) []string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("%s: %v", contentType, err)
	}
	switch encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	var all []string
	if kind == "text/html" {
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return []string{string(text)}
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return nil
	}
	for parts := multipart.NewReader(body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, markupOfMail(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)...)
	}
}

// runsNothing reads HTML as a browser does.
func runsNothing(t *testing.T, where, payload, markup string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "iframe", "object", "embed", "base", "frame", "frameset", "applet", "form", "button", "input", "svg", "math", "template", "noscript", "video", "audio", "portal", "plaintext":
			t.Errorf("%s of %q holds <%s>", where, payload, n.Data)
		case "style":
			if strings.Contains(n.FirstChild.Data, "alert") || strings.Contains(n.FirstChild.Data, "evil") || !strings.HasPrefix(where, "email") {
				t.Errorf("%s of %q has the style %q", where, payload, n.FirstChild.Data)
			}
		}
		for _, a := range n.Attr {
			attributeRunsNothing(t, where, payload, n, a)
		}
	}
}

func attributeRunsNothing(t *testing.T, where, payload string, n *html.Node, a html.Attribute) {
	t.Helper()
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "formaction", a.Key == "background", a.Key == "http-equiv":
		t.Errorf("%s of %q holds %s=%q in <%s>", where, payload, a.Key, a.Val, n.Data)
	case a.Key == "href", a.Key == "src", a.Key == "action", a.Key == "cite", a.Key == "poster":
		to, err := url.Parse(a.Val)
		if err != nil {
			t.Errorf("%s of %q leads to %q: %v", where, payload, a.Val, err)
			return
		}
		switch to.Scheme {
		case "https", "http", "mailto", "tel", "":
		case "cid":
			if n.Data == "img" {
				return
			}
			fallthrough
		default:
			t.Errorf("%s of %q leads to %q", where, payload, a.Val)
		}
	}
}
