package queue

import (
	"context"
	"sync"
	"sync/atomic"
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

	spec     Lane                 // as it was configured
	claiming context.Context      // ends when the lane is to claim no more
	sending  context.Context      // ends when nothing of it may be under way any more
	stop     context.CancelFunc   // ends claiming
	cut      context.CancelFunc   // ends both
	running  sync.WaitGroup       // of what it runs
	ended    chan struct{}        // closed when nothing of it runs any more
	heir     atomic.Pointer[lane] // takes its place

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
	spec := l
	if l.Limits.Interval > 0 {
		l.Limits.Ahead = 1 // more would only wait opened
	}
	every := rate.Every(l.Limits.Interval) // no limit if there is no interval
	connector, _ := l.Channel.(channels.Connector)
	made := &lane{
		engine: e, spec: spec, ended: make(chan struct{}), name: l.Name, live: l.Channel, dry: l.Rehearsal, connector: connector, can: l.Channel.Capabilities(),
		limits: l.Limits, print: l.Channel.Destination().Fingerprint(),
		woken: make(chan struct{}, 1), ready: make(chan opened, l.Limits.Concurrency*l.Limits.Ahead), connect: make(chan struct{}, 1),
		claims: rate.NewLimiter(every, 1), starts: rate.NewLimiter(every, 1),
		trouble: backoff{first: troubleFirst, longest: storeMax}, connecting: backoff{first: troubleFirst, longest: connectMax},
		turned: make(chan struct{}),
	}
	made.sending, made.cut = context.WithCancel(e.sending)
	made.claiming, made.stop = context.WithCancel(e.claiming)
	made.looker = newLooker(made)
	return made
}

// start starts the lane, once the one whose place it takes has ended.
func (l *lane) start(before *lane) {
	l.engine.running.Go(func() {
		defer close(l.ended)
		defer l.cut()
		if before != nil {
			<-before.ended
		}
		l.work()
	})
}

// work runs the claiming and the workers until they end. A local channel has no
// workers: recording is its publication.
func (l *lane) work() {
	l.running.Go(l.run)
	if !l.can.Local {
		for range l.limits.Concurrency {
			l.running.Go(func() { (&worker{lane: l}).run() })
		}
	}
	if l.looker != nil {
		l.running.Go(l.looker.run)
	}
	l.running.Wait()
}

// wake makes the lane, or the one that took its place, look again.
func (l *lane) wake() {
	for ; l != nil; l = l.heir.Load() {
		select {
		case l.woken <- struct{}{}:
		default:
		}
	}
}

// doubt makes the lane, or the one that took its place, look for what nobody
// knows of.
func (l *lane) doubt() {
	for ; l != nil; l = l.heir.Load() {
		l.looker.wake()
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
	if why := l.over(); why != "" {
		return why
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

// setPaused pauses the lane and the one that took its place. It is false if the
// lane was paused before.
func (l *lane) setPaused() bool {
	if heir := l.heir.Load(); heir != nil {
		heir.setPaused()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.mode.Paused
	l.mode.Paused = true
	return !was
}
