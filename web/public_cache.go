package web

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// maxCached is how much of pages, feeds and media is kept in memory, in
	// bytes.
	maxCached = 32 << 20
	// makeTimeout bounds the making of one page.
	makeTimeout = 10 * time.Second
)

// builder makes what is public at one address, or answers ErrNotPublic.
type builder func(context.Context) (*representation, error)

// pageCache keeps what was made for each address since the last invalidation,
// the least recently used going first. What is asked for by several at once is
// made once. What is missing or failed is not kept.
type pageCache struct {
	limit int64

	mu    sync.Mutex
	held  map[string]*list.Element
	order *list.List // of *cached, the most recently used first
	size  int64
}

// cached is one address. It is held from the moment that it is being made.
type cached struct {
	address string
	done    chan struct{}
	found   *representation
	err     error
	charged int64 // bytes of the cache's size; 0 until it is made
}

func newPageCache(limit int64) *pageCache {
	c := &pageCache{limit: limit}
	c.invalidate()
	return c
}

// invalidate forgets everything, what is being made included: whoever asks from
// now on gets what is read from now on. Those who wait for something already
// began before and still get it.
func (c *pageCache) invalidate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held, c.order, c.size = map[string]*list.Element{}, list.New(), 0
}

// get gives what is held for an address, waits for who makes it, or makes it.
func (c *pageCache) get(ctx context.Context, address string, build builder) (*representation, error) {
	place, mine := c.join(address)
	if mine {
		c.fill(ctx, place, build)
	}
	e := entryAt(place)
	select {
	case <-e.done:
		return e.found, e.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// join finds the place of an address. It is the caller's to fill if there was
// none.
func (c *pageCache) join(address string) (place *list.Element, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if place, ok := c.held[address]; ok {
		c.order.MoveToFront(place)
		return place, false
	}
	place = c.order.PushFront(&cached{address: address, done: make(chan struct{}), err: errors.New("making the page was cut off")})
	c.held[address] = place
	return place, true
}

// fill makes what belongs in a place. The one who asked first may go away
// without harm to the others.
func (c *pageCache) fill(ctx context.Context, place *list.Element, build builder) {
	e := entryAt(place)
	defer func() { // after a panic too
		c.settle(place)
		close(e.done)
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeTimeout)
	defer cancel()
	e.found, e.err = build(ctx)
}

// settle charges what was made to the cache, or gives its place up.
func (c *pageCache) settle(place *list.Element) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := entryAt(place)
	if c.held[e.address] != place {
		return // invalidated or pushed out meanwhile
	}
	if e.err != nil || e.found.size() > c.limit {
		c.forget(place)
		return
	}
	e.charged = e.found.size()
	c.size += e.charged
	for c.size > c.limit {
		c.forget(c.order.Back())
	}
}

func (c *pageCache) forget(place *list.Element) {
	e := entryAt(place)
	c.size -= e.charged
	delete(c.held, e.address)
	c.order.Remove(place)
}

func entryAt(place *list.Element) *cached { return place.Value.(*cached) }
