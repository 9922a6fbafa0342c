package courier

import (
	"sync"
	"time"

	"clarion/hooks"
)

// results is what became of a batch.
type results struct {
	all  []hooks.Delivery // that ended
	cut  bool             // others did not
	gone bool             // the receiver wants no more
	rest time.Time        // it asked for a pause until then
}

// deliver tells events, a few at the same time.
func (w *worker) deliver(h hooks.Hook, jobs []job) results {
	var (
		mu    sync.Mutex
		r     results
		under sync.WaitGroup
		free  = make(chan struct{}, atOnce)
	)
	for _, j := range jobs {
		free <- struct{}{}
		under.Go(func() {
			defer func() { <-free }()
			answer, ended := w.attempt(h, j.event)
			mu.Lock()
			defer mu.Unlock()
			r.add(j.delivery, answer, ended)
		})
	}
	under.Wait()
	return r
}

func (r *results) add(d hooks.Delivery, a hooks.Answer, ended bool) {
	if !ended {
		r.cut = true
		return
	}
	r.all = append(r.all, d.After(a))
	r.gone = r.gone || a.Gone()
	if a.Until.After(r.rest) {
		r.rest = a.Until
	}
}

// attempt tells an event once. It did not end if everything stops meanwhile.
func (w *worker) attempt(h hooks.Hook, e hooks.Event) (hooks.Answer, bool) {
	if w.quit.Err() != nil {
		return hooks.Answer{}, false
	}
	answer := w.tell(w.cut, h, e)
	return answer, answer.OK() || w.cut.Err() == nil
}
