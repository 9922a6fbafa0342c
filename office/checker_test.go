package office_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
	"clarion/office"
	"clarion/store"
)

// checker is a channel that stands as it is told.
type checker struct {
	channels.Channel
	asked atomic.Int64

	mu    sync.Mutex
	stand channels.Standing
	err   error
	does  func(ctx context.Context) // before it answers
}

func newChecker(t *testing.T, name string) *checker {
	return &checker{Channel: configured(t, name, "rehearsal", "").Channel}
}

func (c *checker) Capabilities() channels.Capabilities {
	can := c.Channel.Capabilities()
	can.Rehearses = false
	return can
}

func (c *checker) Check(ctx context.Context) (channels.Standing, error) {
	c.asked.Add(1)
	c.mu.Lock()
	stand, err, does := c.stand, c.err, c.does
	c.mu.Unlock()
	if does != nil {
		does(ctx)
	}
	return stand, err
}

func (c *checker) stands(s channels.Standing, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stand, c.err = s, err
}

func (c *checker) doing(does func(context.Context)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.does = does
}

func fails(class channels.Class, reason string) error {
	return &channels.Error{Class: class, Reason: reason}
}

// withCheckers puts two accounts beside web and an audience that both reach.
func withCheckers(t *testing.T) (b *bundle, first, second *checker) {
	t.Helper()
	b = setup(t)
	first, second = newChecker(t, "first"), newChecker(t, "second")
	b.settings.Channels = []office.Channel{b.settings.Channels[0], {Name: "first", Kind: "test", Channel: first}, {Name: "second", Kind: "test", Channel: second}}
	b.Configure(b.settings.Channels, nil)
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "public", Title: "Everyone", Public: true, Channels: []string{"web", "first", "second"}}, ann()))
	return b, first, second
}

func (b *bundle) checkOf(name string) store.ChannelCheck {
	b.Helper()
	all, err := b.Channels(b.ctx)
	b.no(err)
	for _, c := range all {
		if c.Name == name {
			return c.Check
		}
	}
	b.Fatalf("there is no channel %s", name)
	return store.ChannelCheck{}
}

// pauses gives what was paused, and forgets it.
func (b *bundle) pauses() []string {
	b.queue.mu.Lock()
	defer b.queue.mu.Unlock()
	paused := b.queue.paused
	b.queue.paused = nil
	return paused
}

func TestCheckStoresWhatItFinds(t *testing.T) {
	b, first, _ := withCheckers(t)
	expires := time.Now().Add(100 * 24 * time.Hour).Truncate(time.Second).UTC()
	for _, c := range []struct {
		stand  channels.Standing
		err    error
		class  string
		paused []string
	}{
		{stand: channels.Standing{Account: "@office", Expires: expires, Quota: "9 left"}},
		{err: fails(channels.Temporary, "503"), class: "temporary"},
		{err: fails(channels.RateLimited, "429"), class: "rate-limited"},
		{err: errors.New("no class"), class: "unknown"},
		{err: fails(channels.Permanent, "odd"), class: "permanent"},
		{err: fails(channels.Unavailable, "401"), class: "unavailable", paused: []string{"first: 401"}},
		{stand: channels.Standing{Account: "@other"}},
	} {
		first.stands(c.stand, c.err)
		checked, err := b.CheckChannel(b.ctx, "first")
		b.no(err)
		got := b.checkOf("first")
		if checked.OK != (c.err == nil) || got.Good() != (c.err == nil) || got.Class != c.class || time.Since(got.At) > time.Minute {
			t.Errorf("%v: checked %+v, stored %+v", c.err, checked, got)
		}
		if c.err != nil && (got.Account != "@office" || !got.Expires.Equal(expires)) {
			t.Errorf("%v: what was known is gone: %+v", c.err, got)
		}
		if paused := b.pauses(); !slices.Equal(paused, c.paused) || checked.Paused != (len(paused) > 0) {
			t.Errorf("%v: paused %q", c.err, paused)
		}
	}
	if got := b.checkOf("first"); got.Account != "@other" || !got.Expires.IsZero() || got.Quota != "" {
		t.Errorf("a good answer did not take the place of the one before: %+v", got)
	}
}

// TestCheckOfWhatRehearses is made when a person asks, and pauses nothing.
func TestCheckOfWhatRehearses(t *testing.T) {
	b, first, second := withCheckers(t)
	b.rehearse("first")
	first.stands(channels.Standing{}, fails(channels.Unavailable, "401"))
	checked, err := b.CheckChannel(b.ctx, "first")
	b.no(err)
	if checked.OK || checked.Paused || len(b.pauses()) != 0 {
		t.Errorf("checked %+v", checked)
	}
	b.no(b.CheckLive(b.ctx))
	if first.asked.Load() != 1 || second.asked.Load() != 1 {
		t.Errorf("asked %d and %d times", first.asked.Load(), second.asked.Load())
	}
}

func TestCheckLive(t *testing.T) {
	b, first, second := withCheckers(t)
	b.no(b.CheckLive(b.ctx, "second", "web", "pigeon"))
	if first.asked.Load() != 0 || second.asked.Load() != 1 {
		t.Errorf("asked %d and %d times", first.asked.Load(), second.asked.Load())
	}
	b.no(b.CheckLive(b.ctx))
	if first.asked.Load() != 1 || second.asked.Load() != 2 {
		t.Errorf("asked %d and %d times", first.asked.Load(), second.asked.Load())
	}
}

// TestCheckDue: each channel once a day at a time of its own, one that was not
// good every hour.
func TestCheckDue(t *testing.T) {
	b, first, second := withCheckers(t)
	second.stands(channels.Standing{}, fails(channels.Temporary, "503"))
	b.no(b.CheckLive(b.ctx))
	start := time.Now() // what is stored is of this instant
	b.no(b.CheckDue(b.ctx, start))
	if first.asked.Load() != 1 || second.asked.Load() != 1 {
		t.Errorf("asked again at once: %d and %d times", first.asked.Load(), second.asked.Load())
	}
	b.no(b.CheckDue(b.ctx, start.Add(61*time.Minute)))
	if second.asked.Load() != 2 {
		t.Errorf("what was not good was asked %d times within an hour", second.asked.Load())
	}
	b.no(b.CheckDue(b.ctx, start.Add(25*time.Hour)))
	if n := first.asked.Load(); n < 2 {
		t.Errorf("what was good was asked %d times within a day", n)
	}
}

// TestAnAdapterThatMisbehaves harms nobody, and says nothing secret.
func TestAnAdapterThatMisbehaves(t *testing.T) {
	b, first, second := withCheckers(t)
	first.doing(func(context.Context) { panic("token s3cret") })
	ctx, cancel := context.WithTimeout(b.ctx, 50*time.Millisecond)
	defer cancel()
	hung := make(chan struct{})
	defer close(hung)
	second.doing(func(context.Context) { <-hung })
	b.no(b.CheckLive(ctx))
	for _, name := range []string{"first", "second"} {
		if got := b.checkOf(name); got.Class != "temporary" || got.Reason == "" || strings.Contains(got.Reason, "s3cret") {
			t.Errorf("%s stands as %+v", name, got)
		}
	}
	gone, leave := context.WithCancel(b.ctx)
	second.doing(func(context.Context) { leave(); <-gone.Done() })
	before := b.checkOf("second")
	if _, err := b.CheckChannel(gone, "second"); !errors.Is(err, context.Canceled) || b.checkOf("second") != before {
		t.Errorf("a check that was given up: %v, stored %+v", err, b.checkOf("second"))
	}
}

// TestAnAnswerOfTheChannelBefore says nothing of the one that took its place.
func TestAnAnswerOfTheChannelBefore(t *testing.T) {
	b, first, _ := withCheckers(t)
	first.stands(channels.Standing{}, fails(channels.Unavailable, "401"))
	first.doing(func(context.Context) {
		changed := slices.Clone(b.settings.Channels)
		changed[1].Channel = newChecker(t, "first")
		b.Configure(changed, nil)
	})
	_, err := b.CheckChannel(b.ctx, "first")
	b.no(err)
	if got := b.checkOf("first"); !got.At.IsZero() || len(b.pauses()) != 0 {
		t.Errorf("it stands as %+v", got)
	}
}

// TestApproveAsksTheChannels of the plan at once, before it approves whatever
// they say.
func TestApproveAsksTheChannels(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		says   string // of the warning; none if it is empty
		paused []string
	}{
		{"good", nil, "", nil},
		{"temporary", fails(channels.Temporary, "503 busy"), "503 busy", nil},
		{"unavailable", fails(channels.Unavailable, "401 revoked"), "clarion channel resume second", []string{"second: 401 revoked"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, first, second := withCheckers(t)
			second.stands(channels.Standing{}, c.err)
			var came atomic.Int64
			both := make(chan struct{})
			meet := func(ctx context.Context) { // each waits for the other
				if came.Add(1) == 2 {
					close(both)
				}
				select {
				case <-both:
				case <-ctx.Done():
				}
			}
			first.doing(meet)
			second.doing(meet)
			id := b.add()
			approved, err := b.Office.Approve(b.ctx, id, b.submit(id), bob())
			b.no(err)
			b.wants(id, message.Approved)
			switch {
			case c.says == "" && len(approved.Warnings) != 0:
				t.Errorf("warned of %v", approved.Warnings)
			case c.says != "" && (len(approved.Warnings) != 1 || approved.Warnings[0].Channel != "second" || !strings.Contains(approved.Warnings[0].String(), c.says)):
				t.Errorf("warned of %v", approved.Warnings)
			}
			if paused := b.pauses(); !slices.Equal(paused, c.paused) || first.asked.Load() != 1 {
				t.Errorf("paused %q, asked %d times", paused, first.asked.Load())
			}
		})
	}
}

// TestApproveAsksNobody where it is refused, where a channel stands still or
// rehearses, and where it asked just now.
func TestApproveAsksNobody(t *testing.T) {
	b, first, second := withCheckers(t)
	id := b.add()
	digest := b.submit(id)
	_, err := b.Office.Approve(b.ctx, id, digest, ann())
	b.refused(err, office.Forbidden, "ann")
	if first.asked.Load()+second.asked.Load() != 0 {
		t.Error("what may not be approved asked the channels")
	}
	b.no(b.PauseChannel(b.ctx, "first", "maintenance", cat()))
	b.rehearse("second")
	approved, err := b.Office.Approve(b.ctx, id, digest, bob())
	b.no(err)
	if len(approved.Warnings) != 1 || !strings.Contains(approved.Warnings[0].String(), "maintenance") || first.asked.Load()+second.asked.Load() != 0 {
		t.Errorf("asked %d and %d times, warned of %v", first.asked.Load(), second.asked.Load(), approved.Warnings)
	}
	b.no(b.ResumeChannel(b.ctx, "first", cat()))
	for range 3 {
		b.approved()
	}
	if n := first.asked.Load(); n != 1 {
		t.Errorf("three approvals within a minute asked %d times", n)
	}
}

func TestApproveWarnsOfWhatExpiresBefore(t *testing.T) {
	b, first, _ := withCheckers(t)
	for _, c := range []struct {
		expires time.Duration
		warns   bool
	}{{47 * time.Hour, true}, {49 * time.Hour, false}} {
		first.stands(channels.Standing{Expires: time.Now().Add(c.expires)}, nil)
		b.no(b.CheckLive(b.ctx))
		id := b.add("publish: " + later(48*time.Hour))
		approved, err := b.Office.Approve(b.ctx, id, b.submit(id), bob())
		b.no(err)
		if warned := len(approved.Warnings) == 1 && strings.Contains(approved.Warnings[0].Says, "expire before the message is due"); warned != c.warns {
			t.Errorf("credentials that expire in %s: warned of %v", c.expires, approved.Warnings)
		}
	}
}

func TestConfigureWhileInUse(t *testing.T) {
	b, _, _ := withCheckers(t)
	var using sync.WaitGroup
	for range 3 {
		using.Go(func() {
			for range 20 {
				if _, err := b.Channels(b.ctx); err != nil {
					t.Error(err)
				}
				if _, err := b.CheckChannel(b.ctx, "web"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 100 {
		b.Configure(b.settings.Channels[:1+i%3], nil)
	}
	using.Wait()
}
