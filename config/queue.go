package config

import (
	"fmt"
	"time"
)

// Limits of [queue]; those of attempts and of a publish time-out hold for a
// channel's own as well.
const (
	maxAttempts = 100

	minBackoffFirst      = 10 * time.Millisecond
	maxBackoffFirst      = time.Hour
	maxBackoff           = 24 * time.Hour
	minGiveUpAfter       = time.Second
	maxGiveUpAfter       = 30 * 24 * time.Hour
	minTimeout           = time.Second
	maxTimeout           = 10 * time.Minute
	maxMaterialiseBefore = 24 * time.Hour
	minReadBackFirst     = 100 * time.Millisecond
	maxReadBackFirst     = time.Hour
	minReadBackFor       = time.Second
	maxReadBackFor       = 30 * 24 * time.Hour
)

func (r *reader) queue() {
	t := r.section("queue", &r.config.Queue)
	q := r.config.Queue
	t.number("attempts", q.Attempts, 1, maxAttempts)
	t.duration("backoff_first", q.BackoffFirst, minBackoffFirst, maxBackoffFirst)
	t.duration("backoff_max", q.BackoffMax, minBackoffFirst, maxBackoff)
	t.duration("give_up_after", q.GiveUpAfter, minGiveUpAfter, maxGiveUpAfter)
	t.duration("publish_timeout", q.PublishTimeout, minTimeout, maxTimeout)
	t.duration("stop_timeout", q.StopTimeout, minTimeout, maxTimeout)
	t.duration("materialise_before", q.MaterialiseBefore, 0, maxMaterialiseBefore)
	t.duration("read_back_first", q.ReadBackFirst, minReadBackFirst, maxReadBackFirst)
	t.duration("read_back_for", q.ReadBackFor, minReadBackFor, maxReadBackFor)
	if t.sound("backoff_first") && t.sound("backoff_max") && q.BackoffMax < q.BackoffFirst {
		t.fault("backoff_max", "is less than backoff_first",
			fmt.Sprintf("write %q or more, or lower backoff_first", formatDuration(q.BackoffFirst)))
	}
}
