package email

import (
	"encoding/base64"
	"net/mail"
	"strings"
	"unicode/utf8"

	"clarion/channels"
)

// lineLength is what header lines are folded at, in bytes (RFC 5322 2.1.1,
// RFC 2047 2).
const lineLength = 76

// encodedBytes is how much text goes into one encoded word: with its frame it
// stays within the 75 characters of RFC 2047 2, and within a line's end even
// after a header's name.
const encodedBytes = 36

func (c *Channel) headers(b *builder, p page) {
	b.text(header("From", mailbox(c.set.from)))
	b.text("To: ")
	b.slot(channels.RecipientName, channels.Phrase)
	b.text(" <")
	b.slot(channels.RecipientAddress, channels.Plain)
	b.text(">\r\n")
	if c.set.replyTo.Address != "" {
		b.text(header("Reply-To", mailbox(c.set.replyTo)))
	}
	b.text(header("Subject", unstructured(p.subject())))
	b.text("Date: ")
	b.slot(channels.PublishedAt, channels.TimeRFC5322)
	b.text("\r\nMessage-ID: <")
	b.slot(channels.MessageID, channels.Plain)
	b.text("@", p.domain, ">\r\n")
	c.listHeaders(b, p)
	if p.post.Language != "" {
		b.text("Content-Language: ", languageTag(p.post.Language), "\r\n")
	}
	b.text("MIME-Version: 1.0\r\n")
}

// listHeaders let readers sort and leave (RFC 2919, 2369, 8058).
func (c *Channel) listHeaders(b *builder, p page) {
	b.text("List-Unsubscribe: <")
	b.slot(channels.UnsubscribeLink, channels.Plain)
	b.text(">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
	name, title := c.list, c.about
	if len(p.post.Audiences) == 1 {
		name, title = p.post.Audiences[0].Name, p.post.Audiences[0].Title
	}
	if label := listLabel(name); label != "" {
		b.text(header("List-Id", strings.TrimLeft(phrase(title)+" <"+label+"."+p.domain+">", " ")))
	}
}

// subject leads with the embargo. A correction and a withdrawal say what they are,
// so that nobody takes them for the same mail again.
func (p page) subject() string {
	subject := p.title
	switch {
	case p.post.Withdraws != "":
		subject = p.words.subject
	case !strings.HasPrefix(strings.ToLower(subject), strings.ToLower(strings.TrimSpace(p.words.subject))):
		subject = p.words.subject + subject
	}
	if p.words.embargo != "" {
		return p.words.embargo + ": " + subject
	}
	return subject
}

// listLabel writes a name with what a list's id may hold (RFC 2919 2).
func listLabel(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		default:
			return '-'
		}
	}, name), "-")
}

// languageTag keeps what a BCP 47 tag is made of.
func languageTag(tag string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return -1
	}, tag)
}

// mailbox writes `Name <address>` of the configuration.
func mailbox(a mail.Address) string {
	return strings.TrimLeft(phrase(a.Name)+" <"+a.Address+">", " ")
}

// phrase writes a display name as the Form of that name does.
func phrase(name string) string {
	doc := channels.Document{Parts: []channels.Part{{Slot: channels.RecipientName, Form: channels.Phrase}}}
	b, _ := doc.Fill(channels.Values{RecipientName: name}) // a name may be anything, so it never fails
	return strings.ReplaceAll(string(b), "\r\n", "")       // header folds it
}

// unstructured writes a text in ASCII as it is and any other in encoded words
// (RFC 2047), as also a text that would read as one.
func unstructured(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) && !strings.Contains(text, "=?") {
		return text
	}
	var words []string
	for len(text) > 0 {
		n := cut(text, encodedBytes)
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(text[:n]))+"?=")
		text = text[n:]
	}
	return strings.Join(words, " ")
}

// cut is the length of the longest beginning of at most limit bytes that ends
// between characters.
func cut(text string, limit int) int {
	if len(text) <= limit {
		return len(text)
	}
	for n := limit; n > 0; n-- {
		if utf8.RuneStart(text[n]) {
			return n
		}
	}
	return limit
}

// header folds a header's value at blanks (RFC 5322 2.2.3).
func header(name, value string) string {
	var out strings.Builder
	out.WriteString(name + ":")
	used := out.Len()
	for i, word := range strings.Split(value, " ") {
		if i > 0 && used+1+len(word) > lineLength {
			out.WriteString("\r\n")
			used = 0
		}
		out.WriteString(" " + word)
		used += 1 + len(word)
	}
	out.WriteString("\r\n")
	return out.String()
}
