package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"clarion/ledger"
	"clarion/people"
)

// ties reports values that are not the ones the chain knows by their hash. One
// that was erased is none. Since an erasure a value is bound by what the last
// erasure of it says.
func (a *audit) ties() error {
	return scan(a.ctx, a.tx, func(rows *sql.Rows) error {
		var tie ledger.Tie
		var bound string
		if err := rows.Scan(&tie.Ref, &tie.Salt, &tie.Value, &bound); err != nil {
			return err
		}
		ref := tie.Ref
		if bound != "" {
			tie.Ref = bound
		}
		if !tie.Holds() {
			a.fault("what is tied to the ledger by %.16s… was changed", ref)
		}
		return nil
	}, `SELECT t.ref, t.salt, t.value, coalesce((SELECT e.bound FROM ledger_erasures e WHERE e.ref = t.ref ORDER BY e.number DESC LIMIT 1), '')
		FROM ledger_ties t ORDER BY t.ref`)
}

// erasures holds what each erasure rebound against its entry.
func (a *audit) erasures() error {
	told := map[string]ledger.DecisionBody{}
	err := scan(a.ctx, a.tx, func(rows *sql.Rows) error {
		var text string
		var body ledger.DecisionBody
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &body); err == nil { // if not, its chain does not hold
			told[body.Subject] = body
		}
		return nil
	}, "SELECT body FROM ledger_entries WHERE kind = ?", ledger.PersonErased)
	if err != nil {
		return err
	}
	found, err := a.rebound()
	if err != nil {
		return err
	}
	for name, body := range told {
		if n := len(found[name]); n != body.Count || ledger.RootOf(found[name]).String() != body.Digest {
			a.fault("what the erasure of %s changed is not what its entry tells", name)
		}
		delete(found, name)
	}
	for name := range found {
		a.fault("no entry tells of the erasure of %s", name)
	}
	return nil
}

// rebound gives what every erasure rebound, by the neutral name.
func (a *audit) rebound() (map[string][]ledger.Rebound, error) {
	found := map[string][]ledger.Rebound{}
	err := scan(a.ctx, a.tx, func(rows *sql.Rows) error {
		var number int64
		var r ledger.Rebound
		if err := rows.Scan(&number, &r.Ref, &r.Bound); err != nil {
			return fmt.Errorf("read an erasure: %w", err)
		}
		name := people.ErasedName(number)
		found[name] = append(found[name], r)
		return nil
	}, "SELECT number, ref, bound FROM ledger_erasures ORDER BY number, ref")
	return found, err
}
