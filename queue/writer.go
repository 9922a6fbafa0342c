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
	maxGroup    = 2_000 // attempts and outcomes in one commit
	writerFirst = 100 * time.Millisecond
	writerMax   = 5 * time.Second
)

// writer groups the attempts and outcomes of all lanes into shared commits, so
// that full durability costs a flush per group. It keeps what it could not
// write and tries again for as long as it runs. Taking an operation never
// blocks: what may be open bounds how many there are.
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

// op is attempts of one lane to open, or an outcome to settle.
type op struct {
	lane   *lane
	open   []message.Item
	settle []message.Settlement
}

func (o op) size() int { return len(o.open) + len(o.settle) }

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
		return fmt.Errorf("stop the queue: %d attempts or outcomes could not be recorded; the next start takes care of them", n)
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

func (w *writer) write(group []op) []op {
	left := inPieces(group, w.commit, func(err error) { w.observer.Trouble("record attempts and outcomes", err) })
	return apart(left)
}

// apart takes operations apart, so that next time an attempt that can't be
// opened keeps none of its claim.
func apart(ops []op) []op {
	var single []op
	for _, o := range ops {
		for i := range o.open {
			single = append(single, op{lane: o.lane, open: o.open[i : i+1]})
		}
		for i := range o.settle {
			single = append(single, op{lane: o.lane, settle: o.settle[i : i+1]})
		}
	}
	return single
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

// commit records a group and tells the lanes. Attempts are opened by what
// their lanes are at this instant, not at the claim.
func (w *writer) commit(group []op) error {
	views, lanes := map[*lane]view{}, map[string]message.Lane{}
	var settle []message.Settlement
	var open []message.Item
	for _, o := range group {
		if _, seen := views[o.lane]; !seen && len(o.open) > 0 {
			v := o.lane.view()
			views[o.lane], lanes[o.lane.name] = v, v.lane
		}
		settle = append(settle, o.settle...)
		open = append(open, o.open...)
	}
	opened, err := w.store.Commit(context.Background(), lanes, settle, open, time.Now())
	if err != nil {
		return err
	}
	if len(open) > 0 {
		crashpoint.Here(crashpoint.Opened)
	}
	if len(settle) > 0 {
		crashpoint.Here(crashpoint.Settled)
	}
	for _, o := range group {
		for _, s := range o.settle {
			o.lane.settled(s)
		}
		n := len(o.open)
		o.lane.opened(views[o.lane], opened[:n])
		opened = opened[n:]
	}
	return nil
}
