package daemon

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"clarion/message"
	"clarion/office"
)

// figures are what is counted as it happens.
type figures struct {
	attempts *prometheus.CounterVec
	stops    *prometheus.CounterVec
	late     *prometheus.HistogramVec
	trouble  prometheus.Counter
	looks    *prometheus.CounterVec
	told     *prometheus.CounterVec
}

func newFigures(r prometheus.Registerer) figures {
	f := figures{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clarion_attempts_total", Help: "Settled attempts at sends and recipients.",
		}, []string{"mechanism", "outcome"}),
		stops: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clarion_stopped_total", Help: "Sends and recipients that a rule did not let pass.",
		}, []string{"mechanism", "outcome"}),
		late: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "clarion_lateness_seconds", Help: "From the instant a first attempt was due to its start.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 60, 600},
		}, []string{"mechanism"}),
		trouble: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "clarion_trouble_total", Help: "Faults that are tried again.",
		}),
		looks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clarion_looks_total", Help: "Looks at destinations for unknown sends.",
		}, []string{"mechanism", "verdict"}),
		told: newHookFigure(),
	}
	r.MustRegister(f.attempts, f.stops, f.late, f.trouble, f.looks, f.told)
	return f
}

func (f figures) attempt(s message.Settlement) {
	f.attempts.WithLabelValues(s.Item.Channel, string(s.To)).Inc()
	if s.Item.Attempt == 1 {
		f.late.WithLabelValues(s.Item.Channel).Observe(lateness(s).Seconds())
	}
}

func (f figures) looked(mechanism, verdict string) {
	f.looks.WithLabelValues(mechanism, verdict).Inc()
}

func (f figures) stopped(mechanism, outcome string) {
	f.stops.WithLabelValues(mechanism, outcome).Inc()
}

// backlog is what is counted when asked.
type backlog struct {
	office *office.Office
	log    zerolog.Logger
	due, overdue, failed, unknown, held,
	oldest, frozen, paused, rehearsing, good, expires *prometheus.Desc
}

func registerBacklog(r prometheus.Registerer, o *office.Office, log zerolog.Logger) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("clarion_"+name, help, labels, nil)
	}
	r.MustRegister(&backlog{
		office: o, log: log,
		due:        desc("sends_due", "Sends that are due and not under way."),
		overdue:    desc("sends_overdue", "Of those, later than a minute."),
		failed:     desc("sends_failed", "Sends and recipients that failed and wait for a person."),
		unknown:    desc("sends_unknown", "Sends and recipients that nobody can know of."),
		held:       desc("sends_held", "Sends that are held."),
		oldest:     desc("oldest_due_seconds", "Age of the oldest send that is due; 0 if none is."),
		frozen:     desc("frozen", "1 while everything is frozen."),
		paused:     desc("channel_paused", "1 while a channel is paused.", "mechanism"),
		rehearsing: desc("channel_rehearsing", "1 while a channel rehearses.", "mechanism"),
		good:       desc("channel_check_ok", "1 if a channel's last check found its account good, 0 if not.", "mechanism"),
		expires:    desc("channel_credential_expires_seconds", "Until a channel's credentials expire; negative once they have.", "mechanism"),
	})
}

// Describe implements prometheus.Collector.
func (b *backlog) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(b, ch) }

// Collect implements prometheus.Collector.
func (b *backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now, err := b.office.View(office.Owner()).Backlog(ctx)
	if err != nil {
		b.log.Error().Str("event", "trouble").Str("doing", "count the backlog").Err(err).Str("says", "figures are missing").Send()
		return
	}
	gauge(b.due, float64(now.Due))
	gauge(b.overdue, float64(now.Overdue))
	gauge(b.failed, float64(now.Failed))
	gauge(b.unknown, float64(now.Unknown))
	gauge(b.held, float64(now.Held))
	age := 0.0
	if !now.OldestDue.IsZero() {
		age = time.Since(now.OldestDue).Seconds()
	}
	gauge(b.oldest, age)
	state, _ := b.office.FreezeState(ctx) // in doubt it says frozen
	gauge(b.frozen, yes(state.Frozen))
	channels, err := b.office.View(office.Owner()).Channels(ctx)
	if err != nil {
		b.log.Error().Str("event", "trouble").Str("doing", "read the channels").Err(err).Str("says", "figures are missing").Send()
		return
	}
	for _, c := range channels {
		gauge(b.paused, yes(c.State.Paused), c.Name)
		gauge(b.rehearsing, yes(c.State.Rehearsal), c.Name)
		if !c.Check.At.IsZero() {
			gauge(b.good, yes(c.Check.Good()), c.Name)
		}
		if !c.Check.Expires.IsZero() {
			gauge(b.expires, time.Until(c.Check.Expires).Seconds(), c.Name)
		}
	}
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
