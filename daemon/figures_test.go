package daemon

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
)

// figuresNow reads the figures of our own, by name with labels.
func (b *bundle) figuresNow() map[string]float64 {
	b.Helper()
	status, text := b.get("/metrics")
	if status != 200 {
		b.Fatalf("/metrics answers %d", status)
	}
	all := map[string]float64{}
	for _, m := range regexp.MustCompile(`(?m)^(clarion_\S+) (\S+)$`).FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseFloat(m[2], 64)
		b.no(err)
		all[m[1]] = n
	}
	return all
}

// TestFigures runs a script and holds every figure against what happened.
func TestFigures(t *testing.T) {
	r := newRelay(t, false)
	b := setup(t, usual+emailChannel("email", r.addr))
	b.subscribe("email", "ann@readers.example.net", "gone@readers.example.net", "cut@readers.example.net")
	b.becomes(b.approve("web"), message.Released)
	b.becomes(b.approve("social"), message.Rehearsed)
	b.wire().answer(&channels.Error{Class: channels.Temporary}, nil, &channels.Error{Class: channels.Permanent}, errors.New("no class"))
	for _, ends := range []message.State{message.Released, message.ReleasedWithOpen, message.ReleasedWithOpen} {
		b.becomes(b.approve("wire"), ends)
	}
	b.becomes(b.approve("readers"), message.ReleasedWithOpen)
	b.no(b.api("cat").RehearseChannel(t.Context(), "web", true))
	b.no(b.api("cat").PauseChannel(t.Context(), "wire", ""))
	b.approve("wire")
	_, err := b.api("cat").Freeze(t.Context(), "")
	b.no(err)
	b.becomes(b.approve("social"), message.Held)
	b.observer.Trouble("try", errors.New("no class"))
	b.holdFigures(map[string]float64{
		`clarion_attempts_total{mechanism="web",outcome="sent"}`:         1,
		`clarion_attempts_total{mechanism="social",outcome="rehearsed"}`: 1,
		`clarion_attempts_total{mechanism="wire",outcome="waiting"}`:     1,
		`clarion_attempts_total{mechanism="wire",outcome="sent"}`:        1,
		`clarion_attempts_total{mechanism="wire",outcome="failed"}`:      1,
		`clarion_attempts_total{mechanism="wire",outcome="unknown"}`:     1,
		`clarion_attempts_total{mechanism="email",outcome="sent"}`:       1,
		`clarion_attempts_total{mechanism="email",outcome="failed"}`:     1,
		`clarion_attempts_total{mechanism="email",outcome="unknown"}`:    1,
		`clarion_stopped_total{mechanism="social",outcome="held"}`:       1,
		`clarion_lateness_seconds_count{mechanism="web"}`:                1,
		`clarion_lateness_seconds_count{mechanism="social"}`:             1,
		`clarion_lateness_seconds_count{mechanism="wire"}`:               3, // first attempts alone
		`clarion_lateness_seconds_count{mechanism="email"}`:              3,
		`clarion_trouble_total`:                                          1,
		`clarion_sends_due`:                                              1,
		`clarion_sends_overdue`:                                          0,
		`clarion_sends_failed`:                                           2,
		`clarion_sends_unknown`:                                          2,
		`clarion_sends_held`:                                             1,
		`clarion_frozen`:                                                 1,
		`clarion_channel_paused{mechanism="web"}`:                        0,
		`clarion_channel_paused{mechanism="social"}`:                     0,
		`clarion_channel_paused{mechanism="wire"}`:                       1,
		`clarion_channel_paused{mechanism="email"}`:                      0,
		`clarion_channel_rehearsing{mechanism="web"}`:                    1,
		`clarion_channel_rehearsing{mechanism="social"}`:                 1,
		`clarion_channel_rehearsing{mechanism="wire"}`:                   0,
		`clarion_channel_rehearsing{mechanism="email"}`:                  0,
		`clarion_channel_check_ok{mechanism="email"}`:                    1,
	})
}

// holdFigures waits for figures to be what is wanted, and checks that there
// are no others but those of time.
func (b *bundle) holdFigures(want map[string]float64) {
	b.Helper()
	var differ []string
	b.Cleanup(func() {
		for _, d := range differ {
			b.Log(d)
		}
	})
	ofTime := regexp.MustCompile(`_bucket\{|_sum\{|^clarion_oldest_due_seconds$`)
	b.await("the figures", func() bool {
		got := b.figuresNow()
		maps.DeleteFunc(got, func(name string, _ float64) bool { return ofTime.MatchString(name) })
		differ = nil
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if n, there := got[name]; !there || n != want[name] {
				differ = append(differ, fmt.Sprintf("%s is %v, want %v", name, n, want[name]))
			}
			delete(got, name)
		}
		for name := range got {
			differ = append(differ, name+" is not wanted")
		}
		return len(differ) == 0
	})
}

// TestBacklogFigures tell the age of what is due.
func TestBacklogFigures(t *testing.T) {
	b := setup(t, usual)
	if age := b.figuresNow()["clarion_oldest_due_seconds"]; age != 0 {
		t.Errorf("nothing is due and the oldest is %v seconds old", age)
	}
	b.no(b.api("cat").PauseChannel(t.Context(), "wire", ""))
	begun := time.Now()
	b.approve("wire")
	b.await("the oldest to age", func() bool {
		age := b.figuresNow()["clarion_oldest_due_seconds"]
		return age > 0 && age <= time.Since(begun).Seconds()+1
	})
}
