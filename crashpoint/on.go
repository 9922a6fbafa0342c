//go:build prove

package crashpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// passed counts how often the chosen point was reached.
var passed atomic.Int64 //nolint:gochecknoglobals // only in the build for the trials

// Here ends the process the n-th time it reaches the point that
// CLARION_CRASH_AT names as POINT:N.
func Here(p Point) {
	name, count, _ := strings.Cut(os.Getenv("CLARION_CRASH_AT"), ":")
	if name != string(p) {
		return
	}
	if n, err := strconv.ParseInt(count, 10, 64); err == nil && passed.Add(1) == n {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until the signal arrives
	}
}
