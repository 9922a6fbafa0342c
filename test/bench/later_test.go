package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	instants = 100
	apart    = 20 * time.Millisecond
	lead     = 2 * time.Second // from planning the sends to the first instant
)

// planner is an office with a message that is approved for a far time, and how
// often it was cloned so far.
type planner struct {
	*office
	template approval
	clones   int
}

func newPlanner(b *testing.B, bin, relay string) *planner {
	p := &planner{office: newOffice(b, bin, relay)}
	p.template = p.submit("everyone", "2060-01-01 09:00 Europe/London", paragraph)
	p.approve(p.template)
	return p
}

// next gives the numbers of so many clones more.
func (p *planner) next(n int) clones {
	c := clones{p.clones + 1, p.clones + n}
	p.clones += n
	return c
}

// BenchmarkLater measures how late sends at 100 distinct instants start, with
// 1,000,000 later ones in the queue beside 10.
func BenchmarkLater(b *testing.B) {
	bin, relay := build(b), newSink(b)
	full, small := newPlanner(b, bin, relay.addr), newPlanner(b, bin, relay.addr) // the small one has the template's ten
	full.change(func(d database) {
		d.message(full.next(pastMessages), full.template.ID, "true", "60000 * n")
	})
	var late, base lateness
	for b.Loop() {
		for range rounds + 2 {
			full.punctual(&late)
			small.punctual(&base)
		}
	}
	late.report(b, "")
	base.report(b, "10-later-")
	b.ReportMetric(float64(late.mean())/float64(base.mean()), "mean-ratio")
	b.ReportMetric(float64(late.p99())/float64(base.p99()), "p99-ratio")
	b.ReportMetric(0, "ns/op")
}

// lateness collects how late first attempts were, by rounds: each in whole
// milliseconds, as it is stored, and their mean as the daemon counts it.
type lateness struct {
	each  []time.Duration
	means []time.Duration
	p99s  []time.Duration
}

func (l *lateness) add(round []time.Duration, sum time.Duration) {
	l.each = append(l.each, round...)
	l.means = append(l.means, sum/time.Duration(len(round)))
	// A stored lateness lost half a millisecond on average when it was cut.
	l.p99s = append(l.p99s, quantile(round, .99)+time.Millisecond/2)
}

// mean and p99 are those of the median round: a burst of other work on the
// machine spoils one.
func (l *lateness) mean() time.Duration { return median(l.means) }
func (l *lateness) p99() time.Duration  { return median(l.p99s) }

func (l *lateness) report(b *testing.B, name string) {
	report(b, name+"mean", l.mean())
	report(b, name+"p50", median(l.each))
	report(b, name+"p99", l.p99())
	report(b, name+"max", quantile(l.each, 1))
}

// punctual plans a send at each of the instants ahead, and lets a daemon do
// them.
func (p *planner) punctual(l *lateness) {
	p.b.Helper()
	c := p.next(instants)
	first := time.Now().Add(lead).UnixMilli()
	p.change(func(d database) {
		d.message(c, p.template.ID, "t.channel = 'network-0'",
			fmt.Sprintf("%d + %d * (n - %d) - (SELECT due_at FROM sends WHERE message_id = '%s' LIMIT 1)", first, apart.Milliseconds(), c.first, p.template.ID))
	})
	daemon := p.start()
	if daemon.begun.Add(daemon.ready).UnixMilli() > first {
		p.b.Fatal("the daemon was ready only after the first instant")
	}
	pass(p.b, time.Until(time.UnixMilli(first))+instants*apart) // nothing else is asked meanwhile
	await(p.b, "the sends to be rehearsed", 100*time.Millisecond, time.Minute, func() bool {
		return p.figure("clarion_lateness_seconds_count") == instants
	})
	sum := time.Duration(p.figure("clarion_lateness_seconds_sum") * float64(time.Second))
	daemon.stop()
	round := latenessOf(daemon)
	if len(round) != instants {
		p.b.Fatalf("the log has %d sends, want %d", len(round), instants)
	}
	l.add(round, sum)
}

// figure gives the sum of a figure over its labels.
func (o *office) figure(name string) float64 {
	o.b.Helper()
	sum := 0.0
	for line := range strings.Lines(o.figures()) {
		rest, ok := strings.CutPrefix(line, name)
		if words := strings.Fields(rest); ok && len(words) > 0 {
			value, err := strconv.ParseFloat(words[len(words)-1], 64)
			if err != nil {
				o.b.Fatalf("read the figure %q: %v", line, err)
			}
			sum += value
		}
	}
	return sum
}

// latenessOf reads the log of a daemon that ended.
func latenessOf(p *process) []time.Duration {
	var all []time.Duration
	for line := range bytes.Lines(p.log.Bytes()) {
		var l struct {
			Event, Outcome string
			Late           int64 `json:"lateness_ms"`
		}
		if json.Unmarshal(line, &l) == nil && l.Event == "send" && l.Outcome == "rehearsed" {
			all = append(all, time.Duration(l.Late)*time.Millisecond)
		}
	}
	return all
}
