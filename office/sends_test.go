package office_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
	"clarion/office"
	"clarion/store"
)

func TestResolveAPlainSend(t *testing.T) {
	b := setup(t)
	for _, tt := range []struct {
		to   message.SendState
		then message.State
	}{
		{message.Sent, message.Released}, {message.Abandoned, message.Cancelled}, {message.Planned, message.Releasing},
	} {
		id := b.approved("channels: [mastodon]")
		b.leave(message.SendUnknown, "mastodon")
		b.wants(id, message.ReleasedWithOpen)
		before := b.send(id, "mastodon", 0)
		woken := b.queue.woken.Load()
		n, err := b.Resolve(b.ctx, before.ID, tt.to, "I looked", ann())
		b.no(err)
		after := b.send(id, "mastodon", 0)
		if n != 1 || after.State != tt.to || after.Key != before.Key || b.queue.woken.Load() == woken {
			t.Errorf("%d resolved to %s: %+v", n, tt.to, after)
		}
		b.wants(id, tt.then)
		_, err = b.Resolve(b.ctx, before.ID, tt.to, "I looked", ann())
		b.refused(err, office.Conflict, string(tt.to))
	}
}

func TestRetryAPlainSend(t *testing.T) {
	b := setup(t)
	id := b.approved("channels: [mastodon]")
	b.leave(message.Failed, "mastodon")
	b.wants(id, message.ReleasedWithOpen)
	before := b.send(id, "mastodon", 0)
	_, err := b.Resolve(b.ctx, before.ID, message.Sent, "I looked", ann())
	b.refused(err, office.Conflict, "unknown", "failed")
	n, err := b.Retry(b.ctx, before.ID, false, "", ann())
	b.no(err)
	if after := b.send(id, "mastodon", 0); n != 1 || after.State != message.Planned || after.Key != before.Key {
		t.Errorf("%d planned again: %+v", n, after)
	}
	b.leave(message.Failed, "mastodon")
	d, err := b.Send(b.ctx, before.ID)
	b.no(err)
	if len(d.Attempts) != 2 || d.Attempts[1].Number != 2 || d.Attempts[1].Outcome != message.Failed || d.Send.Reason != "refused" {
		t.Errorf("the evidence is %+v", d)
	}
	n, err = b.Retry(b.ctx, before.ID, true, "no use", ann())
	b.no(err)
	if n != 1 || b.send(id, "mastodon", 0).State != message.Abandoned {
		t.Error("not abandoned")
	}
	b.wants(id, message.Cancelled)
}

func TestSendsThatAreRefused(t *testing.T) {
	b := setup(t)
	id := b.approved("channels: [mastodon]")
	b.leave(message.SendUnknown, "mastodon")
	send := b.send(id, "mastodon", 0).ID
	before := b.counts()
	_, err := b.Resolve(b.ctx, send, message.Failed, "I looked", ann())
	b.refused(err, office.Invalid, "failed", "sent, planned")
	for _, reason := range []string{"", " \t"} {
		_, err = b.Resolve(b.ctx, send, message.Sent, reason, ann())
		b.refused(err, office.Invalid, "reason")
	}
	_, err = b.Resolve(b.ctx, send, message.Sent, "I looked", as("mallory"))
	b.refused(err, office.Forbidden, "mallory")
	_, err = b.Retry(b.ctx, send, false, "", ann())
	b.refused(err, office.Conflict, "failed", "unknown")
	_, err = b.Retry(b.ctx, 1<<40, false, "", ann())
	b.refused(err, office.NotFound, "clarion send list")
	_, err = b.Send(b.ctx, 1<<40)
	b.refused(err, office.NotFound, "clarion send list")
	if after := b.counts(); after["ledger_entries"] != before["ledger_entries"] || b.send(id, "mastodon", 0).State != message.SendUnknown {
		t.Error("what was refused changed something")
	}
}

// TestResolveAnAddressedSend settles what is open of its recipients, each kind
// by itself.
func TestResolveAnAddressedSend(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds+"owl@example.net,,\nheron@example.net,,\n")
	id := b.approved("audiences: [press]")
	opened := b.begin("email")
	for i, to := range []message.SendState{message.Sent, message.SendUnknown, message.SendUnknown, message.Failed} {
		b.end(opened[i:i+1], to)
	}
	send := b.send(id, "email", 0)
	d, err := b.Send(b.ctx, send.ID)
	b.no(err)
	if send.State != message.SendUnknown || len(d.Open) != 3 || d.Open[0].State != message.SendUnknown || d.Open[2].State != message.Failed {
		t.Fatalf("send is %s with %d open: %+v", send.State, len(d.Open), d.Open)
	}
	n, err := b.Resolve(b.ctx, send.ID, message.Sent, "the relay's log has them", ann())
	b.no(err)
	if s := b.send(id, "email", 0); n != 2 || s.State != message.Failed || s.Tally[message.Sent] != 3 {
		t.Errorf("%d resolved, send is %s, %v", n, s.State, s.Tally)
	}
	b.wants(id, message.ReleasedWithOpen)
	n, err = b.Retry(b.ctx, send.ID, false, "", bob())
	b.no(err)
	if n != 1 {
		t.Errorf("%d planned again", n)
	}
	again := b.begin("email")
	if len(again) != 1 || again[0].Item.Key != opened[3].Item.Key || again[0].Item.Attempt != 2 {
		t.Errorf("tried again: %+v", again)
	}
	b.end(again, message.Sent)
	b.wants(id, message.Released)
}

// valuesOf is what the queue fills a delivery with.
func (b *bundle) valuesOf(o message.Opened) channels.Values {
	l := b.settings.Links
	v := channels.Values{
		RecipientName: o.Item.Name, RecipientAddress: o.Item.Address, MessageID: o.Item.Key, EntryID: o.Item.EntryID,
		PageAddress: l.Page(o.Item.Slug), PublishedAt: o.At, UpdatedAt: o.At, Zone: l.Zone, AssetBase: l.AssetBase, Asset: b.store.Asset,
	}
	if o.Item.Recipient != 0 {
		v.UnsubscribeLink = l.Unsubscribe(o.Item.Recipient)
	}
	return v
}

// left checks that Delivered shows what an attempt left as, byte for byte.
func (b *bundle) left(o message.Opened) []office.Shown {
	b.Helper()
	shown, err := b.Delivered(b.ctx, o.Item.Send, o.Item.Recipient)
	b.no(err)
	stored, err := b.store.Rendering(b.ctx, o.Item.Send)
	b.no(err)
	r, err := channels.UnmarshalRendering(stored)
	b.no(err)
	if len(shown) == 0 || len(shown) != len(r.Documents) {
		b.Fatalf("%d documents are shown of %d", len(shown), len(r.Documents))
	}
	for i, d := range r.Documents {
		want, err := d.Fill(b.valuesOf(o))
		b.no(err)
		if !bytes.Equal(shown[i].Text, want) || shown[i].Name != d.Name || shown[i].MediaType != d.MediaType {
			b.Errorf("%s of send %d is shown as\n%s\nand left as\n%s", d.Name, o.Item.Send, shown[i].Text, want)
		}
	}
	return shown
}

func TestDelivered(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	photo := office.Upload{Name: "photo.png", Content: pngOf(t, 3, 2)}
	d := draft("audiences: [public, press]", "assets:", "  - {file: photo.png, alt: The bridge}")
	d.Assets = []office.Upload{photo}
	added, err := b.Add(b.ctx, d, ann())
	b.no(err)
	b.no(b.Approve(b.ctx, added.ID, b.submit(added.ID), bob()))
	b.rehearse("email", "web")
	for _, channel := range []string{"mastodon", "web"} {
		opened := b.begin(channel)
		b.end(opened, message.Sent)
		shown := b.left(opened[0])
		if page := "https://news.example.org/news/bridge-opens-"; !strings.Contains(string(shown[0].Text), page) {
			t.Errorf("by %s without its page's address:\n%s", channel, shown[0].Text)
		}
	}
	opened := b.begin("email")
	b.end(opened, message.Sent)
	b.wants(added.ID, message.Rehearsed)
	for i, o := range opened {
		mail := string(b.left(o)[0].Text)
		other := opened[1-i].Item
		if !strings.Contains(mail, o.Item.Address) || strings.Contains(mail, other.Address) || strings.Contains(mail, other.Key) {
			t.Error("a mail is not to its recipient alone")
		}
	}
	send := opened[0].Item.Send
	_, err = b.Delivered(b.ctx, send, 0)
	b.refused(err, office.Conflict, "--recipient")
	_, err = b.Delivered(b.ctx, b.send(added.ID, "mastodon", 0).ID, opened[0].Item.Recipient)
	b.refused(err, office.NotFound, "recipient")
	_, err = b.Delivered(b.ctx, 1<<40, 0)
	b.refused(err, office.NotFound, "clarion send list")
}

// TestRendering shows what is open by its name, the same bytes as a preview
// and once they are frozen.
func TestRendering(t *testing.T) {
	b := setup(t)
	id := b.add("audiences: [public, partners]")
	for channel, slots := range map[string][]string{
		"web": {"⟦page-address⟧", "⟦entry-id⟧", "⟦published-at⟧"}, "mastodon": {"⟦page-address⟧"},
		"email": {"⟦recipient-address⟧", "⟦unsubscribe-link⟧", "⟦message-id⟧"},
	} {
		r, err := b.Rendering(b.ctx, id, channel)
		b.no(err)
		var all strings.Builder
		for _, d := range r.Documents {
			all.WriteString(string(d.Text))
		}
		for _, slot := range slots {
			if !strings.Contains(all.String(), slot) {
				t.Errorf("%s shows no %s:\n%s", channel, slot, all.String())
			}
		}
		if len(r.Digest) != 64 {
			t.Errorf("%s has the digest %q", channel, r.Digest)
		}
	}
	preview, err := b.Rendering(b.ctx, id, "web")
	b.no(err)
	b.submit(id)
	frozen, err := b.Rendering(b.ctx, id, "web")
	b.no(err)
	if preview.Digest != frozen.Digest {
		t.Error("what was previewed is not what was frozen")
	}
	_, err = b.Rendering(b.ctx, id, "pigeon")
	b.refused(err, office.NotFound, "pigeon", "it goes by ", "email, ", "web")
	_, err = b.Rendering(b.ctx, "m0", "web")
	b.refused(err, office.NotFound, "m0")
}

func TestRenderingOfWhatCannotBePlannedAnyMore(t *testing.T) {
	b := setup(t)
	id := b.add()
	without := b.reconfigured(func(s *office.Settings) { s.Channels = s.Channels[2:] })
	_, err := without.View(office.Owner()).Rendering(b.ctx, id, "web")
	b.refused(err, office.Invalid, id, "can't be rendered", "no channel reaches")
}

func TestListsAndFollowing(t *testing.T) {
	b := setup(t)
	first, second := b.approved(), b.approved("channels: [web]")
	all, err := b.Messages(b.ctx, store.MessageFilter{})
	b.no(err)
	if len(all) != 2 {
		t.Fatalf("%d messages", len(all))
	}
	if one, _ := b.Messages(b.ctx, store.MessageFilter{Limit: 1}); len(one) != 1 {
		t.Errorf("%d messages, want 1", len(one))
	}
	sends, err := b.Sends(b.ctx, store.SendFilter{Channel: "web"})
	b.no(err)
	if len(sends) != 2 || sends[0].Message != second || sends[1].Message != first {
		t.Errorf("sends %+v", sends)
	}
	none, end, err := b.ChangedSends(b.ctx, -1)
	b.no(err)
	if len(none) != 0 || end == 0 {
		t.Errorf("the end is %d with %d sends", end, len(none))
	}
	b.leave(message.Sent, "mastodon")
	changed, next, err := b.ChangedSends(b.ctx, end)
	b.no(err)
	if len(changed) != 1 || changed[0].Message != first || next <= end {
		t.Errorf("changed %+v, next %d", changed, next)
	}
	backlog, err := b.Backlog(b.ctx)
	b.no(err)
	if backlog.Due != 2 || backlog.Held != 0 {
		t.Errorf("backlog %+v", backlog)
	}
	if d := b.detail(first); d.EditedBy != "ann" || time.Since(d.EditedAt) > time.Minute || d.Content.Title != "Bridge opens" || d.Plan[0].Length < 0 {
		t.Errorf("detail %+v", d)
	}
	_, err = b.Message(b.ctx, "m0")
	b.refused(err, office.NotFound, "m0", "clarion message list")
}
