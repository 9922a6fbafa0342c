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
	unwritten []op
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
}

// answered is what became of a claim.
type answered struct {
	claim   message.Claim
	view    view // of the lane when it was claimed
	refused bool // it could not be written
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

// claim claims for a lane with the next commit, and waits for it.
func (w *writer) claim(l *lane) answered {
	answer := make(chan answered, 1)
	w.submit(op{lane: l, claim: answer})
	return <-answer
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
			o.claim <- answered{refused: true}
		}
	}
	return outcomes
}

// take takes the next group out of the queue.
func (w *writer) take() []op {
	w.mu.Lock()
	defer w.mu.Unlock()
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

func (w *writer) signal() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// commit records a group and tells the lanes. A claim is made for what its lane
// is at this instant.
func (w *writer) commit(group []op) error {
	var settle []message.Settlement
	var claims []message.ClaimRequest
	var views []view
	for _, o := range group {
		settle = append(settle, o.settle...)
		if o.claim != nil {
			v, c := o.lane.offer()
			views, claims = append(views, v), append(claims, c)
		}
	}
	got, err := w.store.Commit(context.Background(), settle, claims, time.Now())
	if err != nil {
		return err
	}
	w.reached(settle, got)
	reply(group, views, got)
	for _, o := range group {
		for _, s := range o.settle {
			o.lane.settled(s)
		}
	}
	return nil
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

// reply gives claims to who waits for them. That comes first, so that
// deliveries start.
func reply(group []op, views []view, claims []message.Claim) {
	for _, o := range group {
		if o.claim != nil {
			o.claim <- answered{claim: claims[0], view: views[0]}
			claims, views = claims[1:], views[1:]
		}
	}
}
