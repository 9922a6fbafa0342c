package bench

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // multiplies rows behind Clarion's back
)

// A clone of number n has its rows' ids moved by n times stride, and an id as
// long and as scattered as a message's.
const (
	stride  = 1_000
	cloneID = "printf('m%08x%05x', n * 2654435761 % 4294967296, n)"
	moved   = " + n * 1000"
)

// database is the database of an office whose daemon is down.
type database struct {
	b  *testing.B
	tx *sql.Tx
}

// change changes the database in one transaction, without care for the disk
// until its end.
func (o *office) change(do func(database)) {
	o.b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(o.dir, "clarion.db")+"?mode=rw&_synchronous=OFF&_cache_size=-400000")
	if err != nil {
		o.b.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil { // folds the journal into the database
			o.b.Fatal(err)
		}
	}()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		o.b.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit
	do(database{o.b, tx})
	if err := tx.Commit(); err != nil {
		o.b.Fatal(err)
	}
}

// clones are the numbers from first to last, once each.
type clones struct{ first, last int }

// clone multiplies rows of a table; set gives the columns that change as
// expressions of the row t and the number n.
func (d database) clone(c clones, table, where string, set map[string]string) {
	d.b.Helper()
	columns := d.columns(table)
	values := make([]string, len(columns))
	for i, column := range columns {
		values[i] = "t." + column
		if expression, ok := set[column]; ok {
			values[i] = expression
		}
	}
	for column := range set {
		if !slices.Contains(columns, column) {
			d.b.Fatalf("the table %s has no column %s", table, column)
		}
	}
	d.exec(fmt.Sprintf(`WITH RECURSIVE numbers (n) AS (VALUES (%d) UNION ALL SELECT n + 1 FROM numbers WHERE n < %d)
		INSERT INTO %s (%s) SELECT %s FROM numbers CROSS JOIN %[3]s t WHERE %[6]s`,
		c.first, c.last, table, strings.Join(columns, ", "), strings.Join(values, ", "), where))
}

func (d database) columns(table string) []string {
	d.b.Helper()
	rows, err := d.tx.Query("SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		d.b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			d.b.Fatal(err)
		}
		all = append(all, name)
	}
	if err := rows.Err(); err != nil {
		d.b.Fatal(err)
	}
	return all
}

func (d database) exec(query string) {
	d.b.Helper()
	if _, err := d.tx.Exec(query); err != nil {
		d.b.Fatalf("%.80s: %v", query, err)
	}
}

// message multiplies a message with its revision, plan, approval and those of
// its sends that match. Its instants move by an expression of n in
// milliseconds.
func (d database) message(c clones, id, sends, move string) {
	d.b.Helper()
	of := func(column string) string { return fmt.Sprintf("t.%s = '%s'", column, id) }
	d.clone(c, "messages", of("id"), shifted(move, map[string]string{
		"serial": "NULL", "id": cloneID, "slug": "t.slug || '-' || n", "entry_id": "printf('urn:uuid:00000000-0000-4000-8000-%012x', n)",
	}, "created_at", "earliest_at"))
	d.clone(c, "revisions", of("message_id"), shifted(move, map[string]string{"message_id": cloneID}, "created_at"))
	d.clone(c, "renderings", of("message_id"), map[string]string{"id": "t.id" + moved, "message_id": cloneID})
	d.clone(c, "approvals", of("message_id"), shifted(move, map[string]string{"id": "t.id" + moved, "message_id": cloneID}, "at"))
	d.clone(c, "sends", of("message_id")+" AND "+sends, shifted(move, map[string]string{
		"id": "t.id" + moved, "message_id": cloneID, "rendering_id": "t.rendering_id" + moved, "key": "printf('%032x', t.id" + moved + ")",
	}, "due_at", "next_at", "sent_at"))
}

// past multiplies what a message leaves behind once it was released.
func (d database) past(c clones, id, move string) {
	d.b.Helper()
	d.clone(c, "attempts", fmt.Sprintf("t.send_id IN (SELECT id FROM sends WHERE message_id = '%s')", id), shifted(move, map[string]string{
		"id": "t.id" + moved, "send_id": "t.send_id" + moved, "entry": "t.entry" + moved,
	}, "opened_at", "closed_at"))
	d.clone(c, "ledger_entries", fmt.Sprintf("t.body ->> 'message' = '%s' AND t.kind LIKE 'send.%%'", id), shifted(move, map[string]string{
		"seq": "t.seq" + moved, "body": "json_set(t.body, '$.send', (t.body ->> 'send')" + moved + ", '$.message', " + cloneID + ")",
	}, "at"))
	d.clone(c, "ledger_links", "t.number = (SELECT max(number) FROM ledger_links)", shifted(move, map[string]string{
		"number": "t.number + n", "first": "t.first" + moved,
	}, "at"))
	slug := fmt.Sprintf("(SELECT slug FROM messages WHERE id = '%s')", id)
	d.clone(c, "public_pages", "t.slug = "+slug, shifted(move, map[string]string{
		"slug": "t.slug || '-' || n", "entry_id": "printf('urn:uuid:00000000-0000-4000-8000-%012x', n)",
	}, "published_at", "updated_at"))
	d.clone(c, "public_page_audiences", "t.slug = "+slug, shifted(move, map[string]string{"slug": "t.slug || '-' || n"}, "published_at"))
}

// shifted adds instants that move; one that is not set stays so.
func shifted(move string, set map[string]string, instants ...string) map[string]string {
	all := maps.Clone(set)
	for _, column := range instants {
		all[column] = fmt.Sprintf("CASE WHEN t.%[1]s = 0 THEN 0 ELSE t.%[1]s + (%s) END", column, move)
	}
	return all
}

// history gives an office a past of so many messages, each with ten sends that
// were sent or rehearsed. The clones' chain is not one that verifies.
func (o *office) history(messages int) {
	o.b.Helper()
	template := o.submit("everyone", "when approved", paragraph)
	o.approve(template)
	p := o.start()
	await(o.b, "the first message's sends", 20*time.Millisecond, time.Minute, func() bool {
		m, err := o.api("ada").Message(o.b.Context(), template.ID)
		return err == nil && m.State == "released"
	})
	p.stop()
	c, minuteByMinute := clones{1, messages}, fmt.Sprintf("60000 * (n - %d)", messages)
	o.change(func(d database) {
		d.message(c, template.ID, "true", minuteByMinute)
		d.past(c, template.ID, minuteByMinute)
	})
	var sends, attempts int
	o.query(&sends, "SELECT count(*) FROM sends WHERE state IN ('sent', 'rehearsed')")
	o.query(&attempts, "SELECT count(*) FROM attempts")
	if want := 10 * (messages + 1); sends != want || attempts != want {
		o.b.Fatalf("the history has %d sends and %d attempts, want %d of each", sends, attempts, want)
	}
}

const paragraph = "The bridge over the river is open to everyone from today on. It was closed in March for repairs to its bearings."
