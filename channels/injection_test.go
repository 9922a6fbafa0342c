package channels

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// xmlText reads `<e>text</e>` strictly and gives the text; anything but text
// inside is an error.
func xmlText(text string) (string, error) {
	var e struct {
		Text string     `xml:",chardata"`
		Any  []xml.Name `xml:",any"`
	}
	err := xml.Unmarshal([]byte("<e>"+text+"</e>"), &e)
	if err == nil && len(e.Any) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return e.Text, err
}

// FuzzValueStaysInItsPlace writes a value in every form and lets a parser that
// is not ours judge whether it stayed where it was put.
func FuzzValueStaysInItsPlace(f *testing.F) {
	seeds := []string{
		"", "Ann", hostile, "</title><script>alert(1)</script>", `" onload="alert(1)`, "]]>", "<!--", "&#0;", "\x00",
		"x\r\nBcc: victim@example.org", "x\nX-Evil: 1", "x\r\n\r\nbody", "=?utf-8?q?=0D=0ABcc:_x@example.org?=", "a =?b?= c",
		`","admin":true,"x":"`, `\`, "\u2028\u2029", "\xff\xfe", "\u202e", "--boundary", "\r\n--boundary--\r\n", "=_", "=\r\n",
		".", "\r\n.\r\nMAIL FROM:<x>", strings.Repeat("é", 400), strings.Repeat("x", 75) + "--boundary", " trailing \t",
	}
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		written := map[Form]string{}
		for _, form := range []Form{HTML, XML, JSON, QuotedPrint, HTMLQuoted, Header, Base64Lines, Phrase} {
			var b bytes.Buffer
			if err := writeForm(&b, value, form); err != nil {
				t.Fatalf("form %d: %v", form, err)
			}
			written[form] = b.String()
		}
		stayInHTML(t, written[HTML])
		stayInXML(t, written[XML])
		stayInJSON(t, written[JSON])
		stayInQuoted(t, written[QuotedPrint], value)
		stayInQuoted(t, written[HTMLQuoted], htmlOf(value))
		stayInHeader(t, written[Header])
		stayInBase64(t, written[Base64Lines], value)
		stayInPhrase(t, written[Phrase])
	})
}

func htmlOf(value string) string {
	var b bytes.Buffer
	_ = writeForm(&b, value, HTML) // writes to memory
	return b.String()
}

func stayInHTML(t *testing.T, text string) {
	t.Helper()
	for _, quote := range []string{`"`, `'`} {
		z := html.NewTokenizer(strings.NewReader("<p title=" + quote + text + quote + ">" + text + "</p>"))
		tags := 0
		for z.Next() != html.ErrorToken {
			token := z.Token()
			if token.Type == html.TextToken {
				continue
			}
			tags++
			if token.Data != "p" || token.Type == html.StartTagToken && len(token.Attr) != 1 {
				t.Fatalf("breaks out of HTML as %s", token)
			}
		}
		if tags != 2 {
			t.Fatalf("%d tags instead of 2: %q", tags, text)
		}
	}
}

func stayInXML(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(`<e a="` + text + `">` + text + `</e>`))
	tags := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("breaks XML: %v: %q", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			tags += len(token.Attr)
		case xml.EndElement:
			tags++
		case xml.CharData:
		default:
			t.Fatalf("breaks out of XML as %T", token)
		}
	}
	if tags != 2 {
		t.Fatalf("%d tags and attributes instead of 2: %q", tags, text)
	}
}

func stayInJSON(t *testing.T, text string) {
	t.Helper()
	var object map[string]string
	if err := json.Unmarshal([]byte(`{"a":"`+text+`"}`), &object); err != nil || len(object) != 1 {
		t.Fatalf("breaks out of JSON: %v: %q", err, text)
	}
	if strings.ContainsAny(text, "<>&") {
		t.Fatalf("not safe in a script element: %q", text)
	}
}

func stayInQuoted(t *testing.T, text, value string) {
	t.Helper()
	if back, err := undo(QuotedPrint, []byte(text)); err != nil || back != value {
		t.Fatalf("%q reads as %q, %v; want %q", text, back, err, value)
	}
	if strings.Contains(text, "=_") {
		t.Fatalf("a boundary could stand in %q", text)
	}
	lines := strings.Split(text, "\r\n")
	for i, line := range lines {
		if len(line) > 76 || strings.ContainsAny(line, "\r\n") || i < len(lines)-1 && !strings.HasSuffix(line, "=") {
			t.Fatalf("line %d is too long or breaks hard: %q", i, line)
		}
	}
}

func stayInHeader(t *testing.T, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }); i >= 0 {
		t.Fatalf("byte %#x in a header: %q", text[i], text)
	}
	r := textproto.NewReader(bufio.NewReader(strings.NewReader("X-Value: " + text + "\r\n\r\n")))
	header, err := r.ReadMIMEHeader()
	if err != nil || len(header) != 1 || len(header["X-Value"]) != 1 {
		t.Fatalf("breaks out of a header: %v: %q", err, text)
	}
	back, err := undo(Header, []byte(text))
	if err != nil || strings.ContainsAny(back, "\r\n\x00") {
		t.Fatalf("decodes to more than a line: %q, %v", back, err)
	}
}

func stayInBase64(t *testing.T, text, value string) {
	t.Helper()
	if back, err := undo(Base64Lines, []byte(text)); err != nil || back != value {
		t.Fatalf("%q reads as %q, %v", text, back, err)
	}
	long := func(line string) bool { return len(line) > 76 }
	if slices.ContainsFunc(strings.Split(text, "\r\n"), long) || text != "" && !strings.HasSuffix(text, "\r\n") {
		t.Fatalf("not in lines of 76: %q", text)
	}
}

func stayInPhrase(t *testing.T, text string) {
	t.Helper()
	unfolded := strings.ReplaceAll(text, "\r\n ", " ")
	if i := strings.IndexFunc(unfolded, func(r rune) bool { return r < ' ' || r >= 0x7f }); i >= 0 {
		t.Fatalf("byte %#x in a display name: %q", unfolded[i], text)
	}
	list, err := mail.ParseAddressList(unfolded + " <someone@example.org>")
	if err != nil || len(list) != 1 || list[0].Address != "someone@example.org" {
		t.Fatalf("a display name that is read as an address: %v, %v: %q", list, err, text)
	}
	if strings.ContainsAny(list[0].Name, "\r\n\x00") {
		t.Fatalf("decodes to more than a line: %q", list[0].Name)
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 900 {
			t.Fatalf("a line of %d bytes", len(line))
		}
	}
}
