package crashpoint_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"clarion/crashpoint"
)

// TestPointsAreDistinct: a trial names each point.
func TestPointsAreDistinct(t *testing.T) {
	t.Parallel()
	seen := map[crashpoint.Point]bool{}
	for _, p := range crashpoint.Points() {
		if seen[p] || p == "" || strings.Contains(string(p), ":") {
			t.Errorf("the point %q cannot be told apart", p)
		}
		seen[p] = true
	}
}

// TestHere passes a point three times in a process of its own. A normal build
// does not heed the variable; one for the trials dies at the second.
func TestHere(t *testing.T) {
	t.Parallel()
	const passes = "CLARION_TEST_PASSES"
	if os.Getenv(passes) != "" {
		for range 3 {
			crashpoint.Here(crashpoint.Opened)
			crashpoint.Here(crashpoint.Settled)
		}
		return
	}
	for at, dies := range map[string]bool{"opened:2": armed, "opened:4": false, "begun:1": false, "opened": false, "": false} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestHere$")
		cmd.Env = append(os.Environ(), passes+"=yes", "CLARION_CRASH_AT="+at)
		err := cmd.Run()
		status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if killed := status.Signal() == syscall.SIGKILL; killed != dies || err != nil != dies {
			t.Errorf("CLARION_CRASH_AT=%s: killed %v (%v), want %v", at, killed, err, dies)
		}
	}
}
