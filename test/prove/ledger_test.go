//go:build prove

package prove

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // tampers with the database behind Clarion's back
)

// tamper is one change that nobody may make unseen.
type tamper struct{ name, sql string }

func tampers() []tamper {
	all := []tamper{
		{"an entry is deleted", "DELETE FROM ledger_entries WHERE seq = 5"},
		{"the first entry is deleted", "DELETE FROM ledger_entries WHERE seq = 1"},
		{"a link is deleted", "DELETE FROM ledger_links WHERE number = 4"},
		{"an entry is inserted behind the end", "INSERT INTO ledger_entries SELECT writer_id, seq + 100000, at, kind, body FROM ledger_entries WHERE seq = 3"},
		{"an entry of an unknown writer is inserted", "INSERT INTO ledger_entries SELECT 99, seq, at, kind, body FROM ledger_entries WHERE seq = 3"},
		{"a link is inserted", "INSERT INTO ledger_links SELECT writer_id, number + 100000, at, first, count, prev, hash FROM ledger_links WHERE number = 3"},
		{"two entries change places", "UPDATE ledger_entries SET seq = CASE seq WHEN 4 THEN -5 WHEN 5 THEN -4 END WHERE seq IN (4, 5); UPDATE ledger_entries SET seq = -seq WHERE seq < 0"},
		{"an attempt at a recipient is changed", "UPDATE attempts SET outcome = 'failed' WHERE id = (SELECT max(id) FROM attempts WHERE recipient_id > 0)"},
		{"an attempt at a recipient is deleted", "DELETE FROM attempts WHERE id = (SELECT min(id) FROM attempts WHERE recipient_id > 0 AND entry > 0)"},
	}
	for _, column := range []string{"at", "kind", "body"} {
		change := column + " || ' '"
		if column == "at" {
			change = "at + 1"
		}
		all = append(all, tamper{"an entry's " + column + " is flipped", fmt.Sprintf("UPDATE ledger_entries SET %s = %s WHERE seq = 6", column, change)})
	}
	for _, column := range []string{"at", "first", "count"} {
		all = append(all, tamper{"a link's " + column + " is flipped", fmt.Sprintf("UPDATE ledger_links SET %[1]s = %[1]s + 1 WHERE number = 3", column)})
	}
	for _, column := range []string{"prev", "hash"} {
		all = append(all, tamper{"a link's " + column + " is flipped", fmt.Sprintf("UPDATE ledger_links SET %s = randomblob(32) WHERE number = 3", column)})
	}
	return all
}

// TestLedgerTampering changes rows of a real office's database and asks the
// real binary.
func TestLedgerTampering(t *testing.T) {
	p := prepare(t, build(t))
	whole := p.fresh(t)
	d := whole.start()
	whole.approve()
	whole.await("all mails", 2*time.Minute, func() bool { return whole.sink.total() >= recipients })
	whole.stop(d)
	if out, err := whole.try("ledger", "verify"); err != nil {
		t.Fatalf("the untouched ledger does not verify: %v\n%s", err, out)
	}
	for _, change := range tampers() {
		touched := p.fresh(t)
		if err := os.RemoveAll(touched.dir); err != nil {
			t.Fatal(err)
		}
		whole.copyTo(touched.office)
		touched.tamper(t, change.sql)
		out, err := touched.try("ledger", "verify")
		if err == nil {
			t.Errorf("%s: not found\n%s", change.name, out)
		}
		t.Logf("%s: %s", change.name, fault(out))
	}
	whole.cutTail(t)
}

// cutTail removes the newest link and its entries, which leaves a chain that is
// sound in itself, and asks with and without an exported head.
func (p trial) cutTail(t *testing.T) {
	t.Helper()
	heads := filepath.Join(t.TempDir(), "heads.jsonl")
	if err := os.WriteFile(heads, []byte(p.run("--json", "ledger", "head")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := p.try("ledger", "verify", "--head", heads); err != nil {
		t.Errorf("the whole chain does not verify against its head: %v\n%s", err, out)
	}
	p.tamper(t, `DELETE FROM attempts WHERE entry >= (SELECT first FROM ledger_links ORDER BY number DESC LIMIT 1);
		DELETE FROM ledger_entries WHERE seq >= (SELECT first FROM ledger_links ORDER BY number DESC LIMIT 1);
		DELETE FROM ledger_links WHERE number = (SELECT max(number) FROM ledger_links)`)
	if out, err := p.try("ledger", "verify"); err != nil {
		t.Errorf("a chain with its tail cut cleanly must be sound in itself: %v\n%s", err, out)
	}
	out, err := p.try("ledger", "verify", "--head", heads)
	if err == nil {
		t.Errorf("a cut tail: not found against the exported head\n%s", out)
	}
	t.Logf("a cut tail: %s", fault(out))
}

func (p trial) tamper(t *testing.T, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(p.dir, "clarion.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range strings.Split(statements, ";") {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// fault gives the fault that a verification names first.
func fault(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.TrimSpace(lines[min(1, len(lines)-1)])
}
