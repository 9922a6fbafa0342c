package main

import (
	"os"
	"strings"
	"testing"

	"clarion/api"
)

// TestReadable decodes a mail as the channel composes it.
func TestReadable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../channels/email/testdata/full.eml")
	if err != nil {
		t.Fatal(err)
	}
	got := readable(api.Document{Name: "mail", MediaType: "message/rfc822", Text: string(text)}).Text
	at := 0
	for _, want := range []string{
		"From: \"Press Office\" <press@example.org>\n",
		"Subject: EMBARGOED until 1 May 2027, 09:00 BST: Correction: “Bridge” opens: café on deck – ☕ – and a title that is long enough to need more than one line of a header\n",
		"\n== text/plain\n", "“Bridge” opens: café on deck – ☕ – and a title", "\n== text/html\n", `<html lang="en-GB"`,
	} {
		i := strings.Index(got[at:], want)
		if i < 0 {
			t.Fatalf("%q is missing or out of order in\n%s", want, got)
		}
		at += i
	}
	if strings.Contains(got, "=E2") || strings.Contains(got, "Content-Transfer-Encoding") {
		t.Errorf("something stayed encoded:\n%s", got)
	}
}

func TestReadableKeepsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]api.Document{
		"no mail":      {MediaType: "text/html", Text: "Subject: x\n\ntext"},
		"no type":      {MediaType: "message/rfc822", Text: "Subject: x\n\ntext"},
		"no header":    {MediaType: "message/rfc822", Text: "text"},
		"cut short":    {MediaType: "message/rfc822", Text: "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\ntext"},
		"wrong base64": {MediaType: "message/rfc822", Text: "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!"},
	} {
		if got := readable(d); got.Text != d.Text {
			t.Errorf("%s: %q became %q", name, d.Text, got.Text)
		}
	}
}

func FuzzReadable(f *testing.F) {
	f.Add("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n=41⟦name⟧")
	f.Add("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/html\n\n<p>\n--a--")
	f.Add("Content-Type: application/pdf; name=\"=?utf-8?q?=41?=\"\n\nx")
	f.Fuzz(func(_ *testing.T, text string) {
		readable(api.Document{MediaType: "message/rfc822", Text: text}) // it ends, and does not panic
	})
}
