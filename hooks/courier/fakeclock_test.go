package courier

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels/request"
	"clarion/hooks"
)

// line is a receiver that nobody dials, on a fake clock.
type line struct {
	mu     sync.Mutex
	began  time.Time
	calls  map[string][]time.Duration // of each event, since the beginning
	answer func(id string) (request.Answer, time.Duration)
}

func (l *line) post(ctx context.Context, _ string, h http.Header, _ []byte) (request.Answer, error) {
	id := h.Get("webhook-id")
	l.mu.Lock()
	l.calls[id] = append(l.calls[id], time.Since(l.began))
	answer, took := l.answer(id)
	l.mu.Unlock()
	select {
	case <-time.After(took):
		return answer, nil
	case <-ctx.Done():
		return request.Answer{}, context.Cause(ctx)
	}
}

func (l *line) came(id string) []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls[id]
}

// onFakeClock runs a test with a hook whose receiver answers as it is told.
func onFakeClock(t *testing.T, answer func(id string) (request.Answer, time.Duration), run func(t *testing.T, m *memory, l *line)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l := &line{began: time.Now(), calls: map[string][]time.Duration{}, answer: answer}
		m.hook("h", "https://h.example/")
		c := New(m, witness{t: t}, Settings{})
		c.post = l.post
		c.Start(m)
		run(t, m, l)
		stop(t, c)
	})
}

func status(n int) (request.Answer, time.Duration) {
	return request.Answer{Status: n}, 100 * time.Millisecond
}

// An event is told at once, and then by the schedule of Standard Webhooks; at
// the end of it the hook is disabled.
func TestScheduleOnAFakeClock(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(string) (request.Answer, time.Duration) { return status(503) }, func(t *testing.T, m *memory, l *line) {
		m.happen(1)
		time.Sleep(100 * time.Hour)
		synctest.Wait()
		calls := l.came(id(1))
		if len(calls) != hooks.MaxAttempts || calls[0] > time.Second {
			t.Fatalf("told at %v", calls)
		}
		for i, want := range []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour} {
			if waited := calls[i+1] - calls[i]; waited < want || waited > want+want/10+time.Second {
				t.Errorf("before attempt %d it waited %s, want %s", i+2, waited, want)
			}
		}
		if h := m.now("h"); h.Enabled() || !strings.Contains(h.Why, "took nothing") || !strings.Contains(h.Why, "503") {
			t.Errorf("it is %+v", h)
		}
	})
}

// An event that is never taken is given up, and others go on meanwhile and
// afterwards.
func TestOneIsGivenUpOnAFakeClock(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(event string) (request.Answer, time.Duration) {
		if event == id(1) {
			return status(400)
		}
		return status(200)
	}, func(t *testing.T, m *memory, l *line) {
		m.happen(1)
		time.Sleep(24 * time.Hour)
		m.happen(1)
		time.Sleep(76 * time.Hour)
		synctest.Wait()
		if h := m.now("h"); !h.Enabled() || h.Why != "gave up "+id(1) {
			t.Errorf("it is %+v", h)
		}
		if len(l.came(id(1))) != hooks.MaxAttempts || len(l.came(id(2))) != 1 || m.delivery("h", 1).State != hooks.Failed {
			t.Errorf("told at %v and %v", l.came(id(1)), l.came(id(2)))
		}
	})
}

// People are told once a day of events that are given up, not of each.
func TestManyAreGivenUpOnAFakeClock(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(event string) (request.Answer, time.Duration) {
		if strings.HasSuffix(event, "7") {
			return status(400)
		}
		return status(200)
	}, func(t *testing.T, m *memory, _ *line) {
		m.happen(400)
		for range 5 {
			time.Sleep(20 * time.Hour)
			m.happen(1) // taken: the receiver is there
		}
		synctest.Wait()
		failed := 0
		for n := 1; n <= 400; n++ {
			if m.delivery("h", n).State == hooks.Failed {
				failed++
			}
		}
		if told := strings.Count(m.now("h").Why, "gave up"); failed != 40 || told != 1 || !m.now("h").Enabled() {
			t.Errorf("%d events failed, people were told %d times: %+v", failed, told, m.now("h"))
		}
	})
}

// A receiver that never answers is given up on after the time-out, and is told
// again.
func TestTimeoutOnAFakeClock(t *testing.T) {
	t.Parallel()
	slow := true
	onFakeClock(t, func(string) (request.Answer, time.Duration) {
		defer func() { slow = false }()
		if slow {
			return request.Answer{}, time.Hour
		}
		return status(200)
	}, func(t *testing.T, m *memory, l *line) {
		m.happen(1)
		time.Sleep(Timeout + 10*time.Second)
		synctest.Wait()
		calls := l.came(id(1))
		if len(calls) != 2 || calls[1]-calls[0] < Timeout+5*time.Second || m.delivery("h", 1).State != hooks.Delivered {
			t.Errorf("told at %v: %+v", calls, m.delivery("h", 1))
		}
	})
}

// A receiver that asks for a pause is told nothing before it ends, neither what
// failed nor what is new.
func TestPauseOnAFakeClock(t *testing.T) {
	t.Parallel()
	first := true
	onFakeClock(t, func(string) (request.Answer, time.Duration) {
		defer func() { first = false }()
		if first {
			return request.Answer{Status: 429, Header: http.Header{"Retry-After": {"7200"}}}, 0
		}
		return status(200)
	}, func(t *testing.T, m *memory, l *line) {
		m.happen(1)
		time.Sleep(time.Hour)
		m.happen(1)
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		if n := len(l.came(id(1))) + len(l.came(id(2))); n != 1 {
			t.Errorf("%d requests in the pause", n)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if len(l.came(id(1))) != 2 || len(l.came(id(2))) != 1 {
			t.Errorf("told at %v and %v", l.came(id(1)), l.came(id(2)))
		}
	})
}

// Without news nothing is done: no store is asked.
func TestNoPollingOnAFakeClock(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(string) (request.Answer, time.Duration) { return status(200) }, func(t *testing.T, m *memory, l *line) {
		m.happen(1)
		time.Sleep(time.Minute)
		synctest.Wait()
		asked := m.reads()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if now := m.reads(); now != asked || len(l.came(id(1))) != 1 {
			t.Errorf("the store was asked %d times in a day without news", now-asked)
		}
	})
}
