package daemon

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"

	"clarion/ledger"
	"clarion/message"
	"clarion/office"
)

// TestAtLeastHourly: whatever the cron line, the next export is after now and
// within the hour, and no earlier than the line asks for.
func TestAtLeastHourly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"* * * * *", "*/5 * * * *", "@hourly", "@daily", "30 1 * * *", "0 0 1 1 *", "0 0 29 2 *", "0 0 30 2 *"}).Draw(t, "line")
		schedule, err := cron.ParseStandard(text)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "now"), 0).UTC()
		next := atLeastHourly{schedule}.Next(now)
		if !next.After(now) || next.After(now.Add(maxHeadGap)) {
			t.Errorf("%q after %s: %s", text, now, next)
		}
		if own := schedule.Next(now); !own.IsZero() && own.Before(now.Add(maxHeadGap)) && !next.Equal(own) {
			t.Errorf("%q after %s: %s, the line says %s", text, now, next, own)
		}
	})
}

// TestHeads exports the ledger's head at start and stop, to a folder of its
// own and to the log, and what was exported verifies.
func TestHeads(t *testing.T) {
	b := prepare(t, usual)
	b.config.Ledger.Dir = t.TempDir()
	b.no(b.tryStart())
	b.furnish()
	b.no(b.stop())
	atStop := len(b.heads())
	if atStop < 1 {
		t.Fatalf("%d heads after a stop", atStop)
	}
	b.no(b.tryStart())
	if got := len(b.heads()); got != atStop+1 {
		t.Errorf("%d heads after the next start, want %d", got, atStop+1)
	}
	heads := b.heads()
	verified, err := b.office.View(office.Owner()).Verify(t.Context(), heads)
	b.no(err)
	if len(verified.Faults) != 0 {
		t.Errorf("the ledger does not verify against its exported heads: %v", verified.Faults)
	}
	if found, _, _ := b.log.all(line{"event": "ledger_head", "hash": heads[0].Hash}); len(found) == 0 {
		t.Error("the log does not have the exported head")
	}
	info, err := os.Stat(b.headsPath())
	b.no(err)
	if info.Mode() != 0o600 {
		t.Errorf("the heads' file has mode %v", info.Mode())
	}
	b.no(b.stop())
}

func (b *bundle) heads() []ledger.Head {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(b.config.Ledger.Dir, headsName))
	b.no(err)
	var all []ledger.Head
	for text := range bytes.Lines(text) {
		var head ledger.Head
		b.no(json.Unmarshal(text, &head))
		all = append(all, head)
	}
	return all
}

// TestHeadsCannotBeKept is trouble that ends nothing.
func TestHeadsCannotBeKept(t *testing.T) {
	b := setup(t, usual)
	b.config.Ledger.Dir = filepath.Join(t.TempDir(), "gone")
	b.exportHead()
	b.logged(line{"event": "trouble", "doing": "export the ledger's head"})
}

// TestExpireHeld ends what is held past its expiry, and says so.
func TestExpireHeld(t *testing.T) {
	b := setup(t, usual)
	b.no(b.api("cat").PauseChannel(t.Context(), "wire", "")) // so that it stays
	id := b.approve("wire", "expires: "+time.Now().Add(2*time.Second).UTC().Format(time.RFC3339))
	b.no(b.office.Hold(t.Context(), id, "wait", as("cat")))
	b.expireHeld()
	b.never(line{"event": "expired"})
	b.await("the message to expire", func() bool {
		b.expireHeld()
		found, _, _ := b.log.all(line{"event": "expired", "messages": 1})
		return len(found) > 0
	})
	b.becomes(id, message.Expired)
}
