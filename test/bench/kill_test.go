package bench

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"
)

const connections = 10

// recovery is what one start after a kill took, from exec on.
type recovery struct {
	ready   time.Duration // the log says that it is ready: everything is recovered
	first   time.Duration // the first attempt after that is opened
	unknown int
}

// benchKill kills both in the middle of a mailing, by turns, with every
// connection waiting for an answer, and starts them again.
func benchKill(b *testing.B, relay *sink, long, empty *office) {
	var ours, theirs [2][]time.Duration
	unknown := 0
	for b.Loop() {
		for range rounds {
			r := long.killed(relay)
			ours[0], ours[1] = append(ours[0], r.ready), append(ours[1], r.first)
			unknown = max(unknown, r.unknown)
			r = empty.killed(relay)
			theirs[0], theirs[1] = append(theirs[0], r.ready), append(theirs[1], r.first)
		}
	}
	reportBeside(b, "recovered", ours[0], "empty", theirs[0])
	reportBeside(b, "first-send", ours[1], "empty", theirs[1])
	b.ReportMetric(float64(unknown), "unknown")
	b.ReportMetric(0, "ns/op")
}

// killed sends a quarter of a mailing before the relay falls silent, kills the
// daemon and gives how the next one took over.
func (o *office) killed(relay *sink) recovery {
	o.b.Helper()
	message := o.submit("readers", "when approved", paragraph)
	before := relay.silent.Load()
	relay.limit.Store(relay.mails.Load() + mailing/4)
	p := o.start()
	o.approve(message)
	await(o.b, "every connection to wait for the relay", 5*time.Millisecond, time.Minute, func() bool {
		return relay.silent.Load() == before+connections
	})
	p.kill()
	relay.limit.Store(0)
	p = o.start()
	await(o.b, "the rest of the mailing", 20*time.Millisecond, time.Minute, func() bool {
		m, err := o.api("ada").Message(o.b.Context(), message.ID)
		return err == nil && m.State == "released_with_open"
	})
	p.stop()
	r := recoveryOf(o.b, p)
	r.first = o.firstAttempt(p.begun).Sub(p.begun)
	return r
}

// recoveryOf reads the log of a daemon that ended.
func recoveryOf(b *testing.B, p *process) recovery {
	b.Helper()
	for line := range bytes.Lines(p.log.Bytes()) {
		var l struct {
			Event   string    `json:"event"`
			Time    time.Time `json:"time"`
			Unknown int       `json:"recovered_unknown"`
		}
		if json.Unmarshal(line, &l) == nil && l.Event == "ready" {
			return recovery{ready: l.Time.Sub(p.begun), unknown: l.Unknown}
		}
	}
	b.Fatalf("the daemon never said that it is ready:\n%s", p.log.Bytes())
	return recovery{}
}

// firstAttempt gives the instant of the first attempt since another; no daemon
// runs.
func (o *office) firstAttempt(since time.Time) time.Time {
	o.b.Helper()
	var first int64
	o.query(&first, "SELECT coalesce(min(opened_at), 0) FROM (SELECT opened_at FROM attempts ORDER BY id DESC LIMIT ?) WHERE opened_at >= ?", mailing, since.UnixMilli())
	if first == 0 {
		o.b.Fatal("nothing was sent after the kill")
	}
	return time.UnixMilli(first)
}

// query reads one value from the database of an office without a daemon.
func (o *office) query(into any, query string, args ...any) {
	o.b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(o.dir, "clarion.db")+"?mode=ro")
	if err != nil {
		o.b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRow(query, args...).Scan(into); err != nil {
		o.b.Fatal(err)
	}
}
