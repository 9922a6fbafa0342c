package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// chained is an entry that the transaction's link will cover.
type chained struct {
	seq  int64
	kind ledger.Kind
	body string
	hash ledger.Hash
}

// record adds an entry to the link that ends the transaction, and gives its
// seq.
func (t *Tx) record(kind ledger.Kind, body any) (int64, error) {
	seq := t.nextSeq()
	b, err := t.bodyOf(body)
	if err != nil {
		return 0, fmt.Errorf("record %s: %w", kind, err)
	}
	hash := ledger.Entry{Seq: seq, At: t.now, Kind: kind, Body: b}.Hash()
	t.entries = append(t.entries, chained{seq, kind, string(b), hash})
	return seq, nil
}

// bodyOf gives the JSON of a body, to be used before the next.
func (t *Tx) bodyOf(body any) ([]byte, error) {
	a, ok := body.(ledger.Appender)
	if !ok {
		return json.Marshal(body)
	}
	t.body = a.AppendJSON(t.body[:0])
	return t.body, nil
}

// nextSeq is the seq of the next entry.
func (t *Tx) nextSeq() int64 {
	return t.store.tail.First + int64(t.store.tail.Count) + int64(len(t.entries))
}

// chain writes the transaction's entries and their link, and gives the new
// tail.
func (t *Tx) chain() (ledger.Link, error) {
	if len(t.entries) == 0 {
		return t.store.tail, nil
	}
	hashes := make([]ledger.Hash, len(t.entries))
	values := make([]any, 0, 5*len(t.entries))
	var writer, at any = t.store.writerID, ms(t.now)
	for i, e := range t.entries {
		hashes[i] = e.hash
		values = append(values, writer, e.seq, at, string(e.kind), e.body)
	}
	if err := t.insertAll("ledger_entries (writer_id, seq, at, kind, body)", 5, values); err != nil {
		return ledger.Link{}, fmt.Errorf("write ledger entries: %w", err)
	}
	link := ledger.NewLink(t.store.tail, t.now, hashes)
	err := t.do(`INSERT INTO ledger_links (writer_id, number, at, first, count, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		t.store.writerID, link.Number, ms(link.At), link.First, link.Count, link.Prev[:], link.Hash[:])
	if err != nil {
		return ledger.Link{}, fmt.Errorf("write ledger link: %w", err)
	}
	return link, nil
}

// Record adds a decision to the ledger.
func (t *Tx) Record(kind ledger.Kind, body any) error {
	_, err := t.record(kind, body)
	return err
}

// Tie stores a value that may have to be erased and gives the reference that
// goes into the chain. An empty value has none.
func (t *Tx) Tie(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	tie := ledger.NewTie(value)
	_, err := t.exec("INSERT INTO ledger_ties (ref, salt, value) VALUES (?, ?, ?)", tie.Ref, tie.Salt, tie.Value)
	if err != nil {
		return "", fmt.Errorf("tie a value to the ledger: %w", err)
	}
	return tie.Ref, nil
}

// openLedger finds this database's current writer and its tail, or starts a
// chain.
func (s *Store) openLedger(ctx context.Context, now time.Time) error {
	var writer string
	err := row(ctx, s.read, "SELECT id, writer FROM ledger_writers ORDER BY id DESC LIMIT 1", nil, &s.writerID, &writer)
	if errors.Is(err, ErrNotFound) {
		return s.startChain(ctx, now, nil, func(*Tx) error { return nil })
	}
	if err != nil {
		return err
	}
	s.tail = ledger.Origin(writer)
	link, err := lastLink(ctx, s.read, s.writerID, writer)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	s.tail = link
	return err
}

// opening is the body of a chain's first entry.
type opening struct {
	Writer string        `json:"writer"`
	Before []ledger.Head `json:"before"`
}

// startChain opens a new writer's chain with a change that is its first. Its
// first entry holds the heads of the chains before it, so that they stay tied
// together.
func (s *Store) startChain(ctx context.Context, now time.Time, before []ledger.Head, change func(*Tx) error) error {
	writer := message.NewID("w")
	id, tail := s.writerID+1, s.tail
	s.writerID, s.tail = id, ledger.Origin(writer)
	err := s.update(ctx, now, func(t *Tx) error {
		if _, err := t.exec("INSERT INTO ledger_writers (id, writer) VALUES (?, ?)", id, writer); err != nil {
			return err
		}
		if _, err := t.record(ledger.Opened, opening{Writer: writer, Before: before}); err != nil {
			return err
		}
		return change(t)
	})
	if err != nil {
		s.writerID, s.tail = id-1, tail
		return fmt.Errorf("start a ledger chain: %w", err)
	}
	return nil
}

var errHashLength = errors.New("a hash has the wrong length")

const linkColumns = "number, at, first, count, prev, hash"

func lastLink(ctx context.Context, q querier, writerID int64, writer string) (ledger.Link, error) {
	found := false
	link := ledger.Link{Writer: writer}
	err := scan(ctx, q, func(rows *sql.Rows) error {
		found = true
		return scanLink(rows, &link)
	}, "SELECT "+linkColumns+" FROM ledger_links WHERE writer_id = ? ORDER BY number DESC LIMIT 1", writerID)
	if err == nil && !found {
		return link, ErrNotFound
	}
	return link, err
}

func scanLink(rows *sql.Rows, l *ledger.Link) error {
	var when int64
	var prev, hash []byte
	if err := rows.Scan(&l.Number, &when, &l.First, &l.Count, &prev, &hash); err != nil {
		return err
	}
	l.At = time.UnixMilli(when).UTC()
	if len(prev) != len(l.Prev) || len(hash) != len(l.Hash) {
		return fmt.Errorf("link %d: %w", l.Number, errHashLength)
	}
	copy(l.Prev[:], prev)
	copy(l.Hash[:], hash)
	return nil
}

// Heads gives the head of every chain, oldest first.
func (s *Store) Heads(ctx context.Context) ([]ledger.Head, error) {
	return heads(ctx, s.read)
}

func heads(ctx context.Context, q querier) ([]ledger.Head, error) {
	all, err := writers(ctx, q)
	if err != nil {
		return nil, err
	}
	var heads []ledger.Head
	for _, w := range all {
		link, err := lastLink(ctx, q, w.id, w.name)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the ledger's head: %w", err)
		}
		heads = append(heads, ledger.HeadOf(link))
	}
	return heads, nil
}

type ledgerWriter struct {
	id   int64
	name string
}

func writers(ctx context.Context, q querier) ([]ledgerWriter, error) {
	var all []ledgerWriter
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var w ledgerWriter
		all = append(all, w)
		return rows.Scan(&all[len(all)-1].id, &all[len(all)-1].name)
	}, "SELECT id, writer FROM ledger_writers ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("read the ledger's writers: %w", err)
	}
	return all, nil
}
