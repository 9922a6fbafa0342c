//go:build prove

package prove

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/crashpoint"
)

// The size of the trials.
const (
	recipients  = 5_000
	connections = 4
	ahead       = 16
	randomKills = 100
)

// trial is an office whose mail to everyone waits for its approval.
type trial struct {
	*office
	sink    *sink
	message string
	digest  string
}

const trialConfig = `
[office]
name = "Trial Office"
zone = "Europe/London"
language = "en-GB"

[[channel]]
name = "email"
kind = "email"
host = "%s"
port = %s
security = "none"
from = "Trial Office <news@trial.example.org>"
concurrency = %d
ahead = %d
`

// prepare makes the office that every trial starts from.
func prepare(t *testing.T, bin string) trial {
	t.Helper()
	s := newSink(t)
	host, port, _ := strings.Cut(s.addr, ":")
	o := newOffice(t, bin, fmt.Sprintf(trialConfig, host, port, connections, ahead))
	o.people()
	o.run("audience", "set", "stakeholders", "--title", "Stakeholders", "--channels", "email")
	list := filepath.Join(t.TempDir(), "list.csv")
	var rows strings.Builder
	rows.WriteString("email,name\n")
	for i := range recipients {
		fmt.Fprintf(&rows, "reader%05d@example.net,Reader %d\n", i, i)
	}
	if err := os.WriteFile(list, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	o.run("audience", "import", "stakeholders", list)
	file := filepath.Join(t.TempDir(), "news.md")
	text := "---\ntitle: Bridge reopens\nsummary: The bridge reopens.\ndepartment: Roads\naudiences: [stakeholders]\n---\n\nThe bridge reopens today.\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	added := objects[struct{ ID string }](t, o.run("--json", "message", "add", file))[0]
	o.run("message", "submit", added.ID)
	shown := objects[struct{ Digest string }](t, o.run("--json", "message", "show", added.ID))[0]
	return trial{office: o, sink: s, message: added.ID, digest: shown.Digest}
}

// fresh gives a copy of the prepared office.
func (p trial) fresh(t *testing.T) trial {
	t.Helper()
	config, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, p.bin, string(config))
	o.user, o.tokens = p.user, p.tokens
	p.copyTo(o)
	p.sink.reset()
	return trial{office: o, sink: p.sink, message: p.message, digest: p.digest}
}

// approve lets the mails go.
func (p trial) approve() {
	_, _ = p.by("carys").try("message", "approve", p.message, "--digest", p.digest) // the daemon may die under it
}

type sendLine struct {
	ID    int64
	State string
	Tally map[string]int
}

// settle starts the daemon again and waits until nothing moves any more.
func (p trial) settle(t *testing.T) (recovery time.Duration, send sendLine) {
	t.Helper()
	begun := time.Now()
	d := p.start()
	recovery = time.Since(begun)
	p.approve() // where the crash came before it was durable
	p.await("the send to settle", 2*time.Minute, func() bool {
		sends := objects[sendLine](t, p.run("--json", "send", "list"))
		if len(sends) != 1 {
			return false
		}
		send = sends[0]
		return send.State == "sent" || send.State == "unknown" || send.State == "failed"
	})
	p.stop(d)
	return recovery, send
}

type recipientLine struct {
	Address string
	State   string
}

// judge holds what the office says against what the sink got.
func (p trial) judge(t *testing.T, send sendLine) (lost, doubled, unknown int) {
	t.Helper()
	got := p.sink.counts()
	listed := map[string]string{}
	for _, r := range objects[recipientLine](t, p.run("--json", "send", "recipients", fmt.Sprint(send.ID), "--limit", "0")) {
		listed[r.Address] = r.State
	}
	if len(listed) != recipients {
		t.Errorf("%d recipients are listed, want %d", len(listed), recipients)
	}
	for address, state := range listed {
		switch {
		case got[address] > 1:
			doubled++
		case state == "unknown":
			unknown++
		case state != "sent" || got[address] == 0:
			lost++
		}
	}
	if total := send.Tally["sent"] + send.Tally["unknown"]; total != recipients {
		t.Errorf("the tally %v adds up to %d, want %d", send.Tally, total, recipients)
	}
	if send.Tally["unknown"] != unknown {
		t.Errorf("the tally has %d unknown, %d are listed", send.Tally["unknown"], unknown)
	}
	if out := p.run("ledger", "verify"); strings.Contains(out, "fault") {
		t.Errorf("the ledger does not verify:\n%s", out)
	}
	return lost, doubled, unknown
}

// crashed runs one trial to its end and checks it.
func (p trial) crashed(t *testing.T, name string) (recovery time.Duration, unknown int) {
	t.Helper()
	atCrash := p.sink.total()
	recovery, send := p.settle(t)
	lost, doubled, unknown := p.judge(t, send)
	if lost != 0 || doubled != 0 || unknown > connections*ahead {
		t.Errorf("%s (after %d mails): lost %d, doubled %d, unknown %d of at most %d", name, atCrash, lost, doubled, unknown, connections*ahead)
	}
	return recovery, unknown
}

// TestKillAtNamedPoints kills the daemon at each point of the send path that a
// mail passes, early and late.
func TestKillAtNamedPoints(t *testing.T) {
	p := prepare(t, build(t))
	points := slices.DeleteFunc(crashpoint.Points(), func(p crashpoint.Point) bool { return p == crashpoint.Claimed }) // see TestKillAtTheLease
	for _, point := range points {
		for _, nth := range []int{1, 2, 7, 40} {
			name := fmt.Sprintf("%s:%d", point, nth)
			trial := p.fresh(t)
			d := trial.start("CLARION_CRASH_AT=" + name)
			trial.approve()
			select {
			case err := <-d.done:
				d.done <- err
			case <-time.After(30 * time.Second):
				t.Fatalf("%s was never reached\n%s", name, d.log)
			}
			_, unknown := trial.crashed(t, name)
			t.Logf("%-14s unknown %d", name, unknown)
		}
	}
}

// TestKillAtRandomMoments kills the daemon at random moments of the send.
func TestKillAtRandomMoments(t *testing.T) {
	p := prepare(t, build(t))
	usual := p.measure(t)
	t.Logf("an undisturbed send of %d takes %s", recipients, usual)
	var slowest time.Duration
	most := 0
	for i := range randomKills {
		trial := p.fresh(t)
		d := trial.start()
		after := rand.N(usual)
		timer := time.NewTimer(after)
		go trial.approve()
		<-timer.C
		d.kill()
		recovery, unknown := trial.crashed(t, fmt.Sprintf("trial %d, killed after %s", i, after))
		slowest, most = max(slowest, recovery), max(most, unknown)
	}
	t.Logf("%d kills: slowest start to ready %s, most unknown %d of at most %d", randomKills, slowest, most, connections*ahead)
}

// measure times an undisturbed send from its approval on.
func (p trial) measure(t *testing.T) time.Duration {
	t.Helper()
	trial := p.fresh(t)
	d := trial.start()
	begun := time.Now()
	trial.approve()
	trial.await("all mails", 2*time.Minute, func() bool { return trial.sink.total() >= recipients })
	took := time.Since(begun)
	trial.stop(d)
	return took
}
