package store

import (
	"context"
	"database/sql"
	"maps"
	"strings"

	"clarion/ledger"
)

// sound checks what must hold at all times: tallies are the recipients'
// counts, and the ledger verifies.
func (b *bundle) sound() {
	b.Helper()
	counted, kept := map[string]int{}, map[string]int{}
	b.pairs(counted, "SELECT send_id || ' ' || state, count(*) FROM recipients GROUP BY send_id, state")
	b.pairs(kept, "SELECT send_id || ' ' || state, n FROM tallies WHERE n <> 0")
	if !maps.Equal(counted, kept) {
		b.Errorf("recipients are %v and the tallies say %v", counted, kept)
	}
	v, err := b.store.Verify(context.Background(), nil)
	b.no(err)
	if len(v.Faults) > 0 {
		b.Errorf("the ledger does not verify: %s", strings.Join(v.Faults, "; "))
	}
}

func (b *bundle) pairs(into map[string]int, query string, args ...any) {
	b.Helper()
	b.no(scan(context.Background(), b.store.read, func(rows *sql.Rows) error {
		var k string
		var n int
		err := rows.Scan(&k, &n)
		into[k] = n
		return err
	}, query, args...))
}

// kinds counts the ledger's entries by kind.
func (b *bundle) kinds() map[ledger.Kind]int {
	b.Helper()
	found := map[string]int{}
	b.pairs(found, "SELECT kind, count(*) FROM ledger_entries GROUP BY kind")
	kinds := map[ledger.Kind]int{}
	for k, n := range found {
		kinds[ledger.Kind(k)] = n
	}
	return kinds
}

// raw changes the database behind the store's back.
func (b *bundle) raw(query string, args ...any) {
	b.Helper()
	b.update(func(tx *Tx) error {
		_, err := tx.exec(query, args...)
		return err
	})
}
