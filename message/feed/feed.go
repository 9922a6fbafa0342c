// Package feed reads the entries of somebody else's RSS, Atom or JSON feed as
// drafts would have them: title, summary, CommonMark body. It does no I/O.
//
// Failure rules. A feed that can't be read is refused whole, with what is
// wrong. An entry is never refused here: what is wrong with it is found where
// every draft is checked. Nothing of an entry is markup any more but
// CommonMark: scripts, styles, frames and images are left out, and what looks
// like markup in a text stays text. A summary is whole sentences or nothing, and
// nothing where the feed has no text besides.
package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"

	"clarion/message"
)

// Limits of a feed.
const (
	MaxFeed    = 5 << 20 // bytes
	MaxEntries = 200
)

// Entry is one entry of a feed.
type Entry struct {
	ID        string // as the feed calls it; else its link, else a hash of what it says
	Title     string
	Summary   string
	Body      string // CommonMark; ends with the link
	Language  string // of the feed; empty if it names none
	Topics    []string
	Link      string // empty if it has none that is http or https
	Published time.Time
	Pictures  int // images that were left out
}

// Parse reads a feed, its entries in their order.
func Parse(text []byte) ([]Entry, error) {
	if len(text) > MaxFeed {
		return nil, fmt.Errorf("the feed has %d bytes, the limit is %d; take some entries out", len(text), MaxFeed)
	}
	if bytes.Contains(text, []byte("<!ENTITY")) {
		return nil, errors.New("the feed declares entities of its own, which none needs; take the declaration out")
	}
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(text))
	if err != nil {
		return nil, errors.New("this is no RSS, Atom or JSON feed that can be read; look at it in a browser")
	}
	if len(parsed.Items) == 0 {
		return nil, errors.New("the feed has no entries; look at it in a browser")
	}
	if len(parsed.Items) > MaxEntries {
		return nil, fmt.Errorf("the feed has %d entries, the limit is %d; take some out", len(parsed.Items), MaxEntries)
	}
	entries := make([]Entry, len(parsed.Items))
	for i, item := range parsed.Items {
		if entries[i], err = entryOf(item, line(parsed.Language)); err != nil {
			return nil, fmt.Errorf("entry %d of the feed can't be read: %w", i+1, err)
		}
	}
	return entries, nil
}

func entryOf(item *gofeed.Item, language string) (Entry, error) {
	e := Entry{Title: line(plain(item.Title)), Language: language, Link: web(item.Link), ID: item.GUID}
	if e.ID == "" {
		e.ID = item.Link
	}
	if item.PublishedParsed != nil {
		e.Published = *item.PublishedParsed
	}
	content := item.Content
	if strings.TrimSpace(content) == "" {
		content = item.Description
	} else {
		e.Summary = summary(plain(item.Description))
	}
	if e.ID == "" {
		e.ID = hash(e.Title, content)
	}
	var err error
	if e.Body, e.Pictures, err = commonMark(content, e.Link); err != nil {
		return e, err
	}
	if e.Link != "" {
		e.Body = strings.TrimSpace(e.Body + "\n\nSource: <" + e.Link + ">")
	}
	for _, c := range item.Categories {
		if c = line(c); c != "" && len(e.Topics) < message.MaxTopics && !slices.Contains(e.Topics, c) {
			e.Topics = append(e.Topics, c)
		}
	}
	return e, nil
}

// hash tells entries apart that have neither id nor link.
func hash(title, content string) string {
	sum := sha256.Sum256([]byte(title + "\n" + content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// web gives an address that a reader may follow, written so that it stands in
// CommonMark as it is; empty for any other.
func web(address string) string {
	address = strings.TrimSpace(address)
	if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		return ""
	}
	if strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '<' || r == '>' }) {
		return ""
	}
	return address
}

// line makes a text one line, without what cannot be read.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// summary gives the sentences with which a text begins, as far as a summary
// may go.
func summary(text string) string {
	text = line(text)
	if utf8.RuneCountInString(text) <= message.MaxSummary {
		return text
	}
	head := string([]rune(text)[:message.MaxSummary])
	end := max(strings.LastIndex(head, ". "), strings.LastIndex(head, "! "), strings.LastIndex(head, "? "))
	return head[:end+1] // nothing if no sentence ends
}
