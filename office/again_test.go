package office_test

import (
	"strings"
	"testing"

	"clarion/message"
	"clarion/office"
)

// TestApprovedAgainPlansAll ends sends in every way in which a message may end
// rehearsed and holds that the next approval plans each of them again.
func TestApprovedAgainPlansAll(t *testing.T) {
	for name, end := range map[string]func(b *bundle, id string){
		"given up after it failed": func(b *bundle, id string) {
			b.leave(message.Failed, "web")
			_, err := b.Retry(b.ctx, b.send(id, "web", 0).ID, true, "no use", ann())
			b.no(err)
		},
		"given up while unknown": func(b *bundle, id string) {
			b.leave(message.SendUnknown, "web")
			_, err := b.Resolve(b.ctx, b.send(id, "web", 0).ID, message.Abandoned, "no use", ann())
			b.no(err)
		},
		"cancelled after an attempt": func(b *bundle, id string) {
			b.leave(message.Waiting, "web")
			b.no(b.Cancel(b.ctx, id, "enough", ann()))
		},
		"cancelled before any": func(b *bundle, id string) { b.no(b.Cancel(b.ctx, id, "enough", ann())) },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			id := b.approved()
			key := b.send(id, "web", 0).Key
			b.leave(message.Sent, "mastodon")
			end(b, id)
			b.wants(id, message.Rehearsed)
			submitted, err := b.Submit(b.ctx, id, ann())
			b.no(err)
			b.no(b.Approve(b.ctx, id, submitted.Digest, bob()))
			for _, channel := range []string{"web", "mastodon"} {
				if s := b.send(id, channel, 0); s.State != message.Planned || s.Revision != 2 || s.Attempts != 0 || s.Class != "" {
					t.Errorf("%s was not planned: %+v", channel, s)
				}
			}
			if again := b.send(id, "web", 0).Key; again != key {
				t.Errorf("the key changed from %s to %s", key, again)
			}
			if doubt := len(submitted.Warnings) == 1 && submitted.Warnings[0].Channel == "web"; doubt != strings.Contains(name, "unknown") {
				t.Errorf("warnings %v", submitted.Warnings)
			}
			b.leave(message.Sent, "web", "mastodon")
			b.wants(id, message.Released)
		})
	}
}

// TestApprovedAgainMailsAll is the same for the recipients of a mail.
func TestApprovedAgainMailsAll(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	id := b.approved("audiences: [public, press]", "channels: [mastodon, email]")
	b.leave(message.Sent, "mastodon")
	opened := b.begin("email")
	b.end(opened[:1], message.Failed)
	b.end(opened[1:], message.SendUnknown)
	send := b.send(id, "email", 0).ID
	_, err := b.Retry(b.ctx, send, true, "no use", ann())
	b.no(err)
	_, err = b.Resolve(b.ctx, send, message.Abandoned, "no use", ann())
	b.no(err)
	b.wants(id, message.Rehearsed)
	submitted, err := b.Submit(b.ctx, id, ann())
	b.no(err)
	if len(submitted.Warnings) != 1 || submitted.Warnings[0].Channel != "email" {
		t.Errorf("warnings %v", submitted.Warnings)
	}
	b.no(b.Approve(b.ctx, id, submitted.Digest, bob()))
	if n := len(b.begin("email")); n != len(opened) {
		t.Errorf("%d mails, want %d", n, len(opened))
	}
	if s := b.send(id, "email", 0); s.Tally.Total() != len(opened) {
		t.Errorf("tally %v", s.Tally)
	}
}

// TestEditKeepsTheCorrection holds that an edit leaves a correction what it is,
// unless told otherwise.
func TestEditKeepsTheCorrection(t *testing.T) {
	b := setup(t)
	const summary = "summary: Another day."
	first, second := b.approved(), b.approved()
	b.leave(message.Sent, "web", "mastodon")
	d := draft("title: Bridge opens on Tuesday", summary)
	d.Corrects = first
	added, err := b.Add(b.ctx, d, ann())
	b.no(err)
	edit := func(want string, d office.Draft) {
		t.Helper()
		_, err := b.Edit(b.ctx, added.ID, d, ann())
		b.no(err)
		if got := b.detail(added.ID); got.Message.Corrects != want || got.Content.Corrects != want {
			t.Errorf("corrects %q and %q, want %q", got.Message.Corrects, got.Content.Corrects, want)
		}
	}
	edit(first, draft("title: Bridge opens on Wednesday", summary))
	edit(second, draft("corrects: "+second, summary))
	edit(second, draft("title: Bridge opens on Thursday", summary))
	flagged := draft("corrects: "+second, summary)
	flagged.Corrects = first
	edit(first, flagged)
}

// TestUnreachedAudienceWarns lets a message pass that mail brings to nobody,
// and says so.
func TestUnreachedAudienceWarns(t *testing.T) {
	b := setup(t)
	d := draft("audiences: [public, press, partners]")
	drafted, err := b.Check(b.ctx, d)
	b.no(err)
	if len(drafted.Warnings) != 2 {
		t.Fatalf("warnings %v", drafted.Warnings)
	}
	for _, w := range drafted.Warnings {
		name := "press"
		if strings.Contains(w.Says, "partners") {
			name = "partners"
		}
		if w.File != "bridge.md" || w.Line != 3 || !strings.Contains(w.Says, name) || !strings.Contains(w.Says, "email") || !strings.Contains(w.Try, "audience import "+name) {
			t.Errorf("%s: %v", name, w)
		}
	}
	b.importInto("press", birds)
	b.importInto("partners", birds)
	added, err := b.Add(b.ctx, d, ann())
	b.no(err)
	if len(added.Warnings) > 0 {
		t.Errorf("warnings although both are reached: %v", added.Warnings)
	}
	b.approved("audiences: [press]")
	for _, o := range b.begin("email") {
		b.no(b.Unsubscribe(b.ctx, o.Item.Recipient))
	}
	submitted, err := b.Submit(b.ctx, added.ID, ann())
	b.no(err)
	if len(submitted.Warnings) != 1 || !strings.Contains(submitted.Warnings[0].Says, "press") || submitted.Revision != 1 || len(submitted.Digest) != 64 {
		t.Errorf("once all of the press left: %+v", submitted)
	}
	if drafted, err = b.Check(b.ctx, draft()); err != nil || len(drafted.Warnings) > 0 {
		t.Errorf("without a mail: %v, %v", drafted.Warnings, err)
	}
}
