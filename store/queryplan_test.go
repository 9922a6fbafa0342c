package store

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clarion/message"
)

// wholeScan matches a step of a query plan that reads a large table from end to
// end. A scan of a partial index reads only what is open.
var wholeScan = regexp.MustCompile(`(?m)SCAN (s|r|a|m|sends|recipients|attempts|messages)($| USING (COVERING )?INDEX sqlite_autoindex)`)

func TestHotStatementsUseTheirIndexes(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("web", "wire", "mail")...)
	b.materialise()
	b.send("wire", message.Waiting)
	b.send("mail", message.Waiting)
	b.publish("first")
	b.claim("mail", 1)
	b.hold(id)
	_, err := b.store.Recover(context.Background(), b.now)
	b.no(err)

	plans := map[string]string{}
	b.update(func(tx *Tx) error {
		queries := slices.AppendSeq(slices.Collect(maps.Keys(tx.writer.prepared)), maps.Keys(tx.writer.bare))
		queries = append(queries, nextDue, nextDueAddressed, backlogDue, fmt.Sprintf(backlogOpen, "", ""), backlogDue+sendsOf, fmt.Sprintf(backlogOpen, sendsOf, recipientsOf), openChannels, dueOfChannel, nextDoubt)
		for _, query := range queries {
			plans[query] = b.plan(tx, query)
		}
		return nil
	})
	for query, plan := range plans {
		if found := wholeScan.FindString(plan); found != "" {
			t.Errorf("%s\nby\n%s\nin\n%s", found, plan, query)
		}
	}
	for part, index := range map[string]string{
		"r.body FROM sends":        "INDEX sends_due (channel=? AND next_at<?)",
		"SELECT min(next_at) - ?2": "INDEX sends_ready (channel=?)",
		"FROM recipients r JOIN sends s ON s.id = r.send_id\n\t\tWHERE r.send_id": "INDEX recipients_due (send_id=? AND next_at<?)",
		"WITH RECURSIVE c (name)":                         "INDEX sends_due (channel=? AND next_at<?)",
		"SET state = 'planned' WHERE state IN ('claimed'": "INDEX sends_leased",
		"CROSS JOIN attempts a ON a.send_id":              "INDEX sends_leased",
		"CROSS JOIN messages m ON m.id = j.value":         "INDEX sqlite_autoindex_sends_1 (message_id=?)",
		"AS next FROM sends s":                            "INDEX sends_open",
	} {
		found := false
		for query, plan := range plans {
			if strings.Contains(query, part) {
				found = true
				if !strings.Contains(plan, index) {
					t.Errorf("no %s in\n%s\nof\n%s", index, plan, query)
				}
			}
		}
		if !found {
			t.Errorf("no statement with %q was run", part)
		}
	}
}

// parameters counts those of a statement.
func parameters(query string) int {
	if strings.Contains(query, sendsOf) {
		return 3
	}
	return strings.Count(query, "?")
}

// plan explains a statement, one step a line.
func (b *bundle) plan(tx *Tx, query string) string {
	b.Helper()
	if strings.HasPrefix(query, "BEGIN") || strings.HasPrefix(query, "COMMIT") || strings.HasPrefix(query, "ROLLBACK") {
		return ""
	}
	var steps []string
	rows, err := tx.writer.conn.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+query, make([]any, parameters(query))...)
	b.no(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		b.no(rows.Scan(&id, &parent, &unused, &detail))
		steps = append(steps, detail)
	}
	b.no(rows.Err())
	return strings.Join(steps, "\n")
}
