package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"clarion/message"
)

// wholeScan matches a step of a query plan that reads a large table from end to
// end. A scan of a partial index reads only what is open.
var wholeScan = regexp.MustCompile(`SCAN (s|r|a|m|sends|recipients|attempts|messages)($| USING (COVERING )?INDEX sqlite_autoindex)`)

// planner collects the statements that the store prepares.
type planner struct {
	mu   sync.Mutex
	seen []string
}

func (p *planner) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, query)
	return nil, errStop
}

var errStop = fmt.Errorf("stop")

func TestHotStatementsUseTheirIndexes(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("web", "wire", "mail")...)
	b.materialise()
	b.send("wire", message.Waiting)
	b.send("mail", message.Waiting)
	b.publish("first")
	b.open(b.claim("mail", 1).Items...)
	b.hold(id)
	_, err := b.store.Recover(context.Background(), b.now)
	b.no(err)

	plans := map[string]string{}
	b.update(func(tx *Tx) error {
		for query := range tx.writer.prepared {
			plans[query] = b.plan(tx, query)
		}
		return nil
	})
	reads := &planner{}
	probe := &Store{read: nil}
	_ = probe
	for _, query := range b.readQueries(reads) {
		b.update(func(tx *Tx) error {
			plans[query] = b.plan(tx, query)
			return nil
		})
	}
	for query, plan := range plans {
		if found := wholeScan.FindString(plan); found != "" {
			t.Errorf("%s\nby\n%s\nin\n%s", found, plan, query)
		}
	}
	for part, index := range map[string]string{
		"r.body FROM sends":           "INDEX sends_due (channel=? AND next_at<?)",
		"SELECT min(next_at) - ?2":    "INDEX sends_ready (channel=?)",
		"FROM recipients r JOIN sends s ON s.id = r.send_id\n\t\tWHERE r.send_id": "INDEX recipients_due (send_id=? AND next_at<?)",
		"WITH RECURSIVE c (name)":     "INDEX sends_due (channel=? AND next_at<?)",
		"SELECT DISTINCT send_id":     "INDEX recipients_leased",
		"FROM sends s JOIN attempts a": "INDEX sends_leased",
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
