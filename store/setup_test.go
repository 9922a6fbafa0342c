package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
)

// tester is what a bundle needs of a test, so that a property can be one.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// bundle is a store in a folder of its own with three channels: web is local,
// wire is plain, mail addresses people.
type bundle struct {
	tester
	store *Store
	dir   string
	now   time.Time
	count int
}

var start = time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	b := setupIn(t)
	t.Cleanup(func() { b.close() })
	return b
}

// setupIn is one of several within a test, which closes it.
func setupIn(t *testing.T) *bundle {
	t.Helper()
	return openBundle(t, t.TempDir())
}

func openBundle(t tester, dir string) *bundle {
	t.Helper()
	b := &bundle{tester: t, dir: dir, now: start}
	b.reopen()
	b.update(func(tx *Tx) error {
		return errors.Join(
			tx.PutAudience(audience.Audience{Name: "press", Title: "Press", Public: true, Channels: []string{"web", "wire", "mail"}}),
			tx.PutAudience(audience.Audience{Name: "staff", Title: "Staff", Channels: []string{"mail"}}),
		)
	})
	return b
}

func (b *bundle) reopen() {
	b.Helper()
	s, err := Open(context.Background(), b.dir)
	b.no(err)
	b.store = s
}

func (b *bundle) close() {
	if err := b.store.Close(); err != nil {
		b.Errorf("close: %v", err)
	}
}

// no ends the test on an error.
func (b *bundle) no(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("unexpected: %v", err)
	}
}

func (b *bundle) update(change func(*Tx) error) {
	b.Helper()
	b.no(b.store.Update(context.Background(), b.now, change))
}

func destination(channel string) channels.Destination {
	return channels.Destination{Kind: "test", Endpoint: "https://" + channel + ".example", Account: "office"}
}

func lane(channel string) message.Lane {
	return message.Lane{
		Channel: channel, Available: true, Fingerprint: destination(channel).Fingerprint(),
		Mode: message.Live, Addressed: channel == "mail",
	}
}

func content(title string) message.Content {
	return message.Content{
		Title: title, Body: "Body of " + title, Language: "en", Department: "press",
		Schedule: message.Schedule{LateLimit: message.DefaultLateLimit},
	}
}

func rendered(channel string, audiences ...string) Rendered {
	r := channels.Rendering{Documents: []channels.Document{{Name: "text", MediaType: "text/plain", Parts: []channels.Part{{Literal: []byte("text for " + channel)}}}}}
	body := r.Marshal()
	p := Rendered{Body: body, Length: 10}
	p.Channel, p.Destination, p.Mode, p.Addressed = channel, destination(channel), message.Live, channel == "mail"
	p.Rendering = channels.Digest(body)
	for _, a := range audiences {
		p.Audiences = append(p.Audiences, channels.Audience{Name: a})
	}
	return p
}

// draft adds a message in draft.
func (b *bundle) draft(c message.Content) string {
	b.Helper()
	b.count++
	m := message.Message{
		ID: fmt.Sprintf("m%05d", b.count), State: message.Draft, SlugKey: message.NewID(""),
		EntryID: message.NewEntryID(),
	}
	b.update(func(tx *Tx) error { return tx.InsertMessage(m, c, "ann") })
	return m.ID
}

// submit freezes a plan and submits.
func (b *bundle) submit(id string, plan ...Rendered) {
	b.Helper()
	b.update(func(tx *Tx) error {
		m, err := tx.Message(id)
		if err != nil {
			return err
		}
		return errors.Join(tx.FreezePlan(id, m.Revision, plan), tx.SetSubmitted(id, fmt.Sprintf("digest of %s/%d", id, m.Revision), "ann"))
	})
}

func (b *bundle) approve(id string) {
	b.Helper()
	b.update(func(tx *Tx) error {
		m, err := tx.Message(id)
		if err != nil {
			return err
		}
		return tx.SetApproved(m, "bob")
	})
}

// approved adds a message that is approved with a plan.
func (b *bundle) approved(plan ...Rendered) string {
	b.Helper()
	id := b.draft(content("Bridge opens"))
	b.submit(id, plan...)
	b.approve(id)
	return id
}

// to plans channels for the press.
func to(names ...string) []Rendered {
	plan := make([]Rendered, len(names))
	for i, n := range names {
		plan[i] = rendered(n, "press")
	}
	return plan
}

func (b *bundle) edit(id string) {
	b.Helper()
	b.update(func(tx *Tx) error {
		m, err := tx.Message(id)
		if err != nil {
			return err
		}
		return tx.InsertRevision(m, content("Bridge opens late"), "ann")
	})
}

// with runs a change with the message as it is in the transaction.
func (b *bundle) with(id string, change func(*Tx, message.Message) error) {
	b.Helper()
	b.update(func(tx *Tx) error {
		m, err := tx.Message(id)
		if err != nil {
			return err
		}
		return change(tx, m)
	})
}

func (b *bundle) hold(id string) {
	b.Helper()
	b.with(id, func(tx *Tx, m message.Message) error { return tx.Hold(m, message.HoldManual, Decider{Name: "ann"}) })
}

func (b *bundle) release(id string) {
	b.Helper()
	b.with(id, func(tx *Tx, m message.Message) error { return tx.Release(m) })
}

// claim opens attempts at what is due on a channel.
func (b *bundle) claim(channel string, limit int) message.Claim {
	b.Helper()
	return b.claims(message.ClaimRequest{Lane: lane(channel), Limit: limit})[0]
}

// claims answers claims of several lanes in one commit.
func (b *bundle) claims(all ...message.ClaimRequest) []message.Claim {
	b.Helper()
	answers, err := b.store.Commit(context.Background(), nil, all, b.now)
	b.no(err)
	if len(answers) != len(all) {
		b.Fatalf("%d answers to %d claims", len(answers), len(all))
	}
	return answers
}

// lease claims as for a local channel.
func (b *bundle) lease(channel string, limit int) message.Claim {
	b.Helper()
	claim, err := b.store.Claim(context.Background(), lane(channel), limit, b.now)
	b.no(err)
	return claim
}

// record publishes what is leased.
func (b *bundle) record(items ...message.Item) []message.Opened {
	b.Helper()
	all := make([]message.Settlement, len(items))
	for i, item := range items {
		all[i] = message.Settlement{Item: item, ClosedAt: b.now, To: message.Sent, Mode: message.Live}
	}
	opened, err := b.store.Publish(context.Background(), lane(items[0].Channel), all, b.now)
	b.no(err)
	return opened
}

// outcome is a settlement of an opened attempt.
func (b *bundle) outcome(o message.Opened, to message.SendState) message.Settlement {
	s := message.Settlement{Item: o.Item, Attempt: o.Attempt, OpenedAt: o.At, ClosedAt: b.now, To: to, Mode: message.Live}
	switch to {
	case message.Sent:
		s.Receipt = channels.Receipt{RemoteID: fmt.Sprintf("r%d", o.Attempt), RemoteURL: "https://example.org/1", Detail: "250 ok"}
	case message.Waiting:
		s.Failed, s.Class, s.Reason, s.NextAt = true, channels.Temporary, "busy", b.now.Add(time.Minute)
	case message.Failed:
		s.Failed, s.Class, s.Reason = true, channels.Permanent, "refused"
	case message.SendUnknown:
		s.Failed, s.Class, s.Reason = true, channels.Unknown, "no answer"
	case message.Planned:
		s.Failed, s.Class, s.Reason, s.NextAt = true, channels.NotBegun, "stopping", b.now
	}
	return s
}

func (b *bundle) settle(all ...message.Settlement) {
	b.Helper()
	_, err := b.store.Commit(context.Background(), all, nil, b.now)
	b.no(err)
}

// send claims and settles everything due on a channel.
func (b *bundle) send(channel string, to message.SendState) int {
	b.Helper()
	all := b.claim(channel, 10_000).Opened
	settlements := make([]message.Settlement, len(all))
	for i, o := range all {
		settlements[i] = b.outcome(o, to)
	}
	b.settle(settlements...)
	return len(all)
}

func (b *bundle) message(id string) message.Message {
	b.Helper()
	m, err := b.store.Message(context.Background(), id)
	b.no(err)
	return m
}

// sendOf is the live send of a message by a channel.
func (b *bundle) sendOf(id, channel string) message.Send {
	b.Helper()
	all, err := b.store.Sends(context.Background(), SendFilter{Message: id, Channel: channel, Limit: 100})
	b.no(err)
	for _, s := range all {
		if s.Run == 0 {
			return s
		}
	}
	b.Fatalf("message %s has no send by %s", id, channel)
	return message.Send{}
}

// wants checks the states of a message and of its send by a channel.
func (b *bundle) wants(id string, state message.State, channel string, send message.SendState) message.Send {
	b.Helper()
	s := b.sendOf(id, channel)
	if m := b.message(id); m.State != state || s.State != send {
		b.Errorf("message is %s (%s) and its send by %s is %s (%s); want %s and %s", m.State, m.Hold, channel, s.State, s.Hold, state, send)
	}
	return s
}

// subscribers adds so many people to audiences.
func (b *bundle) subscribers(n int, audiences ...string) {
	b.Helper()
	people := make([]audience.Subscriber, n)
	for i := range people {
		a, err := audience.ParseAddress(fmt.Sprintf("P%d@example.org", i))
		b.no(err)
		people[i] = audience.Subscriber{Address: a, Name: fmt.Sprintf("Person %d", i), Language: "en"}
	}
	b.update(func(tx *Tx) error {
		for _, name := range audiences {
			if _, err := tx.AddMembers(name, people); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bundle) suppress(i int, audience string) {
	b.Helper()
	b.update(func(tx *Tx) error {
		_, err := tx.Suppress(fmt.Sprintf("p%d@example.org", i), audience, "unsubscribed")
		return err
	})
}

func (b *bundle) materialise() {
	b.Helper()
	b.no(b.store.Materialise(context.Background(), lane("mail"), 15*time.Minute, b.now))
}
