package bench

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"clarion/api"
)

const (
	pastMessages = 100_000 // of ten sends each
	mailing      = 20_000  // recipients of a mail to everyone
	rounds       = 3
)

// BenchmarkHistory measures a daemon with 1,000,000 sends behind it, beside one
// with an empty folder.
func BenchmarkHistory(b *testing.B) {
	bin, relay := build(b), newSink(b)
	long, empty := newOffice(b, bin, relay.addr), newOffice(b, bin, relay.addr)
	long.history(pastMessages)
	b.Run("start", func(b *testing.B) { benchStart(b, long.in(b), empty.in(b)) })
	b.Run("idle", func(b *testing.B) { benchIdle(b, long.in(b), empty.in(b)) })
	b.Run("read", func(b *testing.B) { benchRead(b, long.in(b), empty.in(b)) })
	for _, o := range []*office{long, empty} {
		o.subscribe(mailing)
	}
	b.Run("kill", func(b *testing.B) { benchKill(b, relay, long.in(b), empty.in(b)) })
}

// in gives the office to a part of a benchmark.
func (o *office) in(b *testing.B) *office {
	inner := *o
	inner.b = b
	return &inner
}

// benchStart starts both by turns: with the database in the page cache, and
// with it read from the disk.
func benchStart(b *testing.B, long, empty *office) {
	var warm, cold, none []time.Duration
	for b.Loop() {
		for range rounds {
			warm = append(warm, long.startOnce(false))
			none = append(none, empty.startOnce(false))
			cold = append(cold, long.startOnce(true))
		}
	}
	reportBeside(b, "ready", warm, "empty", none)
	report(b, "cold-ready", median(cold))
	b.ReportMetric(0, "ns/op")
}

func (o *office) startOnce(cold bool) time.Duration {
	o.b.Helper()
	if cold {
		o.evict()
	}
	p := o.start()
	p.stop()
	return p.ready
}

// evict drops the database from the page cache; no daemon runs.
func (o *office) evict() {
	o.b.Helper()
	f, err := os.Open(filepath.Join(o.dir, "clarion.db"))
	if err != nil {
		o.b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := unix.Fsync(int(f.Fd())); err != nil {
		o.b.Fatal(err)
	}
	if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		o.b.Fatal(err)
	}
}

// benchIdle lets both stand side by side and looks at what they use.
func benchIdle(b *testing.B, long, empty *office) {
	const settle, idle = 5 * time.Second, 10 * time.Second
	for b.Loop() {
		p, q := long.start(), empty.start()
		pass(b, settle)
		pBefore, qBefore := p.usage(), q.usage()
		pass(b, idle)
		pAfter, qAfter := p.usage(), q.usage()
		reportIdle(b, "", pBefore, pAfter)
		reportIdle(b, "empty-", qBefore, qAfter)
		b.ReportMetric(float64(pBefore.resident)/float64(qBefore.resident), "resident-ratio")
		p.stop()
		q.stop()
	}
	b.ReportMetric(0, "ns/op")
}

func reportIdle(b *testing.B, name string, before, after usage) {
	b.ReportMetric(float64(before.resident)/(1<<20), name+"resident-MiB")
	b.ReportMetric(float64((after.cpu()-before.cpu())/time.Millisecond), name+"cpu-ms/10s")
	b.ReportMetric(float64(after.waits-before.waits), name+"wake-ups/10s")
}

// question is something that is asked of an office.
type question struct {
	name string
	ask  func(o *office)
}

func questions() []question {
	return []question{
		{"metrics", func(o *office) { o.figures() }},
		{"list", listing(api.SendFilter{})},
		{"list-failed", listing(api.SendFilter{State: "failed"})},
		{"list-channel", listing(api.SendFilter{Mechanism: "newsroom"})},
		{"list-unused-channel", listing(api.SendFilter{Mechanism: "email"})},
		{"list-unused-audience", listing(api.SendFilter{Audience: "readers"})},
		{"list-since", listing(api.SendFilter{Since: api.At(time.Now().Add(time.Hour))})},
		{"verb-list", func(o *office) { o.run("send", "list") }},
	}
}

// benchRead asks both for lists and figures, by turns.
func benchRead(b *testing.B, long, empty *office) {
	const asks = 20
	p, q := long.start(), empty.start()
	ours, theirs := map[string][]time.Duration{}, map[string][]time.Duration{}
	for b.Loop() {
		for _, question := range questions() {
			for range asks {
				ours[question.name] = append(ours[question.name], timed(func() { question.ask(long) }))
				theirs[question.name] = append(theirs[question.name], timed(func() { question.ask(empty) }))
			}
		}
	}
	for _, question := range questions() {
		reportBeside(b, question.name, ours[question.name], "empty", theirs[question.name])
	}
	b.ReportMetric(0, "ns/op")
	p.stop()
	q.stop()
}

func timed(do func()) time.Duration {
	begun := time.Now()
	do()
	return time.Since(begun)
}

func (o *office) figures() string {
	o.b.Helper()
	resp, err := http.Get("http://" + o.listen + "/metrics")
	if err != nil {
		o.b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		o.b.Fatalf("/metrics answered %s, %v", resp.Status, err)
	}
	return string(text)
}

func listing(f api.SendFilter) func(*office) {
	return func(o *office) {
		o.b.Helper()
		if _, err := o.api("ada").Sends(o.b.Context(), f); err != nil {
			o.b.Fatal(err)
		}
	}
}
