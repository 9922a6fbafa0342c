package demo

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/message"
)

// within is how soon the demonstration has shown everything that is due at
// once.
const within = 20 * time.Second

// TestDemonstration runs the demonstration as `make run` does and looks at it
// as its viewers would.
func TestDemonstration(t *testing.T) {
	b := setup(t)
	corrects, begun, err := b.seed()
	b.no(err)
	corrected := make(chan error, 1)
	go func() { corrected <- AddCorrection(t.Context(), b.Office, corrects) }()
	b.await("everything that is due to have left", within-time.Since(begun), func() bool {
		for _, s := range b.allSends() {
			if s.Due.Before(begun.Add(within)) && !s.State.Closed() {
				return false
			}
		}
		return true
	})
	t.Logf("everything that was due had left after %s", time.Since(begun).Round(time.Millisecond))
	b.everySendIsNamed()
	b.feedsHold(b.published())
	b.catcherHolds(b.mailed())
	b.verifies()
	b.no(<-corrected)
	b.correction(corrects)
	b.verifies()
}

// everySendIsNamed checks that each send says message, audience, mechanism and
// state, that nothing came late and that nothing failed.
func (b *bundle) everySendIsNamed() {
	b.Helper()
	now := time.Now()
	for _, s := range b.allSends() {
		if s.Message == "" || len(s.Audiences) == 0 || s.Channel == "" || s.State == "" {
			b.Errorf("a send does not answer the three questions: %+v", s)
		}
		want := message.Sent
		switch {
		case s.Due.After(now):
			want = message.Planned
		case s.Rehearsal:
			want = message.SendRehearsed
		}
		if s.State != want {
			b.Errorf("%q by %s is %s (%s), want %s", s.Title, s.Channel, s.State, s.Reason, want)
		}
		if s.Tally[message.Failed]+s.Tally[message.SendUnknown]+s.Tally[message.Suppressed] > 0 {
			b.Errorf("%q by %s: %v", s.Title, s.Channel, s.Tally)
		}
	}
}

// published gives the pages that were sent by the web feed, by entry id.
func (b *bundle) published() map[string]string {
	pages := map[string]string{}
	for _, s := range b.allSends() {
		if s.Channel == "web" && s.State == message.Sent {
			pages[s.RemoteID] = s.RemoteURL
		}
	}
	return pages
}

func (b *bundle) get(address string) string {
	b.Helper()
	resp, err := http.Get(address)
	b.no(err)
	body, err := io.ReadAll(resp.Body)
	b.no(err)
	b.no(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		b.Fatalf("%s answers %d", address, resp.StatusCode)
	}
	return string(body)
}

type atom struct {
	Entries []struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Content string `xml:"content"`
	} `xml:"entry"`
}

func (b *bundle) feed(name string) atom {
	b.Helper()
	var f atom
	b.no(xml.Unmarshal([]byte(b.get(b.config.Server.BaseURL+"/feeds/"+name+".atom")), &f))
	return f
}

// feedsHold checks that the feed of everything holds what was published and
// nothing else, and that every page is there.
func (b *bundle) feedsHold(pages map[string]string) {
	b.Helper()
	entries := b.feed("all").Entries
	if len(entries) != len(pages) || len(pages) < 8 {
		b.Errorf("the feed holds %d entries, %d pages were published", len(entries), len(pages))
	}
	for _, e := range entries {
		if pages[e.ID] == "" {
			b.Errorf("the feed's %q is not one that was published", e.Title)
		}
	}
	for _, page := range pages {
		b.get(page)
	}
	if n := len(b.feed("stakeholders").Entries); n == 0 || n >= len(entries) {
		b.Errorf("the feed for stakeholders holds %d entries of %d", n, len(entries))
	}
}

// mailed gives how many mails were sent.
func (b *bundle) mailed() int {
	n := 0
	for _, s := range b.allSends() {
		if s.Channel == "email" {
			n += s.Tally[message.Sent]
		}
	}
	return n
}

// catcherHolds checks that the catcher has each mail once, with its way out.
func (b *bundle) catcherHolds(want int) {
	b.Helper()
	var mails []struct {
		To          []string `json:"to"`
		Subject     string   `json:"subject"`
		MessageID   string   `json:"message_id"`
		Unsubscribe string   `json:"unsubscribe"`
	}
	b.no(json.Unmarshal([]byte(b.get("http://"+b.pages+"/api")), &mails))
	if len(mails) != want || want < 50 {
		b.Errorf("the catcher holds %d mails, %d were sent", len(mails), want)
	}
	seen := map[string]bool{}
	for _, m := range mails {
		if seen[m.MessageID] || len(m.To) != 1 || m.Subject == "" {
			b.Errorf("a mail is not one mail to one reader, or came twice: %+v", m)
		}
		seen[m.MessageID] = true
		if !strings.HasPrefix(m.Unsubscribe, b.config.Server.BaseURL+"/unsubscribe/") {
			b.Errorf("a mail's way out is %q", m.Unsubscribe)
		}
	}
}

func (b *bundle) verifies() {
	b.Helper()
	v, err := b.Verify(b.Context(), nil)
	b.no(err)
	if len(v.Faults) > 0 {
		b.Errorf("the ledger does not verify: %v", v.Faults)
	}
}

// correction checks that the sample correction waits for its approval, and
// that the original's page and entry then change under the same entry id.
func (b *bundle) correction(corrects string) {
	b.Helper()
	const right = "An earlier version gave the cost"
	var id string
	for _, m := range b.allMessages() {
		if m.Corrects == corrects && m.State == message.InReview {
			id = m.ID
		}
	}
	original, err := b.Message(b.Context(), corrects)
	b.no(err)
	page, entries := b.config.Server.BaseURL+"/news/"+original.Message.Slug, len(b.feed("all").Entries)
	if before := b.get(page); id == "" || strings.Contains(before, right) {
		b.Fatalf("the correction %q does not wait for its approval", id)
	}
	waiting, err := b.Message(b.Context(), id)
	b.no(err)
	_, err = b.Approve(b.Context(), id, waiting.Message.SubmittedDigest, as(approver))
	b.no(err)
	b.await("the correction to be released", patience, func() bool {
		m, err := b.Message(b.Context(), id)
		b.no(err)
		return m.Message.State == message.Released
	})
	if after := b.get(page); !strings.Contains(after, right) {
		b.Error("the original's page does not hold the correction")
	}
	feed := b.feed("all").Entries
	if len(feed) != entries {
		b.Errorf("the feed holds %d entries after the correction, %d before", len(feed), entries)
	}
	for _, e := range feed {
		if holds := strings.Contains(e.Content, right); holds != (e.ID == original.Message.EntryID) {
			b.Errorf("the entry %s holds the correction: %v; the original is %s", e.ID, holds, original.Message.EntryID)
		}
	}
}
