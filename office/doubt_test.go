package office_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
	"clarion/office"
)

// network is a live channel that can look at its destination.
type network struct{ channels.Channel }

func (network) Capabilities() channels.Capabilities {
	return channels.Capabilities{Limit: 500, Unit: "characters", Concurrency: 1, Ahead: 1}
}

func (network) Find(context.Context, channels.Delivery) (channels.Finding, error) {
	return channels.Finding{}, errors.New("the queue looks, not the office")
}

// onNetwork puts a network in the place of the rehearsal, and gives an unknown
// send by it.
func onNetwork(t *testing.T) (*bundle, int64) {
	t.Helper()
	b := setup(t)
	b.settings.Channels[1].Channel = network{b.settings.Channels[1].Channel}
	b.renew()
	id := b.approved("channels: [mastodon]")
	b.leave(message.SendUnknown, "mastodon")
	return b, b.send(id, "mastodon", 0).ID
}

func (b *bundle) evidence(send int64) office.Evidence {
	b.Helper()
	d, err := b.Send(b.ctx, send)
	b.no(err)
	return d.Evidence
}

// advises checks what is advised about a send.
func (b *bundle) advises(send int64, decide bool, parts ...string) {
	b.Helper()
	e := b.evidence(send)
	if e.Decide != decide {
		b.Errorf("a person must decide: %v, want %v", e.Decide, decide)
	}
	for _, part := range parts {
		if !strings.Contains(e.Advice, part) {
			b.Errorf("the advice %q does not say %q", e.Advice, part)
		}
	}
}

// looked records a look of the queue.
func (b *bundle) looked(send int64, next time.Time) {
	b.Helper()
	d, in, err := b.store.Doubt(b.ctx, send)
	b.no(err)
	ours, err := b.store.Looked(b.ctx, message.Look{Doubt: d, At: soon(), Evidence: "40 newest posts", To: message.SendUnknown, NextAt: next}, soon())
	b.no(err)
	if !in || !ours {
		b.Fatalf("send %d is not in doubt", send)
	}
}

func TestAdviceAboutAnUnknownSend(t *testing.T) {
	b, send := onNetwork(t)
	b.advises(send, false, "by itself", "clarion send look")
	next := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	b.looked(send, next)
	if e := b.evidence(send); !e.NextLook.Equal(next) || len(e.Looks) != 1 || e.Looks[0].Evidence != "40 newest posts" || e.Looks[0].Verdict != "cannot-tell" {
		t.Errorf("the evidence is %+v", e)
	}
	b.no(b.PauseChannel(b.ctx, "mastodon", "", ann()))
	b.advises(send, false, "once the channel is resumed", "clarion channel resume mastodon")
	b.no(b.ResumeChannel(b.ctx, "mastodon", ann()))
	b.no(b.RehearseChannel(b.ctx, "mastodon", true, ann()))
	b.advises(send, true, "rehearses", "clarion send resolve")
	b.no(b.RehearseChannel(b.ctx, "mastodon", false, ann()))
	b.looked(send, time.Time{})
	b.advises(send, true, "found no proof", "look at the account yourself", "clarion send resolve")
	b.no(b.store.RecordStep(b.ctx, send, 1, channels.Step{Name: "post/1", Value: "77", Cost: 5}, soon()))
	if e := b.evidence(send); len(e.Steps) != 1 || e.Steps[0].Value != "77" {
		t.Errorf("the steps are %+v", e.Steps)
	}
	_, err := b.Resolve(b.ctx, send, message.Sent, "I saw it", ann())
	b.no(err)
	b.advises(send, false)
	if e := b.evidence(send); e.Advice != "" || len(e.Looks) != 2 {
		t.Errorf("of what is settled: %+v", e)
	}
}

func TestAdviceWhereNobodyCanLook(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	id, mail := b.approved("channels: [mastodon]"), b.approved("audiences: [press]")
	b.leave(message.SendUnknown, "mastodon", "email")
	b.advises(b.send(id, "mastodon", 0).ID, true, "kind rehearsal", "look at the account yourself", "clarion send resolve")
	b.advises(b.send(mail, "email", 0).ID, true, "relay's log", "--recipient")
	b.settings.Channels = b.settings.Channels[:1]
	b.renew()
	b.advises(b.send(id, "mastodon", 0).ID, true, "no longer configured")
	_, err := b.Look(b.ctx, b.send(id, "mastodon", 0).ID)
	b.refused(err, office.Conflict, "no longer configured", "clarion send resolve")
}

func TestAdviceAboutAFailedSend(t *testing.T) {
	b := setup(t)
	id := b.approved("channels: [mastodon]")
	b.leave(message.Failed, "mastodon")
	b.advises(b.send(id, "mastodon", 0).ID, true, "clarion send retry", "--abandon")
}

func TestLook(t *testing.T) {
	b, send := onNetwork(t)
	want := message.Look{Verdict: channels.Found, To: message.Sent}
	b.queue.look = func() (message.Look, error) { return want, nil }
	got, err := b.Look(b.ctx, send)
	b.no(err)
	if got.To != message.Sent || got.Verdict != channels.Found {
		t.Errorf("looked %+v", got)
	}
	b.queue.look = func() (message.Look, error) { return message.Look{}, errors.New("the disk is full") }
	if _, err = b.Look(b.ctx, send); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("a look that fails: %v", err)
	}
	b.queue.look = func() (message.Look, error) { // a person settles it meanwhile
		_, err := b.Resolve(b.ctx, send, message.Abandoned, "no use", ann())
		b.no(err)
		return message.Look{}, errors.New("it is not in doubt any more")
	}
	_, err = b.Look(b.ctx, send)
	b.refused(err, office.Conflict, "not unknown", "abandoned")
	b.queue.look = nil // it is not asked
	_, err = b.Look(b.ctx, send)
	b.refused(err, office.Conflict, "not unknown", "abandoned")
	_, err = b.Look(b.ctx, 1<<40)
	b.refused(err, office.NotFound, "clarion send list")
}

func TestNoLookInRehearsal(t *testing.T) {
	b, send := onNetwork(t)
	b.no(b.RehearseChannel(b.ctx, "mastodon", true, ann()))
	_, err := b.Look(b.ctx, send)
	b.refused(err, office.Conflict, "rehearses", "clarion send resolve")
}

// TestResolveOneRecipient settles one of several, by address or by number.
func TestResolveOneRecipient(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds+"owl@example.net,,\n")
	id := b.approved("audiences: [press]")
	b.leave(message.SendUnknown, "email")
	send := b.send(id, "email", 0)
	open, err := b.Recipients(b.ctx, send.ID, message.SendUnknown, 0, 10)
	b.no(err)
	n, err := b.ResolveFor(b.ctx, send.ID, strings.ToUpper(open[0].Address), message.Sent, "they told me", ann())
	b.no(err)
	if s := b.send(id, "email", 0); n != 1 || s.Tally[message.Sent] != 1 || s.Tally[message.SendUnknown] != len(open)-1 {
		t.Errorf("%d resolved: %v", n, s.Tally)
	}
	n, err = b.ResolveFor(b.ctx, send.ID, strconv.FormatInt(open[1].ID, 10), message.Planned, "it bounced", ann())
	b.no(err)
	if s := b.send(id, "email", 0); n != 1 || s.State != message.Sending || s.Tally[message.Planned] != 1 {
		t.Errorf("%d resolved: %s, %v", n, s.State, s.Tally)
	}
	for who, says := range map[string]string{open[0].Address: "it is sent", "nobody@example.net": "nobody@example.net", "x": "send recipients", "0": "send recipients"} {
		_, err = b.ResolveFor(b.ctx, send.ID, who, message.Sent, "I looked", ann())
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", who, err, says)
		}
	}
	plain := b.approved("channels: [mastodon]")
	b.leave(message.SendUnknown, "mastodon")
	_, err = b.ResolveFor(b.ctx, b.send(plain, "mastodon", 0).ID, "1", message.Sent, "I looked", ann())
	b.refused(err, office.Invalid, "has no recipients")
}

// TestPostsOfTheMonth counts from the month's first instant where the office is.
func TestPostsOfTheMonth(t *testing.T) {
	b, send := onNetwork(t)
	now := time.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for name, at := range map[string]time.Time{"post/1": month.Add(-time.Millisecond), "post/2": month, "post/3": now} {
		b.no(b.store.RecordStep(b.ctx, send, 1, channels.Step{Name: name, Cost: 15_000}, at))
	}
	all, err := b.Channels(b.ctx)
	b.no(err)
	if got := all[1].Month; got.Posts != 2 || got.Cost != 30_000 {
		t.Errorf("this month: %+v", got)
	}
	if all[0].Month.Posts != 0 {
		t.Errorf("web: %+v", all[0].Month)
	}
}
