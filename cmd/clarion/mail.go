package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"

	"clarion/api"
)

// readable decodes a mail (RFC 5322, RFC 2045) for reading: the headers that a
// reader sees, the text, then the HTML; of an attachment its name. Any other
// document, and a mail that can't be decoded, stays as it is.
func readable(d api.Document) api.Document {
	if kind, _, err := mime.ParseMediaType(d.MediaType); err != nil || kind != "message/rfc822" {
		return d
	}
	m, err := mail.ReadMessage(strings.NewReader(string(d.Bytes())))
	if err != nil {
		return d
	}
	var b strings.Builder
	for _, name := range []string{"From", "To", "Reply-To", "Subject", "Date", "Message-Id", "List-Id", "List-Unsubscribe", "Content-Language"} {
		if value := m.Header.Get(name); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, oneLine(inWords(value)))
		}
	}
	if err := writePart(&b, textproto.MIMEHeader(m.Header), m.Body); err != nil {
		return d
	}
	return api.Document{Name: d.Name, MediaType: d.MediaType, Text: b.String()}
}

// inWords decodes a header (RFC 2047).
func inWords(s string) string {
	words, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return s
	}
	return words
}

// writePart writes a part and all that it holds.
func writePart(b *strings.Builder, header textproto.MIMEHeader, body io.Reader) error {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("read the type of a part: %w", err)
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return writeParts(b, multipart.NewReader(body, parameters["boundary"]))
	case header.Get("Content-Disposition") != "" || !strings.HasPrefix(kind, "text/"):
		fmt.Fprintf(b, "\n== %s (%s)\n", partName(header, parameters), kind)
		return nil
	}
	text, err := io.ReadAll(decoded(header.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return fmt.Errorf("decode a part: %w", err)
	}
	fmt.Fprintf(b, "\n== %s\n%s\n", kind, strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"))
	return nil
}

func writeParts(b *strings.Builder, parts *multipart.Reader) error {
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a part: %w", err)
		}
		if err := writePart(b, part.Header, part); err != nil {
			return err
		}
	}
}

// decoded undoes a transfer encoding (RFC 2045, 6). Slots stand in the text
// undecoded and pass.
func decoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	default:
		return body
	}
}

// partName is what an attachment is called.
func partName(header textproto.MIMEHeader, parameters map[string]string) string {
	if _, disposition, err := mime.ParseMediaType(header.Get("Content-Disposition")); err == nil && disposition["filename"] != "" {
		return oneLine(inWords(disposition["filename"]))
	}
	return dash(oneLine(inWords(parameters["name"])))
}
