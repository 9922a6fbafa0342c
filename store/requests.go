package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"clarion/ledger"
)

// ErrRequestTaken says that a request was carried out by somebody else
// meanwhile.
var ErrRequestTaken = errors.New("a request with this key was carried out meanwhile")

// Request is one that must take effect once.
type Request struct {
	ID    []byte // hash of who asks and their key
	Print []byte // keyed hash of what is asked
}

// Earlier is what is known of a request that came before.
type Earlier struct {
	Print   []byte
	At      time.Time
	Entries []ledger.Entry // what it recorded; none if it was refused
	Answer  []byte         // sealed; nil if the process ended before it was known
}

type requestKey struct{}

// pending is a request under way.
type pending struct {
	Request
	taken bool // its act is committed
}

// Under gives a context in which the first transaction that records something
// also records that the request was carried out. Both are durable or neither is.
func Under(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, &pending{Request: r})
}

// takeRequest marks the request that the transaction is the act of.
func (t *Tx) takeRequest() error {
	if len(t.entries) == 0 {
		return nil
	}
	r, ok := t.ctx.Value(requestKey{}).(*pending)
	if !ok || r.taken {
		return nil
	}
	n, err := t.exec("INSERT INTO idempotency_keys (id, print, at, writer_id, first, count) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		r.ID, r.Print, ms(t.now), t.store.writerID, t.entries[0].seq, len(t.entries))
	if err != nil {
		return fmt.Errorf("record a request: %w", err)
	}
	if n == 0 {
		return ErrRequestTaken
	}
	t.request = r
	return nil
}

// tookRequest notes that the act is committed.
func (t *Tx) tookRequest() {
	if t.request != nil {
		t.request.taken = true
	}
}

// EarlierRequest finds a request by its ID; false if it is not known.
func (s *Store) EarlierRequest(ctx context.Context, id []byte) (Earlier, bool, error) {
	var e Earlier
	var when, writer, first int64
	var count int
	err := row(ctx, s.read, "SELECT print, at, writer_id, first, count, answer FROM idempotency_keys WHERE id = ?", []any{id},
		&e.Print, &when, &writer, &first, &count, &e.Answer)
	if errors.Is(err, ErrNotFound) {
		return e, false, nil
	}
	e.At = at(when)
	if err == nil && e.Answer == nil {
		e.Entries, err = ledgerEntries(ctx, s.read, writer, first, count)
	}
	if err != nil {
		return e, false, fmt.Errorf("look for a request: %w", err)
	}
	return e, true, nil
}

// ledgerEntries reads some entries of a writer in their order.
func ledgerEntries(ctx context.Context, q querier, writer, first int64, count int) ([]ledger.Entry, error) {
	var all []ledger.Entry
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var e ledger.Entry
		var when int64
		var body string
		err := rows.Scan(&e.Seq, &when, &e.Kind, &body)
		e.At, e.Body = at(when), []byte(body)
		all = append(all, e)
		return err
	}, "SELECT seq, at, kind, body FROM ledger_entries WHERE writer_id = ? AND seq >= ? ORDER BY seq LIMIT ?", writer, first, count)
	return all, err
}

// AnswerRequest stores a request's sealed answer.
func (s *Store) AnswerRequest(ctx context.Context, r Request, answer []byte, now time.Time) error {
	err := s.update(ctx, now, func(t *Tx) error {
		_, err := t.exec("INSERT INTO idempotency_keys (id, print, at, answer) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET answer = excluded.answer",
			r.ID, r.Print, ms(now), answer)
		return err
	})
	if err != nil {
		return fmt.Errorf("store the answer to a request: %w", err)
	}
	return nil
}

// droppedAtOnce bounds how many old requests one transaction drops.
const droppedAtOnce = 500

// DropRequests forgets requests from before an instant, in short transactions,
// and gives how many there were.
func (s *Store) DropRequests(ctx context.Context, before, now time.Time) (int64, error) {
	for total := int64(0); ; {
		var n int64
		err := s.update(ctx, now, func(t *Tx) (err error) {
			n, err = t.exec("DELETE FROM idempotency_keys WHERE rowid IN (SELECT rowid FROM idempotency_keys WHERE at < ? ORDER BY at LIMIT ?)", ms(before), droppedAtOnce)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("drop old requests: %w", err)
		}
		if total += n; n < droppedAtOnce {
			return total, nil
		}
	}
}
