package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/export"
	"clarion/ledger"
	"clarion/message"
	"clarion/people"
)

func hal() people.Person {
	return people.Person{Name: "hal.young", FullName: "Hal Young", Email: "hal@rivers.example", Kind: people.Human}
}

// everywhere puts a person into every column that holds people, and into texts.
func (b *bundle) everywhere(p people.Person) {
	b.Helper()
	old := p
	old.Email, old.FullName = "old.address@rivers.example", "Hal Unmarried"
	id := b.approved(to("wire")...)
	b.update(func(tx *Tx) error { return tx.PutPerson(old) })
	b.update(func(tx *Tx) error {
		tie, err := tx.Tie("ask " + p.FullName + " <" + p.Email + "> first")
		who, whoErr := tx.Tie(p.Name)
		_, triedErr := tx.RecordFailedSignIn("hashed hal", "192.0.2.1")
		_, tokenErr := tx.InsertToken(people.Token{Name: "of " + p.FullName, Owner: old.Name, Hash: "t", Scope: people.ScopeAll})
		return errors.Join(err, whoErr, tx.PutPerson(p), tx.SetGrants(p.Name, people.Everywhere, people.Roles()),
			tx.SetPassword(p.Name, "hash"), tx.SetFactor(p.Name, "secret of hal.young", 1, []string{"c1"}), tx.InsertReset("r1", p.Name, b.now),
			tokenErr, triedErr, tx.InsertComment(id, 1, p.Name, p.FullName+" and @"+p.Name+" said so"),
			tx.setFirst("release", id, "", p.Name), tx.setFirst("erase", p.Name, "", "ann"),
			tx.InsertDebt(id, "digest", p.Name), tx.SetDisabled(p.Name, true),
			tx.Record(ledger.MessageCommented, ledger.MessageBody{Message: id, By: who, Reason: tie}))
	})
	b.update(func(tx *Tx) error {
		x := Template{Template: message.Template{Name: "oops"}, Revision: 1}
		_, err := tx.PutTemplate(x.Template, p.Name)
		return errors.Join(err, tx.SetTemplateSubmitted(x.Name, p.Name), tx.AddTemplateApproval(x, p.Name, true))
	})
	b.raw("INSERT INTO channels (name, reason, by, changed_at) VALUES ('wire', 'as Hal Young wished', 'hal.young', 1)")
	b.raw("UPDATE sends SET reason = 'as hal.young wished'")
	for _, c := range nameColumns() {
		if c.table != "freezes" {
			b.raw("UPDATE " + c.table + " SET " + c.name + " = 'hal.young'")
		}
	}
	b.no(b.store.Sessions().CommitCtx(context.Background(), "s1", []byte("\x00name\x09hal.young"), time.Now().Add(time.Hour)))
	b.no(b.store.Sessions().CommitCtx(context.Background(), "s2", []byte("\x00name\x03ann"), time.Now().Add(time.Hour)))
}

// traces lists what is left of a person in the files of the database.
func (b *bundle) traces() []string {
	b.Helper()
	var found []string
	for _, file := range []string{fileName, fileName + "-wal"} {
		content, err := os.ReadFile(filepath.Join(b.dir, file))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		b.no(err)
		for _, trace := range []string{"hal.young", "hal young", "hal@rivers", "old.address", "unmarried", "hashed hal"} {
			if n := bytes.Count(bytes.ToLower(content), []byte(trace)); n > 0 {
				found = append(found, fmt.Sprintf("%d times %q in %s", n, trace, file))
			}
		}
	}
	return found
}

func (b *bundle) erase(p people.Person) Erasure {
	b.Helper()
	var e Erasure
	b.update(func(tx *Tx) error {
		var err error
		if e, err = tx.Erase(p, "hashed hal"); err != nil {
			return err
		}
		return tx.Record(ledger.PersonErased, ledger.DecisionBody{Subject: e.Name, Count: len(e.Ties), Digest: ledger.RootOf(e.Ties).String()})
	})
	return e
}

// Not a byte of the files names an erased person, and the ledger verifies.
func TestNothingIsLeftOfAnErasedPerson(t *testing.T) {
	b := told(t)
	b.everywhere(hal())
	if len(b.traces()) < 5 {
		t.Fatalf("the test does not see a person who is there: %v", b.traces())
	}
	e := b.erase(hal())
	b.no(b.store.Clean(context.Background()))
	b.no(b.store.Clean(context.Background())) // again it does nothing
	if traces := b.traces(); len(traces) > 0 {
		t.Errorf("left: %v", traces)
	}
	b.sound()
	if e.Name != "erased person 1" || len(e.Ties) != 2 {
		t.Errorf("erased %+v", e)
	}
	for _, c := range nameColumns() {
		found := map[string]int{}
		b.pairs(found, "SELECT "+c.name+", 1 FROM "+c.table)
		if c.table != "freezes" && found[e.Name] == 0 {
			t.Errorf("%v is %v", c, found)
		}
	}
	ends := map[string]int{}
	b.pairs(ends, "SELECT token, 1 FROM sessions")
	if len(ends) != 1 || ends["s2"] != 1 {
		t.Errorf("sessions left: %v", ends)
	}
	said := map[string]int{}
	b.pairs(said, "SELECT value, 1 FROM ledger_ties UNION SELECT text, 1 FROM comments")
	for _, want := range []string{e.Name, "ask erased person 1 <erased person 1> first", "erased person 1 and @erased person 1 said so"} {
		if said[want] == 0 {
			t.Errorf("%q is not among %v", want, said)
		}
	}
}

// A text that names two people is bound anew twice.
func TestTwoAreErased(t *testing.T) {
	b := setup(t)
	ida := people.Person{Name: "ida.may", FullName: "Ida May", Kind: people.Human}
	b.update(func(tx *Tx) error {
		both, err := tx.Tie("Hal Young and Ida May agreed")
		return errors.Join(err, tx.PutPerson(hal()), tx.PutPerson(ida), tx.Record(ledger.Thawed, ledger.DecisionBody{Reason: both}))
	})
	first, second := b.erase(hal()), b.erase(ida)
	if first.Name == second.Name || len(first.Ties) != 1 || len(second.Ties) != 1 {
		t.Errorf("erased %+v and %+v", first, second)
	}
	b.sound()
	var texts []string
	_, err := b.store.Export(context.Background(), export.Range{}, func(e export.Entry) error {
		if e.Kind == ledger.Thawed {
			texts = append(texts, e.Ties["reason"])
		}
		return nil
	})
	b.no(err)
	if !slices.Equal(texts, []string{"erased person 1 and erased person 2 agreed"}) {
		t.Errorf("exported %q", texts)
	}
}

// Nobody changes unseen what an erasure left.
func TestErasuresVerify(t *testing.T) {
	b := told(t)
	b.everywhere(hal())
	b.erase(hal())
	for name, query := range map[string]string{
		"a name put in":               "UPDATE ledger_ties SET value = 'eve' WHERE value = 'erased person 1'",
		"a name bound by another":     "UPDATE ledger_erasures SET bound = (SELECT ref FROM ledger_ties WHERE value = 'ann' LIMIT 1)",
		"an erasure untold":           "INSERT INTO ledger_erasures (number, ref, bound) VALUES (2, 'a', 'b')",
		"an erasure told of too much": "INSERT INTO ledger_erasures (number, ref, bound) VALUES (1, 'a', 'b')",
		"an erasure forgotten":        "DELETE FROM ledger_erasures",
		"an erasure renumbered":       "UPDATE ledger_erasures SET number = 9",
		"an erasure of another tie":   "UPDATE ledger_erasures SET ref = ref || 'x'",
	} {
		if faults := b.tampered(query); len(faults) == 0 {
			t.Errorf("%s: nothing found", name)
		}
	}
	b.sound()
}

// An erasure whose cleaning was cut short is finished at the next start.
func TestCleaningIsMadeUpFor(t *testing.T) {
	b := told(t)
	b.everywhere(hal())
	b.erase(hal())
	reader, err := b.store.read.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	b.no(err)
	var n int
	b.no(row(context.Background(), reader, "SELECT count(*) FROM people", nil, &n))
	b.raw("UPDATE people SET created_at = created_at + 1") // so that the reader holds on to an older state
	if err := b.store.Clean(context.Background()); err == nil || !strings.Contains(err.Error(), "reads an older state") {
		t.Errorf("cleaned beside a reader: %v", err)
	}
	b.no(reader.Rollback())
	b.close()
	b.reopen()
	if traces := b.traces(); len(traces) > 0 {
		t.Errorf("left: %v", traces)
	}
	b.sound()
}

// Every column that is named like one of people is known to the erasure.
func TestNamesAreKnown(t *testing.T) {
	b := setup(t)
	known := append(nameColumns(), accountColumns()...)
	known = append(known, column{"failed_sign_ins", "account"}, column{"channel_checks", "account"}, // a hash; a network's
		column{"people", "name"}, column{"people", "full_name"}, column{"people", "email"})
	b.no(scan(context.Background(), b.store.read, func(rows *sql.Rows) error {
		var c column
		err := rows.Scan(&c.table, &c.name)
		if !slices.Contains(known, c) {
			t.Errorf("%s.%s may hold a person's name: list it in erase.go, or here", c.table, c.name)
		}
		return err
	}, `SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.type = 'TEXT'
		AND (c.name IN ('by', 'person', 'owner', 'editor', 'author', 'account', 'user', 'full_name', 'email') OR c.name LIKE '%\_by' ESCAPE '\' OR t.name = 'people' AND c.name = 'name')`))
}
