package queue_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"clarion/channels"
	"clarion/channels/rehearsal"
	"clarion/message"
	"clarion/queue"
)

// stopwatch is a rehearsal channel that notes when each delivery starts.
type stopwatch struct {
	channels.Channel

	mu     sync.Mutex
	starts []time.Time
}

func (s *stopwatch) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	now := time.Now()
	s.mu.Lock()
	s.starts = append(s.starts, now)
	s.mu.Unlock()
	return s.Channel.Publish(ctx, d)
}

// take gives the starts since the last call.
func (s *stopwatch) take() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	starts := s.starts
	s.starts = nil
	return starts
}

// counter waits for outcomes.
type counter struct {
	observer
	left chan struct{}
}

func (c *counter) Attempt(s message.Settlement) {
	if s.To != message.SendRehearsed {
		panic(string(s.To) + ": " + s.Reason)
	}
	c.left <- struct{}{}
}

func (c *counter) Found(message.Look) {}

func (c *counter) Trouble(doing string, err error) { panic(doing + ": " + err.Error()) }

func (c *counter) wait(n int) {
	for range n {
		<-c.left
	}
}

// tallied is a store that counts its commits.
type tallied struct {
	queue.Store
	commits atomic.Int64
}

func (t *tallied) Commit(ctx context.Context, settle []message.Settlement, claims []message.ClaimRequest, now time.Time) ([]message.Claim, error) {
	t.commits.Add(1)
	return t.Store.Commit(ctx, settle, claims, now)
}

// yard is an engine over a real store with one rehearsal channel.
type yard struct {
	*bureau
	dir    string
	watch  *stopwatch
	done   *counter
	tally  *tallied
	engine *queue.Engine
}

func openYard(b *testing.B) *yard {
	b.Helper()
	y := &yard{dir: b.TempDir(), watch: &stopwatch{Channel: rehearsal.Wrap(&wire{name: "wire"})}, done: &counter{left: make(chan struct{}, 1_000_000)}}
	y.bureau = openBureau(b, y.dir, 0)
	can := y.watch.Capabilities()
	y.tally = &tallied{Store: y.Store}
	y.engine = queue.New(y.tally, &button{}, y.done, settings(), []queue.Lane{{
		Name: "wire", Channel: y.watch, Rehearsal: y.watch,
		Limits: queue.Limits{Concurrency: can.Concurrency, Ahead: can.Ahead, Timeout: time.Minute, Retry: message.Retry{Attempts: 1}},
	}})
	b.Cleanup(func() {
		y.no(errors.Join(y.engine.Stop(context.Background()), y.Close()))
	})
	return y
}

func (y *yard) fill(n int, due time.Time) { y.plan(n, due, channelOf{"wire", y.watch}) }

// later puts so many sends far ahead into the queue.
func (y *yard) later(b *testing.B, n int) {
	b.Helper()
	y.fill(1, time.Now().Add(1_000*time.Hour))
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(y.dir, "clarion.db"))
	y.no(err)
	defer func() { y.no(db.Close()) }()
	_, err = db.ExecContext(context.Background(), `WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < ?)
		INSERT INTO sends (message_id, channel, run, revision, rendering_id, names, addressed, state, due_at, next_at, key, digest)
		SELECT message_id, channel, i, revision, rendering_id, names, addressed, state, due_at + i, next_at + i, key || i, digest
		FROM (SELECT * FROM sends ORDER BY id DESC LIMIT 1), c`, n-1)
	y.no(err)
}

// p99 of how long after their instants things started.
func p99(late []time.Duration) time.Duration {
	slices.Sort(late)
	return late[len(late)*99/100]
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1_000 }

// BenchmarkBurst starts 1,000 sends that are due in one instant.
func BenchmarkBurst(b *testing.B) {
	const jobs = 1_000
	y, base := openYard(b), openBaseline(b)
	y.no(y.engine.Start(context.Background()))
	var ours, theirs []time.Duration
	for b.Loop() {
		due := time.Now().Add(2 * time.Second).Truncate(time.Millisecond)
		y.fill(jobs, due)
		y.engine.Wake()
		y.done.wait(jobs)
		for _, at := range y.watch.take() {
			ours = append(ours, at.Sub(due))
		}
		due = time.Now().Add(100 * time.Millisecond).Truncate(time.Millisecond)
		base.fill(jobs, due)
		time.Sleep(time.Until(due))
		base.drain(jobs, func(n int) {
			theirs = append(theirs, slices.Repeat([]time.Duration{time.Since(due)}, n)...)
		})
	}
	b.ReportMetric(millis(p99(ours)), "p99-ms")
	b.ReportMetric(millis(p99(theirs)), "baseline-p99-ms")
	b.ReportMetric(p99(ours).Seconds()/p99(theirs).Seconds(), "ratio")
}

// BenchmarkInstants starts sends at 100 distinct instants, with few and with a
// million later sends in the queue.
func BenchmarkInstants(b *testing.B) {
	few, many, base := openYard(b), openYard(b), openBaseline(b)
	few.later(b, 10)
	many.later(b, 1_000_000)
	few.no(few.engine.Start(context.Background()))
	many.no(many.engine.Start(context.Background()))
	late := map[*yard][]time.Duration{}
	var theirs []time.Duration
	for b.Loop() {
		for _, y := range []*yard{few, many} { // one after the other, as they share the machine
			late[y] = append(late[y], y.instants()...)
		}
		theirs = append(theirs, base.instants()...)
	}
	b.ReportMetric(millis(p99(theirs)), "baseline-p99-ms")
	b.ReportMetric(millis(p99(late[few])), "p99-ms")
	b.ReportMetric(millis(late[few][len(late[few])/2]), "p50-ms") // they are sorted by now
	b.ReportMetric(millis(p99(late[many])), "million-p99-ms")
	b.ReportMetric(p99(late[many]).Seconds()/p99(late[few]).Seconds(), "ratio")
}

// Instants of one round.
const instants, gap = 100, 20 * time.Millisecond

func (y *yard) instants() []time.Duration {
	begin := time.Now().Add(time.Second).Truncate(time.Millisecond)
	for i := range instants {
		y.fill(1, begin.Add(time.Duration(i)*gap))
	}
	y.engine.Wake()
	y.done.wait(instants)
	var late []time.Duration
	for i, at := range y.watch.take() {
		late = append(late, at.Sub(begin.Add(time.Duration(i)*gap)))
	}
	return late
}

func (q *baseline) instants() []time.Duration {
	begin := time.Now().Add(time.Second).Truncate(time.Millisecond)
	var late []time.Duration
	for i := range instants {
		due := begin.Add(time.Duration(i) * gap)
		q.fill(1, due)
		time.Sleep(time.Until(due))
		q.drain(1, func(int) { late = append(late, time.Since(due)) })
	}
	return late
}

// BenchmarkThroughput takes 10,000 due sends from the queue to their ledger
// rows.
func BenchmarkThroughput(b *testing.B) {
	const jobs = 10_000
	y, base := openYard(b), openBaseline(b)
	y.decide("wire", message.ChannelMode{Paused: true})
	y.no(y.engine.Start(context.Background()))
	var ours, theirs time.Duration
	for b.Loop() {
		y.decide("wire", message.ChannelMode{Paused: true})
		y.no(y.engine.Reload(context.Background()))
		y.fill(jobs, time.Now())
		base.fill(jobs, time.Now())
		y.decide("wire", message.ChannelMode{})
		begin := time.Now()
		y.no(y.engine.Reload(context.Background()))
		y.done.wait(jobs)
		ours += time.Since(begin)
		begin = time.Now()
		base.drain(jobs, func(int) {})
		theirs += time.Since(begin)
	}
	total := float64(jobs * b.N)
	b.ReportMetric(total/float64(y.tally.commits.Load()), "sends/commit")
	b.ReportMetric(total/ours.Seconds(), "sends/s")
	b.ReportMetric(total/theirs.Seconds(), "baseline/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

// BenchmarkIdle reports the processor time of an engine with nothing to do.
func BenchmarkIdle(b *testing.B) {
	const idle = 10 * time.Second
	y := openYard(b)
	y.later(b, 10)
	y.no(y.engine.Start(context.Background()))
	var used time.Duration
	n := 0
	for b.Loop() {
		before := cpu(b)
		time.Sleep(idle)
		used += cpu(b) - before
		n++
	}
	b.ReportMetric(millis(used)/float64(n)/idle.Seconds(), "cpu-ms/s")
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(fmt.Errorf("read the processor time: %w", err))
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
