package office_test

import (
	"time"

	"clarion/channels"
	"clarion/message"
)

// What the queue would do, as far as these tests need it.

func (b *bundle) lane(channel string) message.Lane {
	b.Helper()
	states, err := b.Channels(b.ctx)
	b.no(err)
	for _, c := range states {
		if c.Name == channel {
			lane := message.Lane{
				Channel: channel, Available: true, Fingerprint: c.Destination.Fingerprint(),
				Mode: message.Live, Addressed: c.Capabilities.Addressed, Frozen: b.stop.Frozen(),
			}
			if c.State.Rehearsal || c.Capabilities.Rehearses {
				lane.Mode = message.Rehearsal
			}
			return lane
		}
	}
	b.Fatalf("there is no channel %s", channel)
	return message.Lane{}
}

// soon is an instant at which everything approved until now is due.
func soon() time.Time { return time.Now().Add(time.Second) }

func (b *bundle) claim(channel string, now time.Time) message.Claim {
	b.Helper()
	lane := b.lane(channel)
	if lane.Addressed {
		b.no(b.store.Materialise(b.ctx, lane, time.Minute, now))
	}
	claims, err := b.store.Commit(b.ctx, nil, []message.ClaimRequest{{Lane: lane, Limit: 100}}, now)
	b.no(err)
	return claims[0]
}

// begin claims everything that is due on a channel.
func (b *bundle) begin(channel string) []message.Opened {
	b.Helper()
	return b.claim(channel, soon()).Opened
}

// end settles attempts; what a channel in rehearsal sends is rehearsed.
func (b *bundle) end(all []message.Opened, to message.SendState) {
	b.Helper()
	settlements := make([]message.Settlement, len(all))
	for i, o := range all {
		s := message.Settlement{Item: o.Item, Attempt: o.Attempt, OpenedAt: o.At, ClosedAt: soon(), To: to, Mode: b.lane(o.Item.Channel).Mode}
		switch to {
		case message.Sent:
			if s.Rehearsed() {
				s.To = message.SendRehearsed
			}
		case message.Failed:
			s.Failed, s.Class, s.Reason = true, channels.Permanent, "refused"
		case message.SendUnknown:
			s.Failed, s.Class, s.Reason = true, channels.Unknown, "no answer"
		case message.Waiting:
			s.Failed, s.Class, s.Reason, s.NextAt = true, channels.Temporary, "busy", time.Now()
		}
		settlements[i] = s
	}
	_, err := b.store.Commit(b.ctx, settlements, nil, soon())
	b.no(err)
}

// leave sends everything that is due on channels.
func (b *bundle) leave(to message.SendState, names ...string) {
	b.Helper()
	for _, name := range names {
		all := b.begin(name)
		if len(all) == 0 {
			b.Fatalf("nothing is due on %s", name)
		}
		b.end(all, to)
	}
}

// rehearse switches channels to rehearsal.
func (b *bundle) rehearse(names ...string) {
	b.Helper()
	for _, name := range names {
		b.no(b.RehearseChannel(b.ctx, name, true, ann()))
	}
}

// holdByFreeze freezes and lets the gate hold what is due on a channel.
func (b *bundle) holdByFreeze(channel string) {
	b.Helper()
	if p := b.Freeze(b.ctx, "test", ann()); !p.Memory || !p.File || !p.Row {
		b.Fatalf("frozen: %+v", p)
	}
	b.claim(channel, soon())
}

// thaw thaws by two people.
func (b *bundle) thaw() {
	b.Helper()
	for _, by := range []string{"dan", "eve"} {
		_, err := b.Thaw(b.ctx, "it is safe", as(by))
		b.no(err)
	}
	if b.stop.Frozen() {
		b.Fatal("still frozen after a thaw by two")
	}
}
