package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"clarion/message"
)

func TestSendsFilter(t *testing.T) {
	b := setup(t)
	first, second := b.approved(to("web", "wire")...), b.approved(rendered("mail", "press", "staff"))
	list := func(f SendFilter) (channels []string) {
		f.Limit = 10
		all, err := b.store.Sends(context.Background(), f)
		b.no(err)
		for _, s := range all {
			channels = append(channels, s.Channel)
		}
		return channels
	}
	tests := []struct {
		name string
		f    SendFilter
		want []string
	}{
		{"all", SendFilter{}, []string{"mail", "wire", "web"}},
		{"message", SendFilter{Message: first}, []string{"wire", "web"}},
		{"audience", SendFilter{Audience: "staff"}, []string{"mail"}},
		{"channel", SendFilter{Channel: "web"}, []string{"web"}},
		{"state", SendFilter{State: message.Sent}, nil},
		{"both", SendFilter{Message: second, Channel: "web"}, nil},
		{"since", SendFilter{Since: b.now.Add(time.Second)}, nil},
		{"before", SendFilter{Before: b.sendOf(first, "wire").ID}, []string{"web"}},
	}
	for _, test := range tests {
		if got := list(test.f); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestChangedSendsComeInOrder(t *testing.T) {
	b := setup(t)
	from, err := b.store.LedgerEnd(context.Background())
	b.no(err)
	b.approved(to("web", "wire")...)
	b.send("wire", message.Waiting)
	b.send("web", message.Sent)
	changed, next, err := b.store.ChangedSends(context.Background(), from, 10, nil)
	b.no(err)
	if len(changed) != 2 || changed[0].Channel != "wire" || changed[1].Channel != "web" {
		t.Errorf("changed: %+v", changed)
	}
	if more, end, err := b.store.ChangedSends(context.Background(), next, 10, nil); err != nil || len(more) != 0 || end != next {
		t.Errorf("more: %+v, %d, %v", more, end, err)
	}
}

func TestBacklog(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	b.approved(to("wire", "web")...)
	for _, state := range []message.SendState{message.Failed, message.SendUnknown} {
		b.send("wire", state)
		b.approved(to("wire", "mail")...)
	}
	b.materialise()
	mail := b.claim("mail", 2).Opened
	b.settle(b.outcome(mail[0], message.Failed), b.outcome(mail[1], message.SendUnknown))
	held := b.approved(to("web")...)
	b.hold(held)
	b.now = b.now.Add(2 * time.Minute)
	got, err := b.store.Backlog(context.Background(), b.now, nil)
	b.no(err)
	own, err := b.store.Backlog(context.Background(), b.now, []string{"press"})
	b.no(err)
	others, err := b.store.Backlog(context.Background(), b.now, []string{"Roads"})
	b.no(err)
	if own != got || others != (Backlog{}) {
		t.Errorf("of its department %+v, of all %+v, of another %+v", own, got, others)
	}
	want := Backlog{Due: 4, Overdue: 4, OldestDue: start, Failed: 2, Unknown: 2, Held: 1}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
