package queue_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
	"clarion/queue"
	"clarion/store"
)

// bureau is a real store in a folder of its own, with an audience to publish
// to and what it takes to get a message approved.
type bureau struct {
	reporter
	*store.Store
	count int
}

func openBureau(t reporter, dir string, people int) *bureau {
	t.Helper()
	b := &bureau{reporter: t}
	s, err := store.Open(context.Background(), dir)
	b.no(err)
	b.Store = s
	var all []audience.Subscriber
	for i := range people {
		a, err := audience.ParseAddress(fmt.Sprintf("p%d@example.org", i))
		b.no(err)
		all = append(all, audience.Subscriber{Address: a, Language: "en"})
	}
	b.update(func(tx *store.Tx) error {
		err := tx.PutAudience(audience.Audience{Name: "press", Title: "Press", Public: true, Channels: []string{"web", "wire", "mail"}})
		if err != nil || people == 0 {
			return err
		}
		_, err = tx.AddMembers("press", all)
		return err
	})
	return b
}

func (b *bureau) no(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("unexpected: %v", err)
	}
}

func (b *bureau) update(change func(*store.Tx) error) {
	b.Helper()
	b.no(b.Update(context.Background(), time.Now(), change))
}

// plan approves so many messages for channels at an instant, and gives the
// last one's id.
func (b *bureau) plan(n int, due time.Time, to ...channelOf) string {
	b.Helper()
	var id string
	b.update(func(tx *store.Tx) error {
		for range n {
			b.count++
			id = fmt.Sprintf("m%07d", b.count)
			if err := b.approved(tx, id, due, to); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

// channelOf is a channel by its configured name.
type channelOf struct {
	name string
	channels.Channel
}

func (b *bureau) approved(tx *store.Tx, id string, due time.Time, to []channelOf) error {
	m := message.Message{ID: id, State: message.Draft, SlugKey: message.NewID(""), EntryID: message.NewEntryID()}
	c := message.Content{
		Title: "Bridge opens", Body: "Today.", Language: "en", Department: "press",
		Schedule: message.Schedule{LateLimit: message.DefaultLateLimit, Earliest: &message.Instant{At: due, Zone: "UTC"}},
	}
	m.Schedule = message.BoundsOf(c.Schedule)
	var plan []store.Rendered
	for _, channel := range to {
		plan = append(plan, rendered(channel))
	}
	if err := tx.InsertMessage(m, c, "ann"); err != nil {
		return err
	}
	m.Revision, m.SubmittedDigest = 1, "digest of "+id
	return errors.Join(tx.FreezePlan(id, 1, plan), tx.SetSubmitted(id, m.SubmittedDigest, "ann"), tx.SetApproved(m, "bob"))
}

func rendered(c channelOf) store.Rendered {
	var r channels.Rendering
	for _, name := range []string{"page", "atom", "rss", "json", "item"} {
		r.Documents = append(r.Documents, channels.Document{Name: name, MediaType: "text/plain", Parts: []channels.Part{{Literal: []byte("The bridge is open.")}}})
	}
	body := r.Marshal()
	p := store.Rendered{Body: body}
	p.Channel, p.Destination, p.Mode, p.Addressed = c.name, c.Destination(), message.Live, c.Capabilities().Addressed
	p.Rendering, p.Audiences = channels.Digest(body), []channels.Audience{{Name: "press"}}
	return p
}

func (b *bureau) all() []message.Send {
	b.Helper()
	sends, err := b.Sends(context.Background(), store.SendFilter{Limit: 10_000})
	b.no(err)
	return sends
}

// releaseAll lets everything go on that is held.
func (b *bureau) releaseAll() {
	b.Helper()
	seen := map[string]bool{}
	for _, s := range b.all() {
		if s.Hold == "" || seen[s.Message] {
			continue
		}
		seen[s.Message] = true
		b.update(func(tx *store.Tx) error {
			m, err := tx.Message(s.Message)
			if err != nil {
				return err
			}
			return tx.Release(m)
		})
	}
}

// decide is what a person decides about a channel.
func (b *bureau) decide(name string, mode message.ChannelMode) {
	b.Helper()
	b.update(func(tx *store.Tx) error {
		return errors.Join(tx.SetPaused(name, mode.Paused, "ann", ""), tx.SetRehearsal(name, mode.Rehearsal, "ann"), tx.Record(ledger.ChannelMode, ledger.DecisionBody{Subject: name}))
	})
}

// sound checks that tallies are the recipients' counts and the ledger verifies.
func (b *bureau) sound(people int) {
	b.Helper()
	for _, s := range b.all() {
		if !s.Addressed || s.Tally.Total() == 0 {
			continue
		}
		recipients, err := b.Recipients(context.Background(), s.ID, "", 0, 10_000)
		b.no(err)
		counted := message.Tally{}
		for _, r := range recipients {
			counted[r.State]++
		}
		for _, state := range message.SendStates() {
			if counted[state] != s.Tally[state] {
				b.Errorf("send %d: %d recipients are %s, the tally says %d", s.ID, counted[state], state, s.Tally[state])
			}
		}
		if len(recipients) != people {
			b.Errorf("send %d has %d candidates, want %d", s.ID, len(recipients), people)
		}
	}
	v, err := b.Verify(context.Background(), nil)
	b.no(err)
	if len(v.Faults) > 0 {
		b.Errorf("the ledger does not verify: %v", v.Faults)
	}
}

// mortal is a store that can fail for a while, or die for good with the engine
// that uses it.
type mortal struct {
	queue.Store
	full, dead atomic.Bool
}

func (m *mortal) fails() error {
	if m.full.Load() || m.dead.Load() {
		return errDisk
	}
	return nil
}

func (m *mortal) Claim(ctx context.Context, lane message.Lane, limit int, now time.Time) (message.Claim, error) {
	if err := m.fails(); err != nil {
		return message.Claim{}, err
	}
	return m.Store.Claim(ctx, lane, limit, now)
}

func (m *mortal) Commit(ctx context.Context, settle []message.Settlement, claims []message.ClaimRequest, now time.Time) ([]message.Claim, error) {
	if err := m.fails(); err != nil {
		return nil, err
	}
	return m.Store.Commit(ctx, settle, claims, now)
}

func (m *mortal) Publish(ctx context.Context, lane message.Lane, all []message.Settlement, now time.Time) ([]message.Opened, error) {
	if err := m.fails(); err != nil {
		return nil, err
	}
	return m.Store.Publish(ctx, lane, all, now)
}

func (m *mortal) PauseChannel(ctx context.Context, name, reason string, now time.Time) error {
	if err := m.fails(); err != nil {
		return err
	}
	return m.Store.PauseChannel(ctx, name, reason, now)
}
