// Package bench measures the whole product, the built binary, each beside a
// baseline in the same run. `make bench` runs it once; docs/performance.md
// holds the results and what they mean.
//
// Failure rules. A measurement asserts nothing about time: it reports. It does
// fail where the work was not done, for instance where a mail was lost. What
// it needs and does not find is skipped aloud. Every process and folder it
// made is gone when it ends.
package bench

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// build builds the binary as `make build` does.
func build(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "clarion")
	out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "../../cmd/clarion").CombinedOutput()
	if err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// await asks again and again, bounded in time.
func await(b testing.TB, what string, every, limit time.Duration, done func() bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), limit)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.Fatalf("waited %s for %s", limit, what)
		}
	}
}

// pass lets time pass.
func pass(b *testing.B, d time.Duration) {
	b.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.Context().Done():
		b.Fatal("the benchmark was stopped")
	}
}

// quantile gives the value below or at which a share q of all values lies, by
// the nearest rank; 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	rank := int(q*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}

func median(all []time.Duration) time.Duration { return quantile(all, 0.5) }

// report reports a time in milliseconds.
func report(b *testing.B, name string, d time.Duration) {
	b.ReportMetric(float64(d)/float64(time.Millisecond), name+"-ms")
}

// reportBeside reports the medians of two alternating series and their ratio.
func reportBeside(b *testing.B, name string, ours []time.Duration, baseline string, theirs []time.Duration) {
	report(b, name, median(ours))
	report(b, baseline+"-"+name, median(theirs))
	if m := median(theirs); m > 0 {
		b.ReportMetric(float64(median(ours))/float64(m), name+"-ratio")
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100 - i)
	}
	for _, c := range []struct {
		name string
		all  []time.Duration
		q    float64
		want time.Duration
	}{
		{"none", nil, 0.5, 0},
		{"one", []time.Duration{7}, 0.99, 7},
		{"lowest", hundred, 0, 1},
		{"median", hundred, 0.5, 50},
		{"p99", hundred, 0.99, 99},
		{"highest", hundred, 1, 100},
		{"median of three", []time.Duration{9, 1, 5}, 0.5, 5},
	} {
		if got := quantile(c.all, c.q); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	if hundred[0] != 100 {
		t.Error("quantile changed the order of its argument")
	}
}
