package web

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/time/rate"
)

// maxCallers is how many callers are kept apart before those who have not asked
// of late are forgotten.
const maxCallers = 10_000

// limits bounds how often each caller may ask.
type limits struct {
	perMinute int
	burst     int

	mu      sync.Mutex
	callers map[string]*rate.Limiter
}

func newLimits(perMinute, burst int) *limits {
	return &limits{perMinute: perMinute, burst: burst, callers: map[string]*rate.Limiter{}}
}

// take lets a caller ask once, or tells how long they must wait. It gives how
// often they may still ask at once.
func (l *limits) take(caller string, now time.Time) (left int, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, known := l.callers[caller]
	if !known {
		l.forget(now)
		one = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.burst)
		l.callers[caller] = one
	}
	r := one.ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return 0, wait
	}
	return int(one.TokensAt(now)), 0
}

// forget drops whoever could ask as often as if they had never asked.
func (l *limits) forget(now time.Time) {
	if len(l.callers) < maxCallers {
		return
	}
	for caller, one := range l.callers {
		if one.TokensAt(now) >= float64(l.burst) {
			delete(l.callers, caller)
		}
	}
}

// callerOf names whoever asks, for their limit: the token, the person, or the
// address of somebody without a name.
func callerOf(ctx huma.Context) string {
	by := actor(ctx.Context())
	switch {
	case by.Token != nil:
		return "token " + strconv.FormatInt(by.Token.ID, 10)
	case by.Name != "":
		return "person " + by.Name
	default:
		return ""
	}
}

// withLimit keeps a caller over the network to their limit.
func (a *API) withLimit(ctx huma.Context, next func(huma.Context)) {
	if a.within(ctx, callerOf(ctx)) {
		next(ctx)
	}
}

// within takes one request of a caller, of their address if they have no name,
// or tells them to wait (draft-ietf-httpapi-ratelimit-headers).
func (a *API) within(ctx huma.Context, caller string) bool {
	from, isRemote := ctx.Context().Value(remoteKey{}).(remote)
	if !isRemote || a.limits.perMinute == 0 {
		return true
	}
	if caller == "" {
		caller = "address " + from.address
	}
	left, wait := a.limits.take(caller, time.Now())
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	ctx.SetHeader("RateLimit-Policy", fmt.Sprintf(`"caller";q=%d;w=60`, a.limits.perMinute))
	ctx.SetHeader("RateLimit", fmt.Sprintf(`"caller";r=%d;t=%s`, left, seconds))
	if wait == 0 {
		return true
	}
	ctx.SetHeader("Retry-After", seconds)
	writeProblem(ctx, problem(http.StatusTooManyRequests,
		fmt.Sprintf("that is more than %d requests a minute, or %d at once", a.limits.perMinute, a.limits.burst), "wait "+seconds+" s"))
	return false
}
