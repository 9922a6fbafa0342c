package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
)

func publication(text string) *message.Publication {
	docs := map[string][]byte{}
	for _, name := range []string{"page", "atom", "rss", "json", "item"} {
		docs[name] = []byte(name + " " + text)
	}
	return &message.Publication{Documents: docs}
}

// publish claims what is due on web and publishes it under a text.
func (b *bundle) publish(text string) []message.Opened {
	b.Helper()
	items := b.lease("web", 10).Items
	all := make([]message.Settlement, len(items))
	for i, item := range items {
		all[i] = message.Settlement{Item: item, ClosedAt: b.now, To: message.Sent, Mode: message.Live, Publish: publication(text)}
	}
	opened, err := b.store.Publish(context.Background(), lane("web"), all, b.now)
	b.no(err)
	return opened
}

func (b *bundle) entries(audience string) []PublicEntry {
	b.Helper()
	all, err := b.store.PublicEntries(context.Background(), audience, 10)
	b.no(err)
	return all
}

func TestPublicationAppearsWithItsSettlementOnly(t *testing.T) {
	b := setup(t)
	id := b.approved(to("web")...)
	slug := b.message(id).Slug
	item := b.lease("web", 1).Items[0]
	if _, _, err := b.store.PublicPage(context.Background(), slug); !errors.Is(err, ErrNotFound) || len(b.entries("")) != 0 {
		t.Errorf("it shows before it is published: %v", err)
	}
	bad := message.Settlement{Item: item, ClosedAt: b.now, To: message.Sent, Mode: message.Live, Publish: &message.Publication{}}
	if _, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{bad}, b.now); err == nil {
		t.Error("a publication without documents was taken")
	}
	b.wants(id, message.Approved, "web", message.Claimed)
	bad.Publish = publication("first")
	opened, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{bad}, b.now)
	if err != nil || opened[0].Attempt == 0 {
		t.Fatalf("published %+v, %v", opened, err)
	}
	b.wants(id, message.Released, "web", message.Sent)
	page, updated, err := b.store.PublicPage(context.Background(), slug)
	if err != nil || string(page) != "page first" || !updated.Equal(b.now) {
		t.Errorf("page %q %v %v", page, updated, err)
	}
	if all := b.entries("press"); len(all) != 1 || string(all[0].Atom) != "atom first" || !all[0].Published.Equal(b.now) {
		t.Errorf("entries %+v", all)
	}
	if len(b.entries("staff")) != 0 {
		t.Error("it shows to another audience")
	}
	again, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{bad}, b.now)
	if err != nil || again[0].Attempt != 0 || again[0].Stopped == nil {
		t.Errorf("published twice: %+v, %v", again, err)
	}
	b.sound()
}

func TestCorrectionTakesTheOriginalsPlace(t *testing.T) {
	b := setup(t)
	original := b.approved(to("web")...)
	b.publish("first")
	m := b.message(original)
	b.update(func(tx *Tx) error {
		return tx.PutAudience(audience.Audience{Name: "everyone", Title: "Everyone", Public: true})
	})
	b.now = b.now.Add(time.Hour)
	c := content("Correction")
	c.Corrects = original
	correction := b.draft(c)
	b.submit(correction, rendered("web", "press", "everyone"))
	b.approve(correction)
	if item := b.lease("web", 1).Items[0]; item.EntryID != m.EntryID || item.Slug != m.Slug || !item.PublishedAt.Equal(start) {
		t.Errorf("the correction is claimed as %+v", item)
	} else if _, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{{
		Item: item, ClosedAt: b.now, To: message.Sent, Mode: message.Live, Publish: publication("corrected"),
	}}, b.now); err != nil {
		t.Fatal(err)
	}
	all := b.entries("press")
	if len(all) != 1 || string(all[0].Item) != "item corrected" || !all[0].Published.Equal(start) || !all[0].Updated.Equal(b.now) || all[0].Slug != m.Slug {
		t.Errorf("entries %+v", all)
	}
	if len(b.entries("everyone")) != 0 {
		t.Error("a correction made the entry known to more people")
	}
}

// Both may be claimed before either is published.
func TestCorrectionClaimedWithItsOriginal(t *testing.T) {
	b := setup(t)
	original := b.approved(to("web")...)
	c := content("Correction")
	c.Corrects = original
	correction := b.draft(c)
	b.submit(correction, to("web")...)
	b.approve(correction)
	items := b.lease("web", 2).Items
	for i, item := range items {
		b.now = b.now.Add(time.Second)
		_, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{{
			Item: item, ClosedAt: b.now, To: message.Sent, Mode: message.Live, Publish: publication([]string{"first", "corrected"}[i]),
		}}, b.now)
		b.no(err)
	}
	if all := b.entries("press"); len(all) != 1 || string(all[0].RSS) != "rss corrected" || !all[0].Published.Equal(start.Add(time.Second)) {
		t.Errorf("entries %+v", all)
	}
}

func TestAudienceNoLongerPublic(t *testing.T) {
	b := setup(t)
	before := b.approved(to("web")...)
	b.publish("first")
	id := b.approved(to("web")...)
	items := b.lease("web", 1).Items
	b.update(func(tx *Tx) error { return tx.PutAudience(audience.Audience{Name: "press", Title: "Press"}) })
	opened, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{{
		Item: items[0], ClosedAt: b.now, To: message.Sent, Mode: message.Live, Publish: publication("secret"),
	}}, b.now)
	if err != nil || opened[0].Attempt != 0 || opened[0].Stopped.Verdict.Hold != message.HoldAudienceDrift {
		t.Errorf("published %+v, %v", opened, err)
	}
	if s := b.wants(id, message.Held, "web", message.SendHeld); s.Hold != message.HoldAudienceDrift {
		t.Errorf("held for %q", s.Hold)
	}
	if len(b.entries("press")) != 0 || len(b.entries("")) != 0 {
		t.Error("what an audience got that is not public any more is listed")
	}
	b.wants(before, message.Released, "web", message.Sent)
	b.update(func(tx *Tx) error {
		return tx.PutAudience(audience.Audience{Name: "press", Title: "Press", Public: true})
	})
	b.release(id)
	b.publish("second")
	b.wants(id, message.Released, "web", message.Sent)
	b.sound()
}

func TestRehearsedLocalSendIsNotPublic(t *testing.T) {
	b := setup(t)
	id := b.approved(to("web")...)
	item := b.lease("web", 1).Items[0]
	dry := lane("web")
	dry.Mode = message.Rehearsal
	_, err := b.store.Publish(context.Background(), dry, []message.Settlement{{
		Item: item, ClosedAt: b.now, To: message.SendRehearsed, Mode: message.Rehearsal, Publish: publication("dry"),
	}}, b.now)
	b.no(err)
	b.wants(id, message.Rehearsed, "web", message.SendRehearsed)
	if len(b.entries("")) != 0 {
		t.Error("a rehearsal is public")
	}
}

func TestPublicAssets(t *testing.T) {
	b := setup(t)
	sum, err := b.store.PutAsset([]byte("a picture"))
	b.no(err)
	b.update(func(tx *Tx) error { return tx.InsertAsset(sum, "image/png", 9) })
	if _, _, err := b.store.PublicAsset(context.Background(), sum); !errors.Is(err, ErrNotFound) {
		t.Errorf("an asset of nothing published: %v", err)
	}
	b.approved(to("web")...)
	p := publication("with a picture")
	p.Assets = []string{sum}
	item := b.lease("web", 1).Items[0]
	_, err = b.store.Publish(context.Background(), lane("web"), []message.Settlement{{Item: item, ClosedAt: b.now, To: message.Sent, Publish: p}}, b.now)
	b.no(err)
	if got, kind, err := b.store.PublicAsset(context.Background(), sum); err != nil || string(got) != "a picture" || kind != "image/png" {
		t.Errorf("asset %q %q %v", got, kind, err)
	}
}

// TestAssetsOfWhatIsReplaced takes those from the public that no page shows any
// more, and leaves those that another page does.
func TestAssetsOfWhatIsReplaced(t *testing.T) {
	b := setup(t)
	sums := map[string]string{}
	for _, name := range []string{"gone", "shared", "kept", "new"} {
		sum, err := b.store.PutAsset([]byte(name))
		b.no(err)
		sums[name] = sum
		b.update(func(tx *Tx) error { return tx.InsertAsset(sum, "text/plain", int64(len(name))) })
	}
	publish := func(names ...string) {
		b.Helper()
		p := publication("text")
		for _, name := range names {
			p.Assets = append(p.Assets, sums[name])
		}
		item := b.lease("web", 1).Items[0]
		_, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{{Item: item, ClosedAt: b.now, To: message.Sent, Publish: p}}, b.now)
		b.no(err)
	}
	shown := func(want ...string) {
		b.Helper()
		for name, sum := range sums {
			_, _, err := b.store.PublicAsset(context.Background(), sum)
			if (err == nil) != slices.Contains(want, name) || err != nil && !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	id := b.approved(to("web")...)
	publish("gone", "shared", "kept")
	b.approved(to("web")...)
	publish("shared")
	shown("gone", "shared", "kept")
	b.about(correcting(id), of(b.sendOf(id, "web"), channels.Edit))
	publish("kept", "new")
	shown("shared", "kept", "new")
	b.about(withdrawing(id), of(b.sendOf(id, "web"), channels.Delete))
	publish()
	shown("shared")
}

func TestPublicCorrections(t *testing.T) {
	b := setup(t)
	id := b.approved(to("web")...)
	b.publish("first")
	lines := func(limit int) (all []string) {
		b.Helper()
		stored, err := b.store.PublicCorrections(context.Background(), limit)
		b.no(err)
		for _, line := range stored {
			all = append(all, string(line))
		}
		return all
	}
	for _, text := range []string{"one", "two"} {
		b.about(correcting(id), of(b.sendOf(id, "web"), channels.Edit))
		item := b.lease("web", 1).Items[0]
		p := publication(text)
		p.Documents["correction"] = []byte(text)
		_, err := b.store.Publish(context.Background(), lane("web"), []message.Settlement{{Item: item, ClosedAt: b.now, To: message.Sent, Publish: p}}, b.now)
		b.no(err)
	}
	if got := lines(10); !slices.Equal(got, []string{"two", "one"}) {
		t.Errorf("lines %q", got)
	}
	if got := lines(1); !slices.Equal(got, []string{"two"}) {
		t.Errorf("the newest line is %q", got)
	}
	b.update(func(tx *Tx) error { return tx.PutAudience(audience.Audience{Name: "press", Title: "Press"}) })
	if got := lines(10); len(got) > 0 {
		t.Errorf("of an audience that is not public any more: %q", got)
	}
}

func TestPublicAudiences(t *testing.T) {
	b := setup(t)
	all, err := b.store.PublicAudiences(context.Background())
	if want := []PublicAudience{{Name: "press", Title: "Press"}}; err != nil || !slices.Equal(all, want) {
		t.Errorf("got %+v, %v; want %+v", all, err, want)
	}
}
