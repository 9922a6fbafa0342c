package store

import (
	"context"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
)

func (b *bundle) step(send int64, revision int, name string) string {
	b.Helper()
	value, ok, err := b.store.Step(context.Background(), send, revision, name)
	b.no(err)
	if !ok {
		return "none"
	}
	return value
}

func (b *bundle) did(send int64, revision int, name, value string, cost int64) {
	b.Helper()
	b.no(b.store.RecordStep(context.Background(), send, revision, channels.Step{Name: name, Value: value, Cost: cost}, b.now))
}

func TestSteps(t *testing.T) {
	b := setup(t)
	s := b.sendOf(b.approved(to("wire")...), "wire")
	if got := b.step(s.ID, 1, "post/1"); got != "none" {
		t.Errorf("before anything was done: %q", got)
	}
	b.did(s.ID, 1, "media/ab", "m1", 0)
	b.did(s.ID, 1, "post/10", "ten", 0)
	b.did(s.ID, 1, "post/2", "two", 20_000)
	b.did(s.ID, 1, "post/2", "two again", 30_000)
	b.did(s.ID, 1, "post/1", "a\x00'\"", 0)
	b.close()
	b.reopen() // it is durable
	if got := b.step(s.ID, 1, "post/2") + b.step(s.ID, 1, "post/1"); got != "two againa\x00'\"" {
		t.Errorf("steps are %q", got)
	}
	if got := b.step(s.ID, 2, "post/2"); got != "none" {
		t.Errorf("another revision starts with %q", got)
	}
	if got := b.step(s.ID+1, 1, "post/2"); got != "none" {
		t.Errorf("another send has %q", got)
	}
	all, err := b.store.Steps(context.Background(), s.ID, 1)
	b.no(err)
	var names string
	for _, step := range all {
		names += step.Name + " "
	}
	if names != "post/1 post/2 post/10 media/ab " && names != "post/1 post/2 media/ab post/10 " || !all[0].At.Equal(b.now) {
		t.Errorf("listed are %q: %+v", names, all)
	}
	if err := b.store.RecordStep(context.Background(), 1<<40, 1, channels.Step{Name: "x"}, b.now); err == nil {
		t.Error("a step of no send is recorded")
	}
}

func TestStepsOfTheOriginal(t *testing.T) {
	b := setup(t)
	original := b.sendOf(b.approved(to("wire")...), "wire")
	later := b.sendOf(b.approved(to("wire")...), "wire")
	ask := func(send int64, name string) string {
		value, ok, err := b.store.OriginalStep(context.Background(), send, name)
		b.no(err)
		if !ok {
			return "none"
		}
		return value
	}
	b.did(original.ID, 1, "post/1", "the original", 0)
	b.did(original.ID, 7, "post/2", "of another revision", 0)
	b.did(later.ID, 1, "post/1", "its own", 0)
	if got := ask(later.ID, "post/1"); got != "none" {
		t.Errorf("it has no original and %q", got)
	}
	b.update(func(tx *Tx) error {
		_, err := tx.exec("UPDATE renderings SET original = ? WHERE id = (SELECT rendering_id FROM sends WHERE id = ?)", original.ID, later.ID)
		return err
	})
	for name, want := range map[string]string{"post/1": "the original", "post/2": "none", "post/3": "none"} {
		if got := ask(later.ID, name); got != want {
			t.Errorf("%s of the original is %q, want %q", name, got, want)
		}
	}
}

func TestCharged(t *testing.T) {
	b := setup(t)
	s := b.sendOf(b.approved(to("wire")...), "wire")
	web := b.sendOf(b.approved(to("web")...), "web")
	b.did(s.ID, 1, "post/1", "x", 15_000)
	b.now = b.now.Add(time.Millisecond)
	since := b.now
	b.did(s.ID, 1, "media/1", "x", 1)
	b.did(s.ID, 1, "post/2", "x", 200_000)
	b.did(s.ID, 1, "reply/1", "x", 5_000)
	b.did(web.ID, 1, "post/1", "x", 0)
	all, err := b.store.ChargedSince(context.Background(), since)
	b.no(err)
	if len(all) != 2 || all["wire"] != (Charged{Posts: 2, Cost: 205_001}) || all["web"] != (Charged{Posts: 1}) {
		t.Errorf("charged are %+v", all)
	}
	if all, err = b.store.ChargedSince(context.Background(), b.now.Add(time.Second)); err != nil || len(all) != 0 {
		t.Errorf("later: %+v, %v", all, err)
	}
}

func TestResolveOneRecipient(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("mail")...)
	b.materialise()
	b.send("mail", message.SendUnknown)
	s := b.sendOf(id, "mail")
	one := func(number int64, key string) (r Recipient, err error) {
		err = b.store.Update(context.Background(), b.now, func(tx *Tx) error {
			r, err = tx.Recipient(s.ID, number, key)
			return err
		})
		return r, err
	}
	r, err := one(0, "p1@example.org")
	b.no(err)
	if again, err := one(r.ID, ""); err != nil || again != r || r.State != message.SendUnknown {
		t.Errorf("by number %+v, by address %+v, %v", again, r, err)
	}
	for _, key := range []string{"", "nobody@example.org"} {
		if got, err := one(0, key); err == nil {
			t.Errorf("%q is %+v", key, got)
		}
	}
	b.update(func(tx *Tx) error { return tx.ResolveRecipient(s, r.ID, message.SendUnknown, message.Sent) })
	b.tally(id, message.Tally{message.Sent: 1, message.SendUnknown: 2})
	err = b.store.Update(context.Background(), b.now, func(tx *Tx) error {
		return tx.ResolveRecipient(s, r.ID, message.SendUnknown, message.Planned)
	})
	if err == nil {
		t.Error("a recipient that is sent is resolved again")
	}
	b.wants(id, message.ReleasedWithOpen, "mail", message.SendUnknown)
	b.sound()
}
