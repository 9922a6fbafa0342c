package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// Restore makes a data folder's database and assets from a backup. The caller
// holds the folder's lock. What comes back sends nothing until two people
// release it. On any error the folder is left as it was.
func Restore(ctx context.Context, dir string, r io.Reader) (m Manifest, err error) {
	if err := mustBeVacant(dir); err != nil {
		return Manifest{}, err
	}
	stage, err := os.MkdirTemp(dir, restorePrefix)
	if err != nil {
		return Manifest{}, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if m, err = unpack(ctx, stage, r); err != nil {
		return Manifest{}, fmt.Errorf("restore: %w", err)
	}
	if err := restored(ctx, stage, time.Now()); err != nil {
		return Manifest{}, fmt.Errorf("restore: %w", err)
	}
	if err := install(stage, dir, m); err != nil {
		return Manifest{}, fmt.Errorf("restore: %w", err)
	}
	return m, nil
}

// mustBeVacant refuses a folder that holds a database, or the journal of one.
func mustBeVacant(dir string) error {
	for _, name := range []string{fileName, fileName + "-wal", fileName + "-shm"} {
		_, err := os.Lstat(filepath.Join(dir, name))
		if err == nil {
			return fmt.Errorf("restore: %s already holds %s; move %s* away and try again", dir, name, fileName)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("restore: %w", err)
		}
	}
	return nil
}

// restored marks an unpacked database as restored, in one transaction that
// opens a new chain: the same backup restored twice gives two writers, and
// never two continuations of one.
func restored(ctx context.Context, dir string, now time.Time) error {
	s, err := Open(ctx, dir)
	if err != nil {
		return err
	}
	heads, err := s.Heads(ctx)
	if err == nil {
		err = s.startChain(ctx, now, heads, (*Tx).markRestored)
	}
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	// Only the database itself is moved, so its journal must be folded into it.
	if _, err := os.Lstat(filepath.Join(dir, fileName+"-wal")); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(errors.New("the database's journal was not folded into it"), err)
	}
	return nil
}

// markRestored sees to it that nothing leaves before two people release it, and
// that no system is told of what happens to a copy.
// What was under way becomes unknown, as after a crash.
func (t *Tx) markRestored() error {
	if _, err := t.recover(); err != nil {
		return fmt.Errorf("recover what was under way: %w", err)
	}
	if err := t.cancelRehearsals(); err != nil {
		return fmt.Errorf("cancel rehearsals: %w", err)
	}
	held, err := t.holdRestored()
	if err != nil {
		return fmt.Errorf("hold what was approved: %w", err)
	}
	// A first of two decisions was made about another state of things.
	if _, err := t.exec("DELETE FROM countersigns"); err != nil {
		return fmt.Errorf("forget first decisions: %w", err)
	}
	if err := t.forgetSignIns(); err != nil {
		return fmt.Errorf("end what was signed in: %w", err)
	}
	if err := t.disableHooks("the database was restored"); err != nil {
		return err
	}
	return t.Record(ledger.Restored, ledger.DecisionBody{Act: "restore", Count: int(held)})
}

// forgetSignIns ends every session, and takes away the links by which passwords
// are chosen: a backup may have been in other hands, and whoever signed out, or
// chose a password, since it was made did so for good. Tokens stay: systems have
// them, and their owners revoke them by name.
func (t *Tx) forgetSignIns() error {
	for _, table := range []string{"sessions", "resets"} {
		if _, err := t.exec("DELETE FROM " + table); err != nil {
			return err
		}
	}
	return nil
}

// holdRestored holds every message that may go and every send that could ever
// leave again, whatever it was held for. Only what nobody can release stays
// as it is. It gives how many sends those were.
func (t *Tx) holdRestored() (int64, error) {
	_, err := t.exec("UPDATE messages SET state = 'held', hold = ?1, hold_by = '' WHERE state = 'approved' OR state = 'held' AND hold <> ?2",
		message.HoldRestored, message.HoldBytesChanged)
	if err != nil {
		return 0, err
	}
	return t.exec(`UPDATE sends SET hold = ?1, state = CASE WHEN state IN ('planned', 'waiting') THEN 'held' ELSE state END
		WHERE run = 0 AND hold <> ?2 AND state IN ('planned', 'waiting', 'held', 'sending', 'failed', 'unknown')`,
		message.HoldRestored, message.HoldBytesChanged)
}

// cancelRehearsals ends rehearsals that wait: they belong to people who looked
// on when the backup was made.
func (t *Tx) cancelRehearsals() error {
	var all []int64
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		all = append(all, 0)
		return rows.Scan(&all[len(all)-1])
	}, "SELECT id FROM sends WHERE run > 0 AND addressed AND state IN ('planned', 'held', 'sending')")
	if err != nil {
		return err
	}
	for _, send := range all {
		if err := t.cancelRecipients(send); err != nil {
			return err
		}
	}
	_, err = t.exec(`UPDATE sends SET state = 'cancelled', hold = '', reason = 'the database was restored'
		WHERE run > 0 AND (state IN ('planned', 'waiting', 'held'))`)
	if err != nil {
		return err
	}
	return t.rollUpSending(all)
}
