package queue

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"clarion/channels"
	"clarion/message"
)

// Bounds of a lane's waiting.
const (
	wallCheck    = 30 * time.Second // the wall clock is looked at again at least so often
	troubleFirst = time.Second      // the wait after a fault of the store or a failed connection
	storeMax     = 10 * time.Second
	connectMax   = time.Minute
	connectLead  = 2 * time.Second // a connection is made so long before an instant
)

// lane carries the sends of one channel.
type lane struct {
	engine    *Engine
	name      string
	live      channels.Channel
	dry       channels.Channel
	connector channels.Connector // nil if the channel holds no connections
	can       channels.Capabilities
	limits    Limits
	print     string // the destination's fingerprint

	woken   chan struct{}
	ready   chan opened
	connect chan struct{} // one worker more is to connect

	claims *rate.Limiter // when the next may be claimed
	starts *rate.Limiter // when it may start: what was opened may have waited

	// Of the claiming goroutine alone.
	trouble     backoff        // with the store
	unpublished []message.Item // claimed for a local channel and not yet recorded
	republish   time.Time

	mu         sync.Mutex
	mode       Mode
	turn       int           // counts changes of mode: a live delivery of an earlier turn does not begin
	turned     chan struct{} // closed at the next change of mode
	capacity   int           // attempts that may be open: Ahead for each worker that is connected
	open       int           // opened or under way
	until      time.Time     // the destination asked to wait
	reconnect  time.Time     // no connection is made before
	connecting backoff

	renderings renderingCache
	looker     *looker // nil if the channel can't look for unknown sends
}

// opened is an attempt that is durable and may be published.
type opened struct {
	message.Opened
	mode message.Mode
	turn int
}

func newLane(e *Engine, l Lane) *lane {
	if l.Limits.Interval > 0 {
		l.Limits.Ahead = 1 // more would only wait opened
	}
	every := rate.Every(l.Limits.Interval) // no limit if there is no interval
	connector, _ := l.Channel.(channels.Connector)
	made := &lane{
		engine: e, name: l.Name, live: l.Channel, dry: l.Rehearsal, connector: connector, can: l.Channel.Capabilities(),
		limits: l.Limits, print: l.Channel.Destination().Fingerprint(),
		woken: make(chan struct{}, 1), ready: make(chan opened, l.Limits.Concurrency*l.Limits.Ahead), connect: make(chan struct{}, 1),
		claims: rate.NewLimiter(every, 1), starts: rate.NewLimiter(every, 1),
		trouble: backoff{first: troubleFirst, longest: storeMax}, connecting: backoff{first: troubleFirst, longest: connectMax},
		turned: make(chan struct{}),
	}
	made.looker = newLooker(made)
	return made
}

// start starts the claiming and the workers. A local channel has none:
// recording is its publication.
func (l *lane) start() {
	l.engine.running.Go(l.run)
	if l.can.Local {
		return
	}
	for range l.limits.Concurrency {
		l.engine.running.Go(func() { (&worker{lane: l}).run() })
	}
	if l.looker != nil {
		l.engine.running.Go(l.looker.run)
	}
}

func (l *lane) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// apply takes over what was decided about the channel. A person who resumes it
// ends every wait.
func (l *lane) apply(m Mode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m.Rehearsal = m.Rehearsal || l.can.Rehearses
	if m.Rehearsal != l.mode.Rehearsal {
		l.turn++
		close(l.turned)
		l.turned = make(chan struct{})
	}
	if l.mode.Paused && !m.Paused {
		l.until, l.reconnect = time.Time{}, time.Time{}
		l.connecting.reset()
	}
	l.mode = m
	l.looker.wake()
}

// view is what the lane is at this instant.
type view struct {
	lane message.Lane
	turn int
}

func (l *lane) view() view {
	frozen := l.engine.freezer.Frozen()
	l.mu.Lock()
	defer l.mu.Unlock()
	mode := message.Live
	if l.mode.Rehearsal {
		mode = message.Rehearsal
	}
	return view{turn: l.turn, lane: message.Lane{
		Channel: l.name, Available: true, Fingerprint: l.print, Mode: mode, Addressed: l.can.Addressed, Frozen: frozen,
	}}
}

// barred says why an opened attempt may not begin now; empty if it may. It is
// asked right before the first byte.
func (l *lane) barred(o opened) string {
	if l.engine.freezer.Frozen() {
		return "everything is frozen"
	}
	if l.engine.claiming.Err() != nil {
		return stopping
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.turn != o.turn && o.mode == message.Live:
		return "the channel was switched meanwhile"
	case l.mode.Paused:
		return "the channel is paused"
	case time.Now().Before(l.until):
		return "the destination asked to wait"
	}
	return ""
}

// pause stops the lane until a person resumes it, and tells someone.
func (l *lane) pause(reason string) {
	if !l.setPaused() {
		return
	}
	l.recordPause(reason)
	l.engine.observer.Paused(l.name, reason)
}

func (l *lane) recordPause(reason string) {
	l.engine.deciding.Lock()
	defer l.engine.deciding.Unlock()
	l.setPaused() // a reload in between took over what stood before
	if err := l.engine.store.PauseChannel(context.Background(), l.name, reason, time.Now()); err != nil {
		l.engine.observer.Trouble("record that "+l.name+" is paused", err)
	}
}

// setPaused is false if the lane was paused before.
func (l *lane) setPaused() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.mode.Paused
	l.mode.Paused = true
	return !was
}
