package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"clarion/ledger"
)

// Verification is the answer of a ledger verification.
type Verification struct {
	Entries int64
	Links   int64
	Heads   []ledger.Head
	Faults  []string // empty when everything holds
}

// VerifyFile checks the ledger of a data folder without opening it for
// writing, so that it works with the daemon up or down.
func VerifyFile(ctx context.Context, dir string, exported []ledger.Head) (Verification, error) {
	db := openReader(filepath.Join(dir, fileName))
	v, err := verify(ctx, db, exported)
	return v, errors.Join(err, db.Close())
}

// Verify checks every chain of the ledger, what its entries cover, and that
// each exported head is one that the chain passed through.
func (s *Store) Verify(ctx context.Context, exported []ledger.Head) (Verification, error) {
	return verify(ctx, s.read, exported)
}

func verify(ctx context.Context, db *sql.DB, exported []ledger.Head) (Verification, error) {
	snapshot, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Verification{}, fmt.Errorf("read the ledger: %w", err)
	}
	defer func() { _ = snapshot.Rollback() }()
	writers, err := writers(ctx, snapshot)
	if err != nil {
		return Verification{}, err
	}
	audit := &audit{ctx: ctx, tx: snapshot, exported: slices.Clone(exported)}
	if err := audit.all(writers); err != nil {
		return Verification{}, fmt.Errorf("read the ledger: %w", err)
	}
	return audit.result, nil
}

func (a *audit) all(writers []ledgerWriter) error {
	if err := a.expectBefore(); err != nil {
		return err
	}
	for _, w := range writers {
		if err := a.chain(w); err != nil {
			return err
		}
	}
	a.missingHeads()
	return errors.Join(a.strays(), a.uncovered(), a.ties(), a.erasures())
}

// expectBefore adds the heads that later chains hold of the chains before
// them to those that must be reached.
func (a *audit) expectBefore() error {
	return scan(a.ctx, a.tx, func(rows *sql.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var first opening
		if err := json.Unmarshal([]byte(body), &first); err == nil { // if not, its chain does not hold
			a.exported = append(a.exported, first.Before...)
		}
		return nil
	}, "SELECT body FROM ledger_entries WHERE seq = 1 AND kind = ?", ledger.Opened)
}

// audit follows the chains of one snapshot. It stops at a chain's first fault,
// since nothing after it can be trusted.
type audit struct {
	ctx      context.Context
	tx       querier
	exported []ledger.Head
	passed   map[ledger.Head]bool
	result   Verification
}

func (a *audit) fault(format string, args ...any) {
	a.result.Faults = append(a.result.Faults, fmt.Sprintf(format, args...))
}

func (a *audit) chain(w ledgerWriter) error {
	verifier := ledger.NewVerifier(w.name)
	entries := &entryReader{audit: a, writer: w}
	defer entries.close()
	var broken bool
	err := scan(a.ctx, a.tx, func(rows *sql.Rows) error {
		if broken {
			return nil
		}
		link := ledger.Link{Writer: w.name}
		switch err := scanLink(rows, &link); {
		case errors.Is(err, errHashLength):
			broken = true
			a.fault("%v of %s", err, w.name)
			return nil
		case err != nil:
			return err
		}
		covered, err := entries.take(link)
		if err != nil {
			return err
		}
		if err := verifier.Next(link, covered); err != nil {
			broken = true
			a.fault("%v", err)
			return nil
		}
		a.pass(link, covered)
		return a.covered(w, covered)
	}, "SELECT "+linkColumns+" FROM ledger_links WHERE writer_id = ? ORDER BY number", w.id)
	if err != nil {
		return err
	}
	if !broken {
		a.result.Heads = append(a.result.Heads, verifier.Head())
		return a.tail(w, verifier.Head())
	}
	return nil
}

func (a *audit) pass(link ledger.Link, covered []ledger.Entry) {
	a.result.Links++
	a.result.Entries += int64(len(covered))
	head := ledger.HeadOf(link)
	for _, e := range a.exported {
		if e.Writer == head.Writer && e.Number == head.Number {
			if a.passed == nil {
				a.passed = map[ledger.Head]bool{}
			}
			a.passed[e] = true
			if e.Hash != head.Hash {
				a.fault("link %d of %s is not the one whose head was exported at %s", e.Number, e.Writer, e.At.Format(time.RFC3339))
			}
		}
	}
}

// missingHeads reports exported heads that no chain reached.
func (a *audit) missingHeads() {
	for _, e := range a.exported {
		if !a.passed[e] {
			a.fault("the chain of %s does not reach link %d, whose head was exported at %s: its tail was cut", e.Writer, e.Number, e.At.Format(time.RFC3339))
		}
	}
}

// tail reports entries behind the last link.
func (a *audit) tail(w ledgerWriter, head ledger.Head) error {
	var n int64
	err := row(a.ctx, a.tx, `SELECT count(*) FROM ledger_entries WHERE writer_id = ?1 AND seq >= coalesce(
		(SELECT first + count FROM ledger_links WHERE writer_id = ?1 AND number = ?2), seq)`, []any{w.id, head.Number}, &n)
	if err == nil && n > 0 {
		a.fault("%d entries of %s stand behind its last link %d: they were inserted", n, w.name, head.Number)
	}
	return err
}

// strays reports rows that belong to no known writer.
func (a *audit) strays() error {
	var n int64
	err := row(a.ctx, a.tx, `SELECT (SELECT count(*) FROM ledger_entries WHERE writer_id NOT IN (SELECT id FROM ledger_writers))
		+ (SELECT count(*) FROM ledger_links WHERE writer_id NOT IN (SELECT id FROM ledger_writers))`, nil, &n)
	if err == nil && n > 0 {
		a.fault("%d rows of the ledger belong to no writer", n)
	}
	return err
}

// uncovered reports settled attempts at recipients that no entry stands for.
func (a *audit) uncovered() error {
	var n int64
	err := row(a.ctx, a.tx, `SELECT count(*) FROM attempts a WHERE a.recipient_id > 0 AND a.closed_at <> 0 AND NOT EXISTS (
		SELECT 1 FROM ledger_entries e WHERE e.writer_id = a.writer_id AND e.seq = a.entry AND e.kind = ?)`, []any{ledger.SendRecipients}, &n)
	if err == nil && n > 0 {
		a.fault("%d attempts at recipients are covered by no entry: they were inserted or changed", n)
	}
	return err
}

// covered checks the attempts that entries about recipients stand for.
func (a *audit) covered(w ledgerWriter, entries []ledger.Entry) error {
	for _, e := range entries {
		if e.Kind != ledger.SendRecipients {
			continue
		}
		var body ledger.RecipientsBody
		if err := json.Unmarshal(e.Body, &body); err != nil {
			a.fault("entry %d of %s cannot be read: %v", e.Seq, w.name, err)
			continue
		}
		root, n, err := attemptsRoot(a.ctx, a.tx, w.id, e.Seq)
		if err != nil {
			return err
		}
		if n != body.Attempts || root.String() != body.Root {
			a.fault("the attempts that entry %d of %s covers were changed", e.Seq, w.name)
		}
	}
	return nil
}

func attemptsRoot(ctx context.Context, q querier, writerID, seq int64) (ledger.Hash, int, error) {
	var root ledger.AttemptsRoot
	n := 0
	err := scan(ctx, q, func(rows *sql.Rows) error {
		n++
		var at ledger.Attempt
		err := rows.Scan(&at.ID, &at.Send, &at.Recipient, &at.Number, &at.OpenedAt, &at.ClosedAt, &at.Outcome, &at.Class, &at.RemoteID)
		root.Add(at)
		return err
	}, `SELECT id, send_id, recipient_id, number, opened_at, closed_at, outcome, class, remote_id
		FROM attempts WHERE writer_id = ? AND entry = ? AND entry > 0 AND recipient_id > 0 ORDER BY id`, writerID, seq)
	return root.Sum(), n, err
}
