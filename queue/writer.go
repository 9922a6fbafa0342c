package queue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"clarion/crashpoint"
	"clarion/message"
)

// Bounds of the grouped writer.
const (
	maxGroup    = 2_000 // outcomes in one commit
	writerFirst = 100 * time.Millisecond
	writerMax   = 5 * time.Second
)

// writer groups the outcomes and claims of all lanes into shared commits, so
// that full durability costs a flush per group. It keeps the outcomes that it
// could not write and tries again for as long as it runs; a claim that failed
// is refused. Taking an outcome never blocks: what may be open bounds how many
// there are.
type writer struct {
	store     Store
	observer  Observer
	news      chan struct{} // something was submitted
	quit      context.Context
	end       context.CancelFunc // no more operations will come
	cut       context.Context
	giveUp    context.CancelFunc // what can't be written is left
	done      chan struct{}
	bursts    []op // claims that go on: there is more than one piece
	unwritten []op
	settling  []message.Settlement // of the commit that is being made
	again     backoff

	mu    sync.Mutex
	queue []op
}

// op is an outcome to settle or, with somebody who waits for its answer, a
// claim of a lane.
type op struct {
	lane   *lane
	settle []message.Settlement
	claim  chan<- answered
	so     answered // what became of a claim so far
}

// answered is what became of a claim, which the lane's workers have by then.
type answered struct {
	opened, stopped int
	offered         bool // there was room for it
	refused         bool // it could not be written
}

// size is what an operation counts for in its group.
func (o op) size() int { return len(o.settle) }

func newWriter(store Store, observer Observer) *writer {
	w := &writer{
		store: store, observer: observer, news: make(chan struct{}, 1), done: make(chan struct{}),
		again: backoff{first: writerFirst, longest: writerMax},
	}
	w.quit, w.end = context.WithCancel(context.Background())
	w.cut, w.giveUp = context.WithCancel(context.Background())
	return w
}

func (w *writer) submit(o op) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, o)
	w.signal()
}

// claim claims for a lane with the next commit, and gives where the answer
// comes.
func (w *writer) claim(l *lane) <-chan answered {
	answer := make(chan answered, 1)
	w.submit(op{lane: l, claim: answer})
	return answer
}

// stop writes what is left until ctx ends.
func (w *writer) stop(ctx context.Context) error {
	w.end()
	select {
	case <-w.done:
	case <-ctx.Done():
		w.giveUp()
		<-w.done
	}
	n := 0
	for _, o := range w.unwritten {
		n += o.size()
	}
	if n > 0 {
		return fmt.Errorf("stop the queue: %d outcomes could not be recorded; the next start takes care of them", n)
	}
	return nil
}

func (w *writer) run() {
	defer close(w.done)
	var again <-chan time.Time
	for w.quit.Err() == nil {
		w.writeNext()
		if again == nil && len(w.unwritten) > 0 {
			again = time.After(w.again.next())
		}
		select {
		case <-w.news:
		case <-again:
			again = nil
			w.writeAgain()
		case <-w.quit.Done():
		}
	}
	w.finish()
}

// finish writes what is left until it is told to give up.
func (w *writer) finish() {
	for {
		for w.writeNext() {
		}
		if len(w.unwritten) == 0 {
			return
		}
		select {
		case <-time.After(w.again.next()):
			w.writeAgain()
		case <-w.cut.Done():
			return
		}
	}
}

// writeNext writes what came meanwhile, and reports whether there was any.
func (w *writer) writeNext() bool {
	group := w.take()
	if len(group) > 0 {
		w.unwritten = append(w.unwritten, w.write(group)...)
	}
	return len(group) > 0
}

func (w *writer) writeAgain() {
	if w.unwritten = w.write(w.unwritten); len(w.unwritten) == 0 {
		w.again.reset()
	}
}

// write gives the outcomes that could not be written.
func (w *writer) write(group []op) []op {
	left := inPieces(group, w.commit, func(err error) { w.observer.Trouble("record outcomes and attempts", err) })
	outcomes := left[:0]
	for _, o := range left {
		if o.claim == nil {
			outcomes = append(outcomes, o)
		} else {
			o.so.refused = true
			o.claim <- o.so
		}
	}
	return outcomes
}

// take takes the next group out of the queue. While a burst is claimed outcomes
// wait, so that its last delivery starts soon; what may be open bounds it.
func (w *writer) take() []op {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.bursts) > 0 {
		return w.takeClaims()
	}
	n, size := 0, 0
	for n < len(w.queue) && size < maxGroup {
		size += w.queue[n].size()
		n++
	}
	group := w.queue[:n:n]
	if w.queue = w.queue[n:]; len(w.queue) > 0 {
		w.signal()
	}
	return group
}

func (w *writer) takeClaims() []op {
	group, rest := w.bursts, []op(nil)
	for _, o := range w.queue {
		if o.claim != nil {
			group = append(group, o)
		} else {
			rest = append(rest, o)
		}
	}
	w.bursts, w.queue = nil, rest
	w.signal() // for what waits
	return group
}

func (w *writer) signal() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// commit records a group and tells the lanes. A claim is made for what its lane
// is at this instant.
func (w *writer) commit(group []op) error {
	settle := w.settling[:0]
	defer func() {
		clear(settle)
		w.settling = settle[:0]
	}()
	var claims []message.ClaimRequest
	var offers []offer
	room := 0
	for _, o := range group {
		settle = append(settle, o.settle...)
		if o.claim != nil {
			v, c := o.lane.offer()
			room += c.Limit
			offers, claims = append(offers, offer{o, v, c.Limit}), append(claims, c)
		}
	}
	got := make([]message.Claim, len(claims))
	if len(settle)+room > 0 {
		var err error
		if got, err = w.store.Commit(context.Background(), settle, claims, time.Now()); err != nil {
			return err
		}
	}
	w.reached(settle, got)
	for i, o := range offers { // first, so that deliveries start
		w.claimed(o, got[i])
	}
	for _, o := range group {
		for _, s := range o.settle {
			o.lane.settled(s)
		}
	}
	return nil
}

// offer is a claim with what its lane is at the commit, and has room for.
type offer struct {
	op
	view view
	room int
}

// claimed hands what was claimed to the lane's workers. A claim that took all
// it could in one piece goes on; any other is answered.
func (w *writer) claimed(o offer, got message.Claim) {
	o.lane.told(got.Stopped)
	o.lane.opened(o.view, got.Opened)
	o.so.offered = o.so.offered || o.room > 0
	o.so.opened += len(got.Opened)
	o.so.stopped += len(got.Stopped)
	if len(got.Opened) == maxClaim {
		w.bursts = append(w.bursts, o.op)
		w.signal()
		return
	}
	o.claim <- o.so
}

// reached passes the crash points that a commit reaches.
func (w *writer) reached(settle []message.Settlement, claims []message.Claim) {
	for _, c := range claims {
		if len(c.Opened) > 0 {
			crashpoint.Here(crashpoint.Opened)
			break
		}
	}
	if len(settle) > 0 {
		crashpoint.Here(crashpoint.Settled)
	}
}
