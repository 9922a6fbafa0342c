package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/export"
	"clarion/ledger"
	"clarion/message"
)

// told makes a ledger with entries of several kinds and two ties.
func told(t *testing.T) *bundle {
	b := setup(t)
	b.subscribers(4, "press")
	id := b.approved(to("web", "wire", "mail")...)
	b.materialise()
	b.publish("first")
	b.send("wire", message.Sent)
	b.claim("mail", 2)
	all := b.claim("mail", 1).Opened
	b.settle(b.outcome(all[0], message.Sent))
	b.hold(id)
	b.release(id)
	_, err := b.store.Recover(context.Background(), b.now)
	b.no(err)
	b.sound()
	return b
}

func (b *bundle) faults(exported ...ledger.Head) []string {
	b.Helper()
	v, err := b.store.Verify(context.Background(), exported)
	b.no(err)
	return v.Faults
}

// tampered verifies under a change that is undone afterwards.
func (b *bundle) tampered(query string, args ...any) (faults []string) {
	b.Helper()
	ctx := context.Background()
	conn := b.store.write.conn
	for _, q := range []string{"PRAGMA foreign_keys = off", "BEGIN"} {
		_, err := conn.ExecContext(ctx, q)
		b.no(err)
	}
	res, err := conn.ExecContext(ctx, query, args...)
	b.no(err)
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		b.Fatalf("%s changed %d rows, %v", query, n, err)
	}
	a := &audit{ctx: ctx, tx: conn}
	all, err := writers(ctx, conn)
	b.no(err)
	b.no(a.all(all))
	_, err = conn.ExecContext(ctx, "ROLLBACK")
	b.no(err)
	return a.result.Faults
}

// Every byte of every column of every row of the ledger counts, and so does
// every attempt at a recipient that it covers.
func TestEveryFlipIsFound(t *testing.T) {
	b := told(t)
	tables := map[string][]string{
		"ledger_entries": {"writer_id", "seq", "at", "kind", "body"},
		"ledger_links":   {"writer_id", "number", "at", "first", "count", "prev", "hash"},
		"ledger_writers": {"id", "writer"},
		"ledger_ties":    {"ref", "salt", "value"},
		"attempts WHERE recipient_id > 0 AND closed_at > 0": {
			"id", "send_id", "recipient_id", "number", "opened_at", "closed_at", "outcome", "class", "remote_id", "writer_id", "entry",
		},
	}
	flips := 0
	for table, columns := range tables {
		for _, column := range columns {
			for _, c := range b.cells(table, column) {
				for i := range c.bytes {
					flips++
					if len(b.tampered(c.change, c.flip(i))) == 0 {
						t.Errorf("byte %d of %s of %s: %q was flipped and nothing found", i, column, table, c.bytes)
					}
				}
			}
		}
	}
	if flips < 1_000 {
		t.Errorf("only %d flips", flips)
	}
	if faults := b.faults(); len(faults) > 0 {
		t.Errorf("afterwards: %v", faults)
	}
}

// cell is one value and the statement that changes it.
type cell struct {
	change string
	number bool
	bytes  string
}

// flip changes one byte, or one bit of a number for each of its digits.
func (c cell) flip(i int) any {
	if c.number {
		var n int64
		_, _ = fmt.Sscan(c.bytes, &n)
		return n ^ 1<<i
	}
	changed := []byte(c.bytes)
	changed[i] ^= 1
	if strings.HasPrefix(c.change, "UPDATE OR REPLACE ledger_links") || strings.Contains(c.change, "SET salt") {
		return changed
	}
	return string(changed)
}

func (b *bundle) cells(table, column string) []cell {
	b.Helper()
	var all []cell
	name, where, _ := strings.Cut(table, " WHERE ")
	key := map[string]string{
		"ledger_entries": "writer_id || ' ' || seq", "ledger_links": "writer_id || ' ' || number",
		"ledger_writers": "id", "ledger_ties": "ref", "attempts": "id",
	}[name]
	if where == "" {
		where = "true"
	}
	b.no(scan(context.Background(), b.store.read, func(rows *sql.Rows) error {
		var id, kind, value string
		err := rows.Scan(&id, &kind, &value)
		all = append(all, cell{
			change: fmt.Sprintf("UPDATE OR REPLACE %s SET %s = ? WHERE %s = '%s'", name, column, key, id),
			number: kind == "integer", bytes: value,
		})
		return err
	}, fmt.Sprintf("SELECT CAST(%s AS TEXT), typeof(%s), CAST(%s AS BLOB) FROM %s WHERE %s", key, column, column, name, where)))
	return all
}

func TestRowsCutAddedAndMoved(t *testing.T) {
	b := told(t)
	tests := map[string]string{
		"an entry deleted":            "DELETE FROM ledger_entries WHERE seq = 3",
		"the first entry deleted":     "DELETE FROM ledger_entries WHERE seq = 1",
		"a link deleted":              "DELETE FROM ledger_links WHERE number = 2",
		"all links deleted":           "DELETE FROM ledger_links",
		"the writer deleted":          "DELETE FROM ledger_writers",
		"an entry inserted behind":    "INSERT INTO ledger_entries SELECT writer_id, seq + 1000, at, kind, body FROM ledger_entries WHERE seq = 2",
		"an entry inserted in front":  "INSERT INTO ledger_entries SELECT writer_id, seq - 1000, at, kind, body FROM ledger_entries WHERE seq = 2",
		"an entry of another writer":  "INSERT INTO ledger_entries SELECT 99, seq, at, kind, body FROM ledger_entries WHERE seq = 2",
		"a link inserted":             "INSERT INTO ledger_links SELECT writer_id, number + 1000, at, first, count, prev, hash FROM ledger_links WHERE number = 2",
		"entries reordered":           "UPDATE ledger_entries SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3)",
		"entries swapped":             "UPDATE ledger_entries SET body = (SELECT body FROM ledger_entries e WHERE e.seq = 5 - ledger_entries.seq) WHERE seq IN (2, 3)",
		"links swapped":               "UPDATE ledger_links SET hash = (SELECT hash FROM ledger_links l WHERE l.number = 5 - ledger_links.number) WHERE number IN (2, 3)",
		"a longer hash":               "UPDATE ledger_links SET hash = CAST(hash || '0' AS BLOB) WHERE number = 2",
		"a shorter hash":              "UPDATE ledger_links SET prev = x'00' WHERE number = 2",
		"an attempt deleted":          "DELETE FROM attempts WHERE recipient_id > 0 AND closed_at > 0",
		"an attempt inserted":         "INSERT INTO attempts (send_id, recipient_id, number, rehearsal, opened_at, closed_at, outcome) VALUES (1, 1, 9, 0, 1, 1, 'sent')",
		"an attempt added to another": "INSERT INTO attempts (send_id, recipient_id, number, rehearsal, opened_at, closed_at, outcome, writer_id, entry) SELECT send_id, recipient_id, 9, 0, 1, 1, 'sent', writer_id, entry FROM attempts WHERE recipient_id > 0 AND entry > 0 LIMIT 1",
		"a tie exchanged":             "UPDATE ledger_ties SET value = 'eve'",
	}
	for name, query := range tests {
		if faults := b.tampered(query); len(faults) == 0 {
			t.Errorf("%s: nothing found", name)
		}
	}
}

func TestCutTailShowsAgainstAnExportedHead(t *testing.T) {
	b := told(t)
	ctx := context.Background()
	heads, err := b.store.Heads(ctx)
	b.no(err)
	if faults := b.faults(heads...); len(faults) > 0 {
		t.Errorf("an untouched ledger: %v", faults)
	}
	b.send("mail", message.Sent)
	if faults := b.faults(heads...); len(faults) > 0 {
		t.Errorf("a ledger that grew: %v", faults)
	}
	last, err := b.store.Heads(ctx)
	b.no(err)
	b.close()
	b.reopen()
	b.raw("DELETE FROM attempts WHERE entry > (SELECT first + count - 1 FROM ledger_links WHERE number = ?)", heads[0].Number)
	b.raw("DELETE FROM ledger_entries WHERE seq > (SELECT first + count - 1 FROM ledger_links WHERE number = ?)", heads[0].Number)
	b.raw("DELETE FROM ledger_links WHERE number > ?", heads[0].Number)
	if faults := b.faults(heads...); len(faults) > 0 {
		t.Errorf("a cut ledger is sound in itself: %v", faults)
	}
	if faults := b.faults(last...); len(faults) == 0 {
		t.Error("the cut tail was not found")
	}
	forged := heads[0]
	forged.Hash = strings.Repeat("0", 64)
	if faults := b.faults(forged); len(faults) == 0 {
		t.Error("a rewritten whole was not found")
	}
}

func TestErasedTieStillVerifies(t *testing.T) {
	b := told(t)
	b.raw("DELETE FROM ledger_ties")
	if faults := b.faults(); len(faults) > 0 {
		t.Errorf("after an erasure: %v", faults)
	}
}

func TestChainGoesOnAfterReopening(t *testing.T) {
	b := told(t)
	before, err := b.store.Heads(context.Background())
	b.no(err)
	b.close()
	b.reopen()
	b.approved(to("wire")...)
	b.send("wire", message.Sent)
	after, err := b.store.Heads(context.Background())
	b.no(err)
	if len(after) != 1 || after[0].Number <= before[0].Number {
		t.Errorf("heads %+v, before %+v", after, before)
	}
	b.sound()
}

func TestVerifyFileUpAndDown(t *testing.T) {
	b := told(t)
	ctx := context.Background()
	up, err := VerifyFile(ctx, b.dir, nil)
	b.no(err)
	b.close()
	down, err := VerifyFile(ctx, b.dir, nil)
	b.no(err)
	b.reopen()
	if up.Entries == 0 || up.Entries != down.Entries || up.Links != down.Links || len(up.Faults)+len(down.Faults) > 0 {
		t.Errorf("up %+v, down %+v", up, down)
	}
	if _, err := VerifyFile(ctx, t.TempDir(), nil); err == nil {
		t.Error("a folder without database verifies")
	}
}

func TestExportResolvesTies(t *testing.T) {
	b := told(t)
	var kinds, persons []string
	_, err := b.store.Export(context.Background(), export.Range{}, func(e export.Entry) error {
		kinds = append(kinds, string(e.Kind))
		for _, value := range e.Ties {
			persons = append(persons, value)
		}
		return nil
	})
	b.no(err)
	if len(kinds) == 0 || kinds[0] != string(ledger.Opened) || len(persons) == 0 || persons[0] != "ann" {
		t.Errorf("exported %v with %v", kinds, persons)
	}
	after := 0
	_, err = b.store.Export(context.Background(), export.Range{Since: b.now.Add(time.Hour)}, func(export.Entry) error { after++; return nil })
	b.no(err)
	if after != 0 {
		t.Errorf("%d entries of the future", after)
	}
}
