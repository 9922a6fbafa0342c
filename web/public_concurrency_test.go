package web

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// While messages are published one after another, a request that begins after
// Invalidate has returned sees every one of them, in the feed, on the front
// page and at its own address, and no reader ever sees one vanish.
func TestPublicReadersDuringPublications(t *testing.T) {
	r := openRoom(t)
	const messages = 25
	var published atomic.Int64
	over := make(chan struct{})
	var readers sync.WaitGroup
	for _, path := range []string{"/feeds/all.atom", "/feeds/public.json", "/"} {
		for range 2 {
			readers.Go(func() { r.watch(path, &published, over) })
		}
	}
	for n := range messages {
		r.now = r.now.Add(time.Second)
		q := r.publish(fmt.Sprintf("Message number %d", n), "public")
		published.Store(int64(n + 1))
		r.found("/news/" + q.slug)
	}
	close(over)
	readers.Wait()
	if r.faultCount() > 0 {
		t.Errorf("faults: %v", r.faults)
	}
}

// watch reads an address until it is over, and counts what it holds.
func (r *room) watch(path string, published *atomic.Int64, over <-chan struct{}) {
	const entry = baseURL + "/news/message-number-" // every format links to each page once
	seen := 0
	for {
		before := int(published.Load())
		got, err := r.try(http.MethodGet, path, nil, nil)
		if err != nil || got.status != http.StatusOK {
			r.Errorf("%s: %d, %v", path, got.status, err)
			return
		}
		n := strings.Count(got.body, entry)
		if n < before || n < seen {
			r.Errorf("%s holds %d messages; %d were published before, and %d seen", path, n, before, seen)
			return
		}
		seen = n
		select {
		case <-over:
			return
		default:
		}
	}
}
