package daemon

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"

	"clarion/web"
)

// TestCrowd holds more connections open than are served at once: what they cost
// is bounded, and when they end readers are served again.
func TestCrowd(t *testing.T) {
	b := setup(t, usual)
	const crowd = web.MaxConnections + 1_500 // fits the system's usual queue of connections
	before := runtime.NumGoroutine()
	var mu sync.Mutex
	var all []net.Conn
	var dialling sync.WaitGroup
	for range 50 {
		dialling.Go(func() {
			for range crowd / 50 {
				c, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", b.listen)
				if err != nil {
					t.Errorf("dial: %v", err)
					return
				}
				mu.Lock()
				all = append(all, c)
				mu.Unlock()
			}
		})
	}
	dialling.Wait()
	const others = 300 // goroutines of the daemon itself, and of other tests
	if grown := runtime.NumGoroutine() - before; grown > web.MaxConnections+others {
		t.Errorf("%d connections made %d goroutines", len(all), grown)
	}
	for _, c := range all {
		_ = c.Close() // nothing was sent
	}
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.listen+"/", nil)
	b.no(err)
	resp, err := http.DefaultTransport.RoundTrip(r)
	b.no(err)
	b.no(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the newsroom answers %d afterwards", resp.StatusCode)
	}
}
