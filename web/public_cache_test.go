package web

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func ofSize(n int64) *representation {
	return &representation{mediaType: "image/png", plain: encoded{body: make([]byte, n-overhead)}}
}

// builds counts what is made of a size.
type builds struct{ n atomic.Int64 }

func (b *builds) of(size int64) builder {
	return func(context.Context) (*representation, error) {
		b.n.Add(1)
		return ofSize(size), nil
	}
}

func hold(t *testing.T, c *pageCache, address string, build builder) {
	t.Helper()
	if _, err := c.get(t.Context(), address, build); err != nil {
		t.Fatal(err)
	}
}

func TestPageCacheLimit(t *testing.T) {
	t.Parallel()
	const limit = 10 * overhead
	for size, kept := range map[int64]bool{limit - 1: true, limit: true, limit + 1: false} {
		var made builds
		c := newPageCache(limit)
		hold(t, c, "small", made.of(overhead))
		hold(t, c, "large", made.of(size))
		hold(t, c, "large", made.of(size))
		if got := made.n.Load() == 2; got != kept {
			t.Errorf("of %d bytes: kept %t", size, got)
		}
		before := made.n.Load()
		hold(t, c, "small", made.of(overhead))
		if stays := made.n.Load() == before; stays == kept {
			t.Errorf("beside %d bytes the small one stays: %t", size, stays)
		}
	}
}

func TestPageCacheForgetsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	var made builds
	c := newPageCache(3 * overhead)
	for _, address := range []string{"a", "b", "c", "a", "d", "a", "c", "d"} { // d pushes b out
		hold(t, c, address, made.of(overhead))
	}
	if made.n.Load() != 4 {
		t.Errorf("%d were made, want 4", made.n.Load())
	}
	hold(t, c, "b", made.of(overhead))
	if made.n.Load() != 5 || c.size != 3*overhead {
		t.Errorf("%d were made, want 5; size %d", made.n.Load(), c.size)
	}
}

func TestPageCacheKeepsNoError(t *testing.T) {
	t.Parallel()
	c := newPageCache(maxCached)
	for range 2 {
		if _, err := c.get(t.Context(), "a", func(context.Context) (*representation, error) { return nil, ErrNotPublic }); !errors.Is(err, ErrNotPublic) {
			t.Errorf("got %v", err)
		}
	}
	var made builds
	hold(t, c, "a", made.of(overhead))
	if made.n.Load() != 1 || len(c.held) != 1 || c.order.Len() != 1 {
		t.Errorf("%d made, %d held", made.n.Load(), len(c.held))
	}
}

// Size, places and order agree at all times, and the limit holds.
func TestPageCacheProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(overhead, 8*overhead).Draw(t, "limit")
		c := newPageCache(limit)
		var made builds
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			address := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "address")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				c.invalidate()
			case 1:
				_, _ = c.get(context.Background(), address, func(context.Context) (*representation, error) { return nil, ErrNotPublic })
			case 2: // forgotten while it is made
				_, _ = c.get(context.Background(), address, func(ctx context.Context) (*representation, error) {
					c.invalidate()
					return made.of(overhead)(ctx)
				})
			default:
				_, _ = c.get(context.Background(), address, made.of(rapid.Int64Range(overhead, 10*overhead).Draw(t, "size")))
			}
			var size int64
			for place := c.order.Front(); place != nil; place = place.Next() {
				size += entryAt(place).found.size()
				if c.held[entryAt(place).address] != place {
					t.Fatalf("%s is not at its place", entryAt(place).address)
				}
			}
			if size != c.size || c.size > limit || len(c.held) != c.order.Len() {
				t.Fatalf("size %d of %d, counted %d; %d held, %d in order", c.size, limit, size, len(c.held), c.order.Len())
			}
		}
	})
}

// Many who ask at once cause one reading.
func TestPublicMakesAPageOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		reader := &scripted{before: func() { <-release }}
		p := NewPublic(PublicSettings{Reader: reader, BaseURL: baseURL})
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := p.cache.get(t.Context(), "/", p.index); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(release)
		all.Wait()
		if reader.calls != 1 {
			t.Errorf("%d readings, want 1", reader.calls)
		}
		p.Invalidate()
		if _, err := p.cache.get(t.Context(), "/", p.index); err != nil || reader.calls != 2 {
			t.Errorf("after an invalidation: %v, %d readings", err, reader.calls)
		}
	})
}

// A reading that began before a commit and ends after it neither serves those
// who ask after the commit nor is kept.
func TestPublicSlowReadingDoesNotOutliveACommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := make(chan struct{})
		reader := &scripted{before: sync.OnceFunc(func() { <-slow })}
		p := NewPublic(PublicSettings{Reader: reader, BaseURL: baseURL})
		isNew := func() bool {
			rep, err := p.cache.get(t.Context(), "/", p.index)
			return err == nil && strings.Contains(string(rep.plain.body), "Bridge opens")
		}
		var early sync.WaitGroup
		early.Go(func() {
			if isNew() {
				t.Error("the early reading saw what was committed later")
			}
		})
		synctest.Wait()
		reader.before = nil
		reader.set([]PublicEntry{{Item: []byte(`{"title":"Bridge opens"}`)}}, nil) // the commit
		p.Invalidate()
		if !isNew() {
			t.Error("a reader after the commit sees the page of before")
		}
		close(slow)
		early.Wait()
		if !isNew() {
			t.Error("the page of before came back")
		}
	})
}

// Who asked first may leave; who waits may leave too; the making is bounded.
func TestPageCacheDoesNotDependOnOneReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newPageCache(maxCached)
		hang := func(ctx context.Context) (*representation, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		first, leave := context.WithCancel(t.Context())
		begun := time.Now()
		var all sync.WaitGroup
		all.Go(func() { _, _ = c.get(first, "a", hang) })
		synctest.Wait()
		leave()
		gone, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.get(gone, "a", hang); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("who waits leaves with %v after %s", err, time.Since(begun))
		}
		if _, err := c.get(t.Context(), "a", hang); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != makeTimeout {
			t.Errorf("the making ends with %v after %s", err, time.Since(begun))
		}
		all.Wait()
	})
}
