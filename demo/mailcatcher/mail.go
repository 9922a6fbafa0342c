package mailcatcher

import (
	"bytes"
	"cmp"
	"mime"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"
)

// mail is one mail as it came. Its fields in JSON are what scripts get.
type mail struct {
	ID          int       `json:"id"`
	Received    time.Time `json:"received"`
	From        string    `json:"from"`       // the header's, or else the envelope's
	Sender      string    `json:"sender"`     // of the envelope
	To          []string  `json:"to"`         // of the envelope
	Subject     string    `json:"subject"`    // decoded
	MessageID   string    `json:"message_id"` // without angle brackets
	Size        int       `json:"size"`       // bytes
	Unsubscribe string    `json:"unsubscribe,omitempty"`

	source []byte
}

func newMail(from string, to []string, source []byte, at time.Time) mail {
	m := mail{Received: at, From: from, Sender: from, To: to, Size: len(source), source: source}
	parsed, err := netmail.ReadMessage(bytes.NewReader(source))
	if err != nil {
		return m
	}
	m.From = cmp.Or(decode(parsed.Header.Get("From")), from)
	m.Subject = decode(parsed.Header.Get("Subject"))
	m.MessageID = inBrackets(parsed.Header.Get("Message-Id"))
	m.Unsubscribe = webAddress(inBrackets(parsed.Header.Get("List-Unsubscribe")))
	return m
}

// decode reads encoded words; what cannot be read stays as it is.
func decode(header string) string {
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		return header
	}
	return text
}

func inBrackets(header string) string {
	_, rest, _ := strings.Cut(header, "<")
	word, _, _ := strings.Cut(rest, ">")
	return strings.TrimSpace(word)
}

func webAddress(s string) string {
	if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return s
}
