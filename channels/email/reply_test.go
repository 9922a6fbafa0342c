package email

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

func parse(s string) (reply, error) {
	return readReply(bufio.NewReaderSize(strings.NewReader(s), maxReplyLine))
}

func TestReadReply(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxReplyLine-6)
	for wire, want := range map[string]reply{
		"250 Ok\r\n":                          {250, "Ok"},
		"250\r\n":                             {250, ""},
		"250 Ok\n":                            {250, "Ok"},
		"250-one\r\n250-two\r\n250 three\r\n": {250, "one\ntwo\nthree"},
		"250-one\r\n250\r\n":                  {250, "one\n"},
		"599 x\r\n":                           {599, "x"},
		"200 x\r\n":                           {200, "x"},
		"250 " + long + "\r\n":                {250, long},
		strings.Repeat("250-\r\n", maxReplyLines-1) + "250 \r\n": {250, strings.Repeat("\n", maxReplyLines-1)},
	} {
		if got, err := parse(wire); err != nil || got != want {
			t.Errorf("%.40q: %+v, %v", wire, got, err)
		}
	}
	for _, wire := range []string{
		"25 Ok\r\n", "2500 Ok\r\n", "abc\r\n", "\r\n", "199 x\r\n", "600 x\r\n", "250_x\r\n", "250-one\r\n251 two\r\n",
		"250 " + long + "x\r\n", strings.Repeat("250-\r\n", maxReplyLines) + "250 \r\n", "٢٥٠ Ok\r\n",
	} {
		if got, err := parse(wire); err == nil {
			t.Errorf("%.40q was read as %+v", wire, got)
		}
	}
	for _, wire := range []string{"", "250 Ok", "250-one\r\n"} {
		if _, err := parse(wire); !errors.Is(err, io.EOF) {
			t.Errorf("%q: %v, want EOF", wire, err)
		}
	}
}

func FuzzReadReply(f *testing.F) {
	for _, s := range []string{"250 Ok\r\n", "250-a\r\n250 b\r\n", "421", "550 5.1.1 <ada.l@example.com> no\r\n", "354\n", "250-\xff\r\n250 \x00\r\n"} {
		f.Add(s, "ada.l@example.com")
	}
	f.Fuzz(func(t *testing.T, wire, recipient string) {
		r, err := parse(wire)
		if err != nil {
			return
		}
		if r.code < 200 || r.code > 599 || strings.Count(r.text, "\n") >= maxReplyLines {
			t.Fatalf("%q was read as %+v", wire, r)
		}
		parseExtensions(r)
		for _, said := range []string{r.scrub(recipient), r.queueID()} {
			if checkAddress(recipient) == nil && strings.Contains(strings.ToLower(said), strings.ToLower(recipient)) {
				t.Errorf("%q holds %q", said, recipient)
			}
			if strings.ContainsAny(said, "@\r\n\x00") || len(said) > maxReason+10 {
				t.Errorf("not fit for a log: %q", said)
			}
		}
	})
}

func TestReasonIsBounded(t *testing.T) {
	t.Parallel()
	for n, cutShort := range map[int]bool{maxReason - 1: false, maxReason: false, maxReason + 1: true} {
		if got := (reply{550, strings.Repeat("x", n)}).scrub(""); strings.HasSuffix(got, "…") != cutShort {
			t.Errorf("%d bytes: %d are left", n, len(got))
		}
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	r, err := parse("250-STARTTLS.example.org\r\n250-size 1000\r\n250-Pipelining\r\n250-AUTH plain LOGIN\r\n250-SIZE\r\n250 \r\n")
	if err != nil {
		t.Fatal(err)
	}
	e := parseExtensions(r)
	if !e.pipelining || !e.size || e.maxSize != 1000 || e.startTLS || e.utf8 || e.eightBit || strings.Join(e.auth, " ") != "PLAIN LOGIN" {
		t.Errorf("got %+v", e)
	}
}
