package office_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"clarion/fetch"
	"clarion/message"
	"clarion/office"
)

const entries = `<rss version="2.0"><channel><title>Other</title>
<item><title>Bridge opens</title><guid>g1</guid><link>https://example.org/1</link><category>Transport</category><description>It opens at noon. &lt;img src="x"&gt;</description></item>
<item><title>Ferry stops</title><guid>g2</guid><description>It stops.</description></item>
</channel></rss>`

const bad = `<rss version="2.0"><channel><title>Other</title>
<item><title></title><guid>b1</guid><description>Nothing over it.</description></item>
<item><title>Good</title><guid>b2</guid><description>All well.</description></item>
</channel></rss>`

func feedOf(text string) office.Feed {
	return office.Feed{Name: "feed.xml", Text: []byte(text), Audiences: []string{"public"}}
}

func TestEntriesBecomeDrafts(t *testing.T) {
	b := setup(t)
	got, err := b.ImportFeed(b.ctx, feedOf(entries), ann())
	b.no(err)
	if len(got.Drafts) != 2 || got.Known != 0 || got.Pictures != 1 || got.Drafts[0].Title != "Bridge opens" {
		t.Fatalf("got %+v", got)
	}
	d, err := b.Message(b.ctx, got.Drafts[0].ID)
	b.no(err)
	if d.Message.State != message.Draft || d.Content.Body != "It opens at noon.\n\nSource: <https://example.org/1>" || d.Content.Topics[0] != "Transport" || d.Content.Language != "en-GB" {
		t.Errorf("got %+v", d.Content)
	}
}

func TestAnEntryBecomesOneDraft(t *testing.T) {
	b := setup(t)
	first, err := b.ImportFeed(b.ctx, feedOf(entries), ann())
	b.no(err)
	again, err := b.ImportFeed(b.ctx, feedOf(entries), bob())
	b.no(err)
	if len(again.Drafts) != 0 || again.Known != 2 {
		t.Errorf("a second import: %+v", again)
	}
	b.no(b.Cancel(b.ctx, first.Drafts[0].ID, "a mistake", ann()))
	third, err := b.ImportFeed(b.ctx, feedOf(entries), ann())
	b.no(err)
	if len(third.Drafts) != 1 || third.Known != 1 || third.Drafts[0].ID == first.Drafts[0].ID {
		t.Errorf("after one was cancelled: %+v", third)
	}
}

func TestADryImportStoresNothing(t *testing.T) {
	b := setup(t)
	got, err := b.CheckFeed(b.ctx, feedOf(entries))
	b.no(err)
	all, err := b.Messages(b.ctx, office.MessageFilter{Limit: 10})
	b.no(err)
	if len(got.Drafts) != 2 || got.Drafts[0].ID != "" || len(all) != 0 {
		t.Errorf("got %+v and %d messages", got, len(all))
	}
}

func TestBadEntries(t *testing.T) {
	b := setup(t)
	got, err := b.ImportFeed(b.ctx, feedOf(bad), ann())
	refusal, ok := errors.AsType[*office.Refusal](err)
	if !ok || len(refusal.Problems) == 0 || refusal.Problems[0].File != "feed.xml, entry 1" || refusal.Problems[0].Line != 0 || !strings.Contains(refusal.Says, "--good-entries") {
		t.Errorf("got %v", err)
	}
	all, err := b.Messages(b.ctx, office.MessageFilter{Limit: 10})
	b.no(err)
	if len(all) != 0 {
		t.Errorf("%d messages were stored: %+v", len(all), got)
	}
	f := feedOf(bad)
	f.GoodEntries = true
	got, err = b.ImportFeed(b.ctx, f, ann())
	b.no(err)
	if len(got.Drafts) != 1 || got.Drafts[0].Title != "Good" || len(got.Problems) == 0 {
		t.Errorf("the good ones: %+v", got)
	}
}

// fetched answers with a document, or an error.
type fetched struct {
	document fetch.Document
	err      error
	asked    string
}

func (f *fetched) Get(_ context.Context, address string) (fetch.Document, error) {
	f.asked = address
	return f.document, f.err
}

func (b *bundle) fetches(f *fetched) *office.Office {
	settings := b.settings
	settings.Fetcher = f
	return office.New(b.store, b.queue, b.stop, settings)
}

func TestAFeedIsFetched(t *testing.T) {
	b := setup(t)
	f := &fetched{document: fetch.Document{Address: "https://example.org/end", Body: []byte(bad)}}
	o := b.fetches(f)
	in := office.Feed{Address: "https://example.org/feed", Audiences: []string{"public"}}
	_, err := o.ImportFeed(b.ctx, in, ann())
	if refusal, ok := errors.AsType[*office.Refusal](err); !ok || refusal.Problems[0].File != "https://example.org/end, entry 1" || f.asked != in.Address {
		t.Errorf("got %v, asked %q", err, f.asked)
	}
	f.asked = ""
	if _, err := o.ImportFeed(b.ctx, in, as("stranger")); err == nil || f.asked != "" {
		t.Errorf("a stranger: %v, asked %q", err, f.asked)
	}
}

func TestRefusedFeeds(t *testing.T) {
	b := setup(t)
	public := []string{"public"}
	tests := map[string]office.Feed{
		"is imported for an audience":           {Name: "x", Text: []byte(entries)},
		"no audience called \"nobody\"":         {Name: "x", Text: []byte(entries), Audiences: []string{"nobody"}},
		"x was not imported: this is no RSS":    {Name: "x", Text: []byte("<html>"), Audiences: public},
		"was not fetched: leads inside; save":   {Address: "https://x", Audiences: public},
		"x was not imported: this is no RSS, A": {Name: "x", Audiences: public},
	}
	o := b.fetches(&fetched{err: &fetch.Error{Says: "leads inside", Try: "save it"}})
	for says, f := range tests {
		_, err := o.ImportFeed(b.ctx, f, ann())
		if _, ok := errors.AsType[*office.Refusal](err); !ok || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	if _, err := b.ImportFeed(b.ctx, office.Feed{Address: "https://x", Audiences: public}, ann()); err == nil || !strings.Contains(err.Error(), "nothing can be fetched") {
		t.Errorf("without a fetcher: %v", err)
	}
	down := errors.New("down")
	if _, err := b.fetches(&fetched{err: down}).ImportFeed(b.ctx, office.Feed{Address: "https://x", Audiences: public}, ann()); !errors.Is(err, down) {
		t.Errorf("a fault of ours: %v", err)
	}
}
