package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"clarion/ledger"
	"clarion/people"
)

// column is a column of a table.
type column struct{ table, name string }

// nameColumns are all that hold a person's short name. TestNamesAreKnown finds
// one that is missing here.
func nameColumns() []column {
	return []column{
		{"messages", "hold_by"}, {"messages", "submitted_by"}, {"revisions", "editor"}, {"approvals", "by"}, {"comments", "by"},
		{"debts", "by"}, {"debts", "settled_by"}, {"channels", "by"}, {"channels", "mode_by"}, {"audiences", "changed_by"}, {"freezes", "by"},
		{"templates", "submitted_by"}, {"template_revisions", "editor"}, {"template_approvals", "by"},
	}
}

// accountColumns are those of rows that go with the person.
func accountColumns() []column {
	return []column{
		{"grants", "person"}, {"recovery_codes", "person"}, {"tokens", "owner"}, {"resets", "person"}, {"accounts", "person"}, {"identities", "person"}, {"countersigns", "by"},
	}
}

// textColumns are those in which people, or Clarion in their place, write
// freely. What is bound by an approval is not among them: it stays as it was
// approved.
func textColumns() []column {
	return []column{
		{"comments", "text"}, {"channels", "reason"}, {"freezes", "reason"}, {"sends", "reason"},
	}
}

// unclean marks a database that may hold, in space that it does not use, what
// was erased.
const unclean = "unclean"

// Erasure is what became of an erased person.
type Erasure struct {
	Name string           // the neutral one that stands where theirs did
	Ties []ledger.Rebound // in order of the references
}

// Erase takes a person out of everything but what was approved: a neutral name
// stands where theirs did, and in texts that name them. Their account, sessions
// and tokens go. What was bound to the ledger is bound anew. The account's
// failed sign-ins are found by its hash. Clean takes the rest off the disk.
func (t *Tx) Erase(p people.Person, signInHash string) (Erasure, error) {
	var number int64
	if err := row(t.ctx, t, "SELECT count(*) + 1 FROM people WHERE name LIKE 'erased person %'", nil, &number); err != nil {
		return Erasure{}, fmt.Errorf("number an erased person: %w", err)
	}
	e := Erasure{Name: people.ErasedName(number)}
	others, err := t.others(p.Name)
	if err != nil {
		return Erasure{}, err
	}
	eraser := people.NewEraser(p, e.Name, others)
	if err = t.dropAccount(p.Name, signInHash); err == nil {
		err = t.rename(p.Name, e.Name)
	}
	for _, c := range textColumns() {
		if err == nil {
			err = t.cleanColumn(c, eraser)
		}
	}
	if err == nil {
		e.Ties, err = t.rebind(number, func(value string) string {
			switch {
			case value == p.Name:
				return e.Name
			case slices.Contains(others, value): // who decided, whatever stands in it
				return value
			}
			return eraser.Clean(value)
		})
	}
	if err == nil {
		_, err = t.exec("INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT (key) DO NOTHING", unclean)
	}
	if err != nil {
		return Erasure{}, fmt.Errorf("erase a person: %w", err)
	}
	return e, nil
}

func (t *Tx) dropAccount(name, signInHash string) error {
	for _, c := range accountColumns() {
		if _, err := t.exec("DELETE FROM "+c.table+" WHERE "+c.name+" = ?", name); err != nil {
			return err
		}
	}
	if _, err := t.exec("DELETE FROM countersigns WHERE subject = ?", name); err != nil {
		return err
	}
	// The name stands in the session's data; one of somebody whose name holds it
	// ends, too.
	if _, err := t.exec("DELETE FROM sessions WHERE instr(data, CAST(? AS BLOB)) > 0", name); err != nil {
		return err
	}
	return t.ForgetFailedSignIns(signInHash)
}

func (t *Tx) rename(name, neutral string) error {
	for _, c := range nameColumns() {
		if _, err := t.exec("UPDATE "+c.table+" SET "+c.name+" = ? WHERE "+c.name+" = ?", neutral, name); err != nil {
			return err
		}
	}
	return t.one("UPDATE people SET name = ?1, full_name = ?1, email = '' WHERE name = ?2", neutral, name)
}

// cleanColumn takes a person out of the texts of a column.
func (t *Tx) cleanColumn(c column, eraser people.Eraser) error {
	changed := map[string]string{}
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if clean := eraser.Clean(text); clean != text {
			changed[text] = clean
		}
		return nil
	}, "SELECT DISTINCT "+c.name+" FROM "+c.table+" WHERE "+c.name+" <> ''")
	for text, clean := range changed {
		if err == nil {
			_, err = t.exec("UPDATE "+c.table+" SET "+c.name+" = ? WHERE "+c.name+" = ?", clean, text)
		}
	}
	return err
}

// others lists the short names of everybody but one.
func (t *Tx) others(name string) ([]string, error) {
	all, err := t.People()
	var names []string
	for _, p := range all {
		if p.Name != name {
			names = append(names, p.Name)
		}
	}
	return names, err
}

// rebind binds what is tied to the ledger anew where cleaning changes it.
func (t *Tx) rebind(number int64, clean func(string) string) ([]ledger.Rebound, error) {
	fresh := map[string]ledger.Tie{}
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		var ref, value string
		if err := rows.Scan(&ref, &value); err != nil {
			return err
		}
		if cleaned := clean(value); cleaned != value {
			fresh[ref] = ledger.NewTie(cleaned)
		}
		return nil
	}, "SELECT ref, value FROM ledger_ties")
	if err != nil {
		return nil, err
	}
	all := make([]ledger.Rebound, 0, len(fresh))
	for ref, tie := range fresh {
		all = append(all, ledger.Rebound{Ref: ref, Bound: tie.Ref})
		if _, err := t.exec("UPDATE ledger_ties SET salt = ?, value = ? WHERE ref = ?", tie.Salt, tie.Value, ref); err != nil {
			return nil, err
		}
		if _, err := t.exec("INSERT INTO ledger_erasures (number, ref, bound) VALUES (?, ?, ?)", number, ref, tie.Ref); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b ledger.Rebound) int { return cmp.Compare(a.Ref, b.Ref) })
	return all, nil
}

// OpenDebtsOf counts the emergencies of somebody that nobody settled yet.
func (t *Tx) OpenDebtsOf(name string) (int, error) {
	var n int
	if err := row(t.ctx, t, "SELECT count(*) FROM debts WHERE by = ? AND settled_at = 0", []any{name}, &n); err != nil {
		return 0, fmt.Errorf("count what somebody owes: %w", err)
	}
	return n, nil
}

// Clean takes what was erased off the disk: the database is written anew,
// which takes as much room beside it, and its journal is emptied. Nothing else
// is written meanwhile. It does nothing where nothing was erased, and is safe
// to repeat. Open does it again if it was cut short.
func (s *Store) Clean(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	ctx = context.WithoutCancel(ctx)
	if err := s.write.clean(ctx); err != nil {
		return fmt.Errorf("take what was erased off the disk: %w", err)
	}
	return nil
}

func (w *writer) clean(ctx context.Context) error {
	var marked bool
	if err := w.conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM meta WHERE key = ?)", unclean).Scan(&marked); err != nil || !marked {
		return err
	}
	// The copy that this makes meanwhile may be too large for memory.
	_, err := w.conn.ExecContext(ctx, "PRAGMA temp_store = FILE; VACUUM")
	if _, back := w.conn.ExecContext(ctx, "PRAGMA temp_store = MEMORY"); err != nil || back != nil {
		return errors.Join(err, back)
	}
	if err := w.emptyJournal(ctx); err != nil {
		return err
	}
	_, err = w.conn.ExecContext(ctx, "DELETE FROM meta WHERE key = ?", unclean)
	return err
}

// emptyJournal folds the whole journal into the database and truncates it. It
// waits for those who read an older state, as long as any write waits.
func (w *writer) emptyJournal(ctx context.Context) error {
	var busy, pages, folded int
	if err := w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &folded); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("somebody reads an older state of the database")
	}
	return nil
}
