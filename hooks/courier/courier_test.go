package courier

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clarion/channels/receiver"
	"clarion/hooks"
)

// What is told is what the official library verifies, and says what happened.
func TestTold(t *testing.T) {
	t.Parallel()
	m, s := newMemory(), receive(t, nil)
	m.happen(3) // before there was a hook
	h := m.hook("dashboard", s.URL+"/hooks")
	begin(t, m, witness{t: t}, s.URL)
	m.happen(45) // more than two batches
	await(t, "45 events", func() bool { return m.place("dashboard") == 48 })
	verifier, err := standardwebhooks.NewWebhook(h.Secret.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	counts := s.counts()
	for n := 4; n <= 48; n++ {
		if counts[id(n)] != 1 {
			t.Errorf("event %d came %d times", n, counts[id(n)])
		}
		if d := m.delivery("dashboard", n); d.State != hooks.Delivered || d.Attempts != 1 || d.Status != 204 || d.Says != "answered 204 No Content" {
			t.Errorf("event %d: %+v", n, d)
		}
	}
	if len(counts) != 45 {
		t.Errorf("%d events came", len(counts))
	}
	for _, e := range s.told() {
		if err := verifier.Verify(e.body, e.header); err != nil {
			t.Error(err)
		}
		var got struct {
			Type      hooks.Type
			Timestamp time.Time
			Data      hooks.MessageData
		}
		if err := json.Unmarshal(e.body, &got); err != nil || got.Type != hooks.MessageAdded || got.Timestamp.IsZero() || !strings.HasPrefix(got.Data.ID, "m") {
			t.Errorf("%v: %s", err, e.body)
		}
	}
}

// While one secret takes the place of another, a receiver may know either.
func TestTwoSecrets(t *testing.T) {
	t.Parallel()
	m, s := newMemory(), receive(t, nil)
	h := m.hook("h", s.URL)
	old := h.Secret
	h.OldSecret, h.OldUntil, h.Secret = old, time.Now().Add(time.Hour), receiver.NewSecret()
	m.change(func() { m.hooks["h"] = h })
	begin(t, m, witness{t: t}, s.URL)
	m.happen(1)
	await(t, "the event", func() bool { return m.place("h") == 1 })
	for _, secret := range []string{old.Reveal(), h.Secret.Reveal()} {
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(s.told()[0].body, s.told()[0].header); err != nil {
			t.Error(err)
		}
	}
}

// A hook that hangs delays no other, and its own later events are not kept back
// for ever by one that fails.
func TestOneThatHangs(t *testing.T) {
	t.Parallel()
	m, free := newMemory(), make(chan struct{})
	hanging := receive(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-free:
		case <-r.Context().Done():
		}
	})
	good := receive(t, nil)
	m.hook("hanging", hanging.URL)
	m.hook("good", good.URL)
	begin(t, m, witness{t: t}, hanging.URL, good.URL)
	m.happen(100)
	await(t, "100 events", func() bool { return m.place("good") == 100 })
	if n := len(hanging.told()); n > atOnce {
		t.Errorf("%d requests hang at once", n)
	}
	if m.place("hanging") != 0 {
		t.Error("what was not told is passed over")
	}
	close(free)
}

func TestOneEventThatFailsKeepsNoneBack(t *testing.T) {
	t.Parallel()
	m := newMemory()
	s := receive(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("webhook-id") == id(2) {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	m.hook("h", s.URL)
	begin(t, m, witness{t: t}, s.URL)
	m.happen(60)
	await(t, "60 events", func() bool { return m.place("h") == 60 })
	if d := m.delivery("h", 2); d.State != hooks.Waiting || d.Status != 500 || d.Attempts != 1 {
		t.Errorf("the one that failed: %+v", d)
	}
	if d := m.delivery("h", 60); d.State != hooks.Delivered {
		t.Errorf("a later one: %+v", d)
	}
}

// A receiver that answers 410 is told nothing more.
func TestGone(t *testing.T) {
	t.Parallel()
	m, other := newMemory(), receive(t, nil)
	s := receive(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	m.hook("h", s.URL)
	begin(t, m, witness{t: t}, s.URL, other.URL)
	m.happen(1)
	await(t, "the end", func() bool { return !m.now("h").Enabled() })
	m.hook("other", other.URL)
	m.happen(5)
	await(t, "5 events elsewhere", func() bool { return m.place("other") == 6 })
	if n := len(s.told()); n != 1 || !strings.Contains(m.now("h").Why, "410") {
		t.Errorf("told %d times, and disabled: %s", n, m.now("h").Why)
	}
}

// A hook that is enabled again goes on, by the same courier.
func TestEnabledAgain(t *testing.T) {
	t.Parallel()
	m := newMemory()
	var gone atomic.Bool
	gone.Store(true)
	s := receive(t, func(w http.ResponseWriter, _ *http.Request) {
		if gone.Load() {
			w.WriteHeader(http.StatusGone)
		}
	})
	m.hook("h", s.URL)
	begin(t, m, witness{t: t}, s.URL)
	m.happen(1)
	await(t, "the end", func() bool { return !m.now("h").Enabled() })
	gone.Store(false)
	m.change(func() {
		h := m.hooks["h"]
		h.DisabledAt = time.Time{}
		m.hooks["h"] = h
	})
	m.happen(1)
	await(t, "event 2", func() bool { return m.delivery("h", 2).State == hooks.Delivered })
}

// A receiver that asks for a pause gets it.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for status, header := range map[int]string{429: "3600", 503: "3600", 500: ""} {
		m := newMemory()
		s := receive(t, func(w http.ResponseWriter, _ *http.Request) {
			if header != "" {
				w.Header().Set("Retry-After", header)
			}
			w.WriteHeader(status)
		})
		m.hook("h", s.URL)
		begin(t, m, witness{t: t}, s.URL)
		m.happen(1)
		await(t, "the answer", func() bool { return m.delivery("h", 1).Attempts > 0 })
		wait := time.Until(m.delivery("h", 1).NextAt)
		if asked := header != ""; asked != (wait > 59*time.Minute) {
			t.Errorf("%d: again in %s", status, wait)
		}
	}
}

// What was told before the disk was full is told again under the same id, and
// nothing is lost.
func TestWhatCannotBeStoredIsToldAgain(t *testing.T) {
	t.Parallel()
	m, s := newMemory(), receive(t, nil)
	m.hook("h", s.URL)
	m.change(func() { m.fails = 1 })
	begin(t, m, witness{t: t, expected: true}, s.URL)
	m.happen(1)
	await(t, "the event again", func() bool { return m.place("h") == 1 })
	if n := s.counts()[id(1)]; n != 2 {
		t.Errorf("it came %d times", n)
	}
}

// A stop waits for what is under way, gives it up after a while, and the next
// start tells it again.
func TestStopAndStartAgain(t *testing.T) {
	t.Parallel()
	m := newMemory()
	var hang atomic.Bool
	hang.Store(true)
	came := make(chan struct{}, 100)
	var one sync.Once
	s := receive(t, func(_ http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		answered := false
		one.Do(func() { answered = true })
		if !answered && hang.Load() {
			<-r.Context().Done()
		}
	})
	m.hook("h", s.URL)
	c := New(m, witness{t: t}, Settings{Allow: []string{s.URL}})
	c.Start(m)
	m.happen(4)
	for range 4 {
		<-came
	}
	began := time.Now()
	stop(t, c)
	if took := time.Since(began); took > 3*grace {
		t.Errorf("the stop took %s", took)
	}
	if m.place("h") != 0 {
		t.Error("what was cut short is passed over")
	}
	hang.Store(false)
	begin(t, m, witness{t: t}, s.URL)
	await(t, "all four", func() bool { return m.place("h") == 4 })
	counts := s.counts()
	for n := 1; n <= 4; n++ {
		if counts[id(n)] != 2 || m.delivery("h", n).State != hooks.Delivered {
			t.Errorf("event %d came %d times: %+v", n, counts[id(n)], m.delivery("h", n))
		}
	}
}

// A place that is set back while events are under way is kept.
func TestWoundBack(t *testing.T) {
	t.Parallel()
	m, s := newMemory(), receive(t, nil)
	m.hook("h", s.URL)
	begin(t, m, witness{t: t}, s.URL)
	m.happen(10)
	await(t, "10 events", func() bool { return m.place("h") == 10 })
	m.change(func() {
		h := m.hooks["h"]
		h.Place.Seq = 4
		m.hooks["h"] = h
	})
	await(t, "6 of them again", func() bool { return m.place("h") == 10 })
	for n, times := range map[int]int{4: 1, 5: 2, 10: 2} {
		if got := s.counts()[id(n)]; got != times {
			t.Errorf("event %d came %d times, want %d", n, got, times)
		}
	}
}

// What waits is bounded: a hook with so much of it is told nothing new before
// some of it is settled, and loses nothing.
func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	for waiting, want := range map[int]bool{maxWaiting - 1: true, maxWaiting: false} {
		m, s := newMemory(), receive(t, nil)
		m.change(func() { m.entries = maxWaiting })
		m.hook("h", s.URL)
		m.change(func() {
			for n := range int64(waiting) {
				m.deliveries["h"][n+1] = hooks.Delivery{State: hooks.Waiting, NextAt: time.Now().Add(time.Hour)}
			}
		})
		begin(t, m, witness{t: t}, s.URL)
		m.happen(1)
		if want {
			await(t, "the event", func() bool { return m.place("h") == maxWaiting+1 })
			continue
		}
		asked := m.reads()
		await(t, "three more looks", func() bool { m.change(func() {}); return m.reads() > asked+6 })
		if n := len(s.told()); n != 0 {
			t.Errorf("with %d that wait it was told %d times", waiting, n)
		}
		m.change(func() { delete(m.deliveries["h"], 1) })
		await(t, "the event after all", func() bool { return m.place("h") == maxWaiting+1 })
	}
}

// A place far behind is stored although nothing was told.
func TestPassedPlaceIsStored(t *testing.T) {
	t.Parallel()
	m, s := newMemory(), receive(t, nil)
	h := m.hook("h", s.URL)
	h.Types = []hooks.Type{hooks.SendSent}
	m.change(func() { m.hooks["h"] = h })
	begin(t, m, witness{t: t}, s.URL)
	m.happen(maxPassed - 1)
	asked := m.reads()
	await(t, "the look", func() bool { m.change(func() {}); return m.reads() > asked+maxPassed/batch })
	if n := m.place("h"); n != 0 {
		t.Errorf("%d were passed over, and %d is stored", maxPassed-1, n)
	}
	m.happen(1)
	await(t, "the place", func() bool { return m.place("h") == maxPassed })
	if n := len(s.told()); n != 0 {
		t.Errorf("it was told %d times", n)
	}
}
