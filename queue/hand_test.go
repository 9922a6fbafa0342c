package queue

import "testing"

// TestHandLeavesWhatDoesNotComeBack holds that a hand does one call after the
// other, and is free again at once where it left one behind.
func TestHandLeavesWhatDoesNotComeBack(t *testing.T) {
	t.Parallel()
	var h hand
	h.leave() // of nothing
	done, stuck := make(chan int), make(chan struct{})
	h.start(func() { done <- 1 })
	if got := <-done; got != 1 {
		t.Errorf("did %d", got)
	}
	h.start(func() { done <- 2 })
	if got := <-done; got != 2 {
		t.Errorf("did %d", got)
	}
	h.start(func() { <-stuck; close(done) })
	h.leave()
	after := make(chan struct{})
	h.start(func() { close(after) })
	<-after
	close(stuck)
	<-done // what was left behind ends by itself
	h.leave()
}
