package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"clarion/channels"
)

// hangGrace is how long an adapter may ignore that its time is over.
const hangGrace = 2 * time.Second

// What went wrong with a call beyond its own answer.
var (
	errHung     = errors.New("the adapter did not come back")
	errPanicked = errors.New("the adapter panicked")
)

// answer is what an adapter's call came to.
type answer[T any] struct {
	value T
	err   error
}

// call runs an adapter's code in a goroutine of its own, so that one that
// panics or does not come back harms nobody else. What comes back after it was
// given up is handed to late.
func call[T any](ctx context.Context, adapter func(context.Context) (T, error), late func(T)) (T, error) {
	return callBy(ctx, func(f func()) { go f() }, adapter, late)
}

// callBy is a call in a goroutine that start gives.
func callBy[T any](ctx context.Context, start func(func()), adapter func(context.Context) (T, error), late func(T)) (T, error) {
	answers, givenUp := make(chan answer[T]), make(chan struct{})
	start(func() {
		a := safely(ctx, adapter)
		select {
		case answers <- a:
		case <-givenUp:
			late(a.value)
		}
	})
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
	}
	grace := time.NewTimer(hangGrace)
	defer grace.Stop()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-grace.C:
		close(givenUp)
		var none T
		return none, &channels.Error{Class: channels.Unknown, Reason: "the channel gave no answer in its time", Err: errHung}
	}
}

// hand is a goroutine for one call after the other: its stack has grown once for
// all. The zero hand is ready.
type hand struct{ calls chan func() }

func (h *hand) start(f func()) {
	if h.calls == nil {
		h.calls = make(chan func())
		go func(calls <-chan func()) {
			for f := range calls {
				f()
			}
		}(h.calls)
	}
	h.calls <- f
}

// leave lets the goroutine end after its call, which may never come back. The
// next call has another.
func (h *hand) leave() {
	if h.calls != nil {
		close(h.calls)
		h.calls = nil
	}
}

// safely turns a panic into an error without a class that could be repeated.
func safely[T any](ctx context.Context, adapter func(context.Context) (T, error)) (a answer[T]) {
	a.err = &channels.Error{Class: channels.Unknown, Reason: "the adapter ended without an answer", Err: errPanicked}
	defer func() {
		if p := recover(); p != nil {
			a.err = &channels.Error{Class: channels.Unknown, Reason: "the adapter panicked " + panicText(p), Err: errPanicked}
		}
	}()
	a.value, a.err = adapter(ctx)
	return a
}

// panicText names a panic. What an adapter panics with may hold secrets or
// personal data; what the runtime says does not.
func panicText(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return "with " + err.Error()
	}
	return fmt.Sprintf("with a %T", p)
}
