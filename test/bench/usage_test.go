package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tick is the unit of CPU time in /proc (proc_pid_stat(5)): sysconf(_SC_CLK_TCK)
// is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// usage is what a whole process used so far.
type usage struct {
	user, system time.Duration // CPU, in steps of a tick
	resident     int64         // bytes
	peak         int64         // the most that was resident
	waits        int64         // how often a thread gave up the CPU: each is a wake-up
}

func (u usage) cpu() time.Duration { return u.user + u.system }

func usageOf(pid int) (usage, error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return usage{}, fmt.Errorf("read what a process used: %w", err)
	}
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return usage{}, fmt.Errorf("read what a process used: %w", err)
	}
	u := usage{resident: 1024 * field(status, "VmRSS"), peak: 1024 * field(status, "VmHWM")}
	u.user, u.system, err = cpuTimes(stat)
	threads, _ := filepath.Glob(filepath.Join(dir, "task", "*", "status"))
	for _, thread := range threads {
		status, _ := os.ReadFile(thread) // a thread may have ended meanwhile
		u.waits += field(status, "voluntary_ctxt_switches")
	}
	return u, err
}

// cpuTimes reads utime and stime, the 14th and 15th field. The second is the
// command's name in brackets and may hold blanks and brackets itself.
func cpuTimes(stat []byte) (user, system time.Duration, err error) {
	words := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(words) < 13 {
		return 0, 0, fmt.Errorf("/proc/PID/stat reads %q", stat)
	}
	var times [2]time.Duration
	for i, word := range words[11:13] {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("/proc/PID/stat reads %q: %w", stat, err)
		}
		times[i] = time.Duration(n) * tick
	}
	return times[0], times[1], nil
}

// field reads the number of one line of /proc/PID/status; 0 if it is missing.
func field(status []byte, name string) int64 {
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			words := strings.Fields(rest)
			if len(words) == 0 {
				return 0
			}
			n, _ := strconv.ParseInt(words[0], 10, 64)
			return n
		}
	}
	return 0
}

func TestCPUTimes(t *testing.T) {
	t.Parallel()
	user, system, err := cpuTimes([]byte("42 (a) (b c) S 1 42 42 0 -1 4194560 100 0 0 0 17 5 0 0 20 0 8 0 100 1 1\n"))
	if err != nil || user != 170*time.Millisecond || system != 50*time.Millisecond {
		t.Errorf("got %s and %s, %v; want 170ms and 50ms", user, system, err)
	}
	for _, bad := range []string{"", "42 (a", "42 (a) S 1 2", "42 (a) S 1 42 42 0 -1 4194560 100 0 0 0 x 5 0"} {
		if _, _, err := cpuTimes([]byte(bad)); err == nil {
			t.Errorf("%q was read without an error", bad)
		}
	}
}

func TestField(t *testing.T) {
	t.Parallel()
	status := []byte("Name:\tclarion\nVmRSS:\t   12345 kB\nEmpty:\nvoluntary_ctxt_switches:\t9\n")
	for name, want := range map[string]int64{"VmRSS": 12345, "voluntary_ctxt_switches": 9, "VmHWM": 0, "Empty": 0} {
		if got := field(status, name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
}

func TestUsageOfThisProcess(t *testing.T) {
	t.Parallel()
	u, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if u.resident <= 0 || u.peak < u.resident/2 || u.waits <= 0 {
		t.Errorf("got %+v, want memory and wake-ups", u)
	}
	if _, err := usageOf(-1); err == nil {
		t.Error("a process that does not exist has a usage")
	}
}
