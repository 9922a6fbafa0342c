package office

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"clarion/fetch"
	"clarion/message"
	"clarion/message/announcement"
	"clarion/message/feed"
	"clarion/people"
	"clarion/store"
)

// Fetcher gets a document from an address that comes from outside.
type Fetcher interface {
	Get(ctx context.Context, address string) (fetch.Document, error)
}

// Feed is somebody else's feed whose entries are to become drafts.
type Feed struct {
	Address     string // where it is fetched, if Text is empty
	Name        string // what faults call it, if it is not fetched
	Text        []byte
	Audiences   []string // of every draft
	GoodEntries bool     // take the good ones although others have faults
}

// FeedImported tells what became of a feed.
type FeedImported struct {
	Drafts   []Drafted
	Known    int       // entries that were imported before
	Pictures int       // images that were left out of the drafts
	Problems []Problem // of the entries that were left out
}

// CheckFeed tells what an import of a feed would do, and stores nothing.
func (v View) CheckFeed(ctx context.Context, f Feed) (FeedImported, error) {
	o := v.office
	if err := v.may(ctx, people.ReadMessages); err != nil {
		return FeedImported{}, err
	}
	if !v.by.owns() {
		if err := o.decide(ctx, v.by, people.AddMessage, o.settings.Department, func(*store.Tx) error { return nil }); err != nil {
			return FeedImported{}, err
		}
	}
	result, _, err := o.readFeed(ctx, f)
	return result, err
}

// ImportFeed makes a draft of every entry that did not become one before. With
// a fault in one of them nothing is taken, unless the good ones are asked for.
func (o *Office) ImportFeed(ctx context.Context, f Feed, by Actor) (FeedImported, error) {
	if err := o.decide(ctx, by, people.AddMessage, o.settings.Department, func(*store.Tx) error { return nil }); err != nil { // nothing is fetched for a stranger
		return FeedImported{}, fmt.Errorf("import a feed: %w", err)
	}
	result, drafts, err := o.readFeed(ctx, f)
	if err != nil {
		return result, err
	}
	result.Drafts = nil
	for _, d := range drafts {
		drafted, err := o.add(ctx, d.Draft, by, d.remember)
		if errors.Is(err, errKnown) { // somebody was faster
			result.Known++
			continue
		}
		if err != nil {
			return result, fmt.Errorf("after %d drafts: %w", len(result.Drafts), err)
		}
		result.Drafts = append(result.Drafts, drafted)
	}
	return result, nil
}

// feedDraft is one entry as a draft.
type feedDraft struct {
	Draft
	entry string // its key
}

// errKnown says that an entry became a message before.
var errKnown = errors.New("imported before")

// remember ties the entry to its message, in the transaction that adds it.
func (d feedDraft) remember(t *store.Tx, id string) error {
	_, known, err := t.Imported(d.entry)
	if err == nil && known {
		err = errKnown
	}
	if err != nil {
		return err
	}
	return t.PutImported(d.entry, id)
}

// readFeed reads a feed and checks each entry as the draft that it would be.
func (o *Office) readFeed(ctx context.Context, f Feed) (FeedImported, []feedDraft, error) {
	var result FeedImported
	if len(f.Audiences) == 0 {
		return result, nil, Refuse(Invalid, "a feed is imported for an audience", "say whom its entries are for with --audience NAME; `clarion audience list` shows them")
	}
	name, text, err := o.feedText(ctx, f)
	if err != nil {
		return result, nil, err
	}
	entries, err := feed.Parse(text)
	if err != nil {
		says, try := advice(err)
		return result, nil, Refuse(Invalid, fmt.Sprintf("%s was not imported: %s", name, says), try)
	}
	var drafts []feedDraft
	for i, e := range entries {
		d := feedDraft{entry: e.ID + "\n" + e.Link, Draft: o.draftOf(e, f.Audiences, fmt.Sprintf("%s, entry %d", name, i+1))}
		known, problems, err := o.checkEntry(ctx, d, &result)
		switch {
		case err != nil:
			return result, nil, err
		case known:
			result.Known++
		case len(problems) > 0:
			result.Problems = append(result.Problems, problems...)
		default:
			result.Pictures += e.Pictures
			drafts = append(drafts, d)
		}
	}
	if len(result.Problems) > 0 && !f.GoodEntries {
		return result, nil, &Refusal{Says: name + " was not imported; take the good entries alone with --good-entries", Problems: result.Problems}
	}
	return result, drafts, nil
}

// checkEntry looks whether an entry is known, or what keeps it from being a
// draft.
func (o *Office) checkEntry(ctx context.Context, d feedDraft, result *FeedImported) (known bool, problems []Problem, err error) {
	if _, known, err = o.store.Imported(ctx, d.entry); err != nil || known {
		return known, nil, err
	}
	drafted, err := o.checkDraft(ctx, d.Draft, people.AddMessage, Owner())
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		for _, p := range refusal.Problems {
			p.Line = 0 // of a file that nobody has
			problems = append(problems, p)
		}
		return false, problems, nil
	}
	if err == nil {
		result.Drafts = append(result.Drafts, drafted)
	}
	return false, nil, err
}

func (o *Office) feedText(ctx context.Context, f Feed) (name string, text []byte, err error) {
	if len(f.Text) > 0 || f.Address == "" {
		return f.Name, f.Text, nil
	}
	fetcher := o.configured.Load().fetcher
	if fetcher == nil {
		return "", nil, Refuse(Conflict, "nothing can be fetched here", "save the feed, and give it as a file")
	}
	document, err := fetcher.Get(ctx, f.Address)
	if refused, ok := errors.AsType[*fetch.Error](err); ok {
		return "", nil, Refuse(Invalid, "the feed was not fetched: "+refused.Says, refused.Try)
	}
	if err != nil {
		return "", nil, fmt.Errorf("fetch a feed: %w", err)
	}
	return document.Address, document.Body, nil
}

// draftOf writes an entry as the announcement file that an author would have
// written.
func (o *Office) draftOf(e feed.Entry, audiences []string, file string) Draft {
	c := message.Content{
		Title: e.Title, Summary: e.Summary, Body: e.Body, Topics: e.Topics, Language: e.Language, Department: o.settings.Department,
		Plan: message.Plan{Audiences: audiences}, Schedule: message.Schedule{LateLimit: message.DefaultLateLimit},
	}
	if strings.TrimSpace(c.Language) == "" {
		c.Language = o.settings.Language
	}
	return Draft{File: file, Text: announcement.Format(c)}
}
