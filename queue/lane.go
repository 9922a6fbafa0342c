package queue

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"clarion/channels"
	"clarion/message"
)

// Bounds of a lane's waiting.
const (
	maxClaim     = 1_000            // in one claim
	wallCheck    = 30 * time.Second // the wall clock is looked at again at least so often
	troubleFirst = time.Second      // the wait after a fault of the store or a failed connection
	troubleMax   = time.Minute
	connectLead  = 2 * time.Second // connections are made so long before an instant
)

// lane carries the sends of one channel.
type lane struct {
	engine  *Engine
	name    string
	live    channels.Channel
	dry     channels.Channel
	limits  Limits
	limiter *rate.Limiter
	print   string // the destination's fingerprint
	woken   chan struct{}
	ready   chan opened
	connect chan struct{} // a worker that is not connected should be

	mu       sync.Mutex
	mode     Mode
	turn     int // counts changes of mode: a delivery of an earlier turn does not begin
	capacity int // attempts that may be open: Ahead for each worker that is connected
	open     int // claimed, opened or under way
	closed   bool
	until    time.Time // nothing is claimed before
	trouble  time.Duration

	renderings renderingCache
}

// opened is an attempt that is durable and may be published.
type opened struct {
	message.Opened
	channel channels.Channel
	mode    message.Mode
	turn    int
}

func newLane(e *Engine, l Lane) *lane {
	window := l.Limits.Concurrency * l.Limits.Ahead
	limit, burst := rate.Inf, window
	if l.Limits.Interval > 0 {
		limit = rate.Every(l.Limits.Interval)
		burst = 1
	}
	return &lane{
		engine: e, name: l.Name, live: l.Channel, dry: l.Rehearsal, limits: l.Limits,
		print:   l.Channel.Destination().Fingerprint(),
		limiter: rate.NewLimiter(limit, burst), woken: make(chan struct{}, 1), ready: make(chan opened, window),
		connect: make(chan struct{}, 1),
	}
}

func (l *lane) start() {
	l.engine.running.Go(l.run)
	for range l.limits.Concurrency {
		l.engine.running.Go(func() { (&worker{lane: l}).run() })
	}
}

func (l *lane) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// apply takes over what was decided about the channel.
func (l *lane) apply(m Mode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Rehearsal != l.mode.Rehearsal {
		l.turn++
	}
	l.mode = m
	if !m.Paused {
		l.until, l.trouble = time.Time{}, 0
	}
}

// view is what the lane is at this instant.
type view struct {
	lane    message.Lane
	channel channels.Channel
	turn    int
	paused  bool
}

func (l *lane) view() view {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := view{channel: l.live, turn: l.turn, paused: l.mode.Paused}
	mode := message.Live
	if l.mode.Rehearsal {
		v.channel, mode = l.dry, message.Rehearsal
	}
	v.lane = message.Lane{
		Channel: l.name, Available: true, Fingerprint: l.print, Mode: mode,
		Addressed: l.live.Capabilities().Addressed, Frozen: l.engine.freezer.Frozen(),
	}
	return v
}

// run claims what is due, on a timer for the next instant.
func (l *lane) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-l.woken:
		case <-l.engine.claiming.Done():
			return
		}
		timer.Reset(l.step())
	}
}

// step claims once and gives how long to wait for the next.
func (l *lane) step() time.Duration {
	v := l.view()
	wait, err := l.claim(v)
	if err != nil {
		l.engine.observer.Trouble("claim for "+l.name, err)
		return l.setBack()
	}
	return min(wait, wallCheck)
}

func (l *lane) claim(v view) (time.Duration, error) {
	ctx, now := l.engine.claiming, time.Now().Round(0)
	if wait := l.held(v, now); wait > 0 {
		return wait, nil
	}
	next, planned, err := l.engine.store.NextDue(ctx, v.lane, l.engine.settings.MaterialiseBefore)
	if ctx.Err() != nil {
		return wallCheck, nil
	}
	if err != nil || !planned {
		return wallCheck, err
	}
	if wait := next.Sub(now); wait > 0 {
		if wait > connectLead {
			return wait - connectLead, nil
		}
		l.wantConnection()
		return wait, nil
	}
	if v.lane.Addressed {
		if err := l.engine.store.Materialise(ctx, v.lane, l.engine.settings.MaterialiseBefore, now); err != nil {
			return 0, err
		}
	}
	return l.take(v, now)
}

// held gives how long the lane must not claim.
func (l *lane) held(v view, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if v.paused {
		return wallCheck
	}
	return l.until.Sub(now)
}

// setBack gives a growing wait after a fault.
func (l *lane) setBack() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trouble = min(max(2*l.trouble, troubleFirst), troubleMax)
	return l.trouble
}
