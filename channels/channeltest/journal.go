package channeltest

import (
	"context"
	"sync"

	"clarion/channels"
)

// Journal is a send's journal in memory. A step that is recorded again takes
// the place of the first.
type Journal struct {
	mu       sync.Mutex
	steps    map[string]channels.Step
	order    []string
	original map[string]string
	fail     error
}

// NewJournal gives an empty journal of a send that is about no original.
func NewJournal() *Journal {
	return &Journal{steps: map[string]channels.Step{}, original: map[string]string{}}
}

// Following gives the journal of a send about the one that this is of.
func (j *Journal) Following() *Journal {
	j.mu.Lock()
	defer j.mu.Unlock()
	next := NewJournal()
	for name, s := range j.steps {
		next.original[name] = s.Value
	}
	return next
}

// Fail makes Record answer with an error from now on; nil ends it.
func (j *Journal) Fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fail = err
}

// Done gives what a step came to.
func (j *Journal) Done(_ context.Context, step string) (string, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s, ok := j.steps[step]
	return s.Value, ok, nil
}

// Record keeps a step.
func (j *Journal) Record(_ context.Context, s channels.Step) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fail != nil {
		return j.fail
	}
	if _, ok := j.steps[s.Name]; !ok {
		j.order = append(j.order, s.Name)
	}
	j.steps[s.Name] = s
	return nil
}

// Original gives a step of the send that this one is about.
func (j *Journal) Original(_ context.Context, step string) (string, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	value, ok := j.original[step]
	return value, ok, nil
}

// Steps names what was recorded, in its order.
func (j *Journal) Steps() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.order...)
}
