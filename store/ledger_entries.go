package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"clarion/export"
	"clarion/ledger"
)

// entryReader hands out a writer's entries link by link.
type entryReader struct {
	audit  *audit
	writer ledgerWriter
	rows   *sql.Rows
	ahead  *ledger.Entry
}

// take gives every entry up to the end of a link.
func (r *entryReader) take(link ledger.Link) ([]ledger.Entry, error) {
	if r.rows == nil {
		rows, err := r.audit.tx.QueryContext(r.audit.ctx, "SELECT seq, at, kind, body FROM ledger_entries WHERE writer_id = ? ORDER BY seq", r.writer.id) //nolint:rowserrcheck // next does
		if err != nil {
			return nil, err
		}
		r.rows = rows
	}
	end := link.First + int64(link.Count)
	var taken []ledger.Entry
	for {
		e, err := r.next()
		if err != nil || e == nil {
			return taken, err
		}
		if e.Seq >= end {
			r.ahead = e
			return taken, nil
		}
		taken = append(taken, *e)
	}
}

func (r *entryReader) next() (*ledger.Entry, error) {
	if e := r.ahead; e != nil {
		r.ahead = nil
		return e, nil
	}
	if !r.rows.Next() {
		return nil, r.rows.Err()
	}
	return scanEntry(r.rows)
}

func scanEntry(rows *sql.Rows) (*ledger.Entry, error) {
	var e ledger.Entry
	var when int64
	var body string
	if err := rows.Scan(&e.Seq, &when, &e.Kind, &body); err != nil {
		return nil, err
	}
	e.At, e.Body = time.UnixMilli(when).UTC(), json.RawMessage(body)
	return &e, nil
}

func (r *entryReader) close() {
	if r.rows != nil {
		_ = r.rows.Close()
	}
}

// Export hands out the entries of a range, oldest first, and gives the heads of
// the chains at the same instant.
func (s *Store) Export(ctx context.Context, within export.Range, hand func(export.Entry) error) ([]ledger.Head, error) {
	snapshot, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("export the ledger: %w", err)
	}
	defer func() { _ = snapshot.Rollback() }()
	all, err := writers(ctx, snapshot)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if err := exportChain(ctx, snapshot, w, within, hand); err != nil {
			return nil, fmt.Errorf("export the ledger of %s: %w", w.name, err)
		}
	}
	return heads(ctx, snapshot)
}

func exportChain(ctx context.Context, q querier, w ledgerWriter, within export.Range, hand func(export.Entry) error) error {
	until := int64(math.MaxInt64)
	if !within.Until.IsZero() {
		until = ms(within.Until)
	}
	return scan(ctx, q, func(rows *sql.Rows) error {
		e, err := scanEntry(rows)
		if err != nil {
			return err
		}
		ties, err := tiesIn(ctx, q, e.Body)
		if err != nil {
			return err
		}
		return hand(export.Entry{Writer: w.name, Seq: e.Seq, At: e.At, Kind: e.Kind, Body: e.Body, Hash: e.Hash().String(), Ties: ties})
	}, `SELECT seq, at, kind, body FROM ledger_entries WHERE writer_id = ? AND at >= ? AND at < ?
		AND (?4 = '' OR CASE WHEN json_valid(body) THEN ?4 IN (body ->> 'message', body ->> 'corrects', body ->> 'withdraws') END) ORDER BY seq`, w.id, ms(within.Since), until, within.Message)
}

// tiesIn resolves the references that stand as strings at the top of a body.
func tiesIn(ctx context.Context, q querier, body json.RawMessage) (map[string]string, error) {
	ties := map[string]string{}
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var field, value string
		if err := rows.Scan(&field, &value); err != nil {
			return err
		}
		ties[field] = value
		return nil
	}, "SELECT j.key, t.value FROM json_each(?) j JOIN ledger_ties t ON t.ref = j.value WHERE j.type = 'text'", string(body))
	return ties, err
}
