package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"clarion/hooks"
)

// News tells that the ledger has got longer. It is for one listener; several
// changes may come as one.
func (s *Store) News() <-chan struct{} { return s.news }

func (s *Store) tellNews() {
	select {
	case s.news <- struct{}{}:
	default: // it has not been listened to yet
	}
}

// Entries e are read with what an event says besides.
const (
	toldColumns = `e.writer_id, w.writer, e.seq, e.at, e.kind, e.body,
	coalesce(m.department, ''), coalesce(m.title, ''), coalesce(s.addressed, 0), coalesce(s.due_at, 0) `
	toldJoins = `JOIN ledger_writers w ON w.id = e.writer_id
	LEFT JOIN messages m ON m.id = CASE WHEN json_valid(e.body) THEN e.body ->> 'message' END
	LEFT JOIN sends s ON s.id = CASE WHEN json_valid(e.body) THEN e.body ->> 'send' END `

	toldNext = "SELECT " + toldColumns + "FROM ledger_entries e " + toldJoins + `
	WHERE (e.writer_id, e.seq) > (?1, ?2) AND (e.writer_id, e.seq) <= (?3, ?4) AND e.kind IN (SELECT value FROM json_each(?5))
	ORDER BY e.writer_id, e.seq LIMIT ?6`
	toldAgain = "SELECT " + toldColumns + `, d.id, d.event, d.type, d.attempts, d.first_at FROM (
		SELECT * FROM hook_deliveries WHERE hook = ?1 AND state = 'waiting' AND next_at <= ?2 ORDER BY next_at LIMIT ?3) d
	JOIN ledger_entries e ON e.writer_id = d.writer_id AND e.seq = d.seq ` + toldJoins + "ORDER BY d.next_at"
)

func scanHookEntry(rows *sql.Rows, more ...any) (hooks.Entry, error) {
	var e hooks.Entry
	var when, due int64
	var body string
	err := rows.Scan(append([]any{
		&e.Place.Writer, &e.Writer, &e.Seq, &when, &e.Kind, &body, &e.Department, &e.Title, &e.Addressed, &due,
	}, more...)...)
	e.Place.Seq, e.At, e.Body, e.Due = e.Seq, time.UnixMilli(when).UTC(), []byte(body), at(due)
	return e, err
}

// HookEntries gives entries behind a hook's place that may be events of its, and
// the place up to which there are no others.
func (s *Store) HookEntries(ctx context.Context, h hooks.Hook, limit int) ([]hooks.Entry, hooks.Place, error) {
	end := h.Place
	err := row(ctx, s.read, "SELECT writer_id, seq FROM ledger_entries ORDER BY writer_id DESC, seq DESC LIMIT 1", nil, &end.Writer, &end.Seq)
	if err != nil {
		return nil, h.Place, fmt.Errorf("read the ledger's end: %w", err)
	}
	var all []hooks.Entry
	err = scan(ctx, s.read, func(rows *sql.Rows) error {
		e, err := scanHookEntry(rows)
		all = append(all, e)
		return err
	}, toldNext, h.Place.Writer, h.Place.Seq, end.Writer, end.Seq, list(h.Kinds()), limit)
	if err != nil {
		return nil, h.Place, fmt.Errorf("read what the hook %s is to be told: %w", h.Name, err)
	}
	if len(all) == limit {
		end = all[limit-1].Place
	}
	return all, end, nil
}

// HookDue gives what a hook is to be told again at an instant, the longest due
// first.
func (s *Store) HookDue(ctx context.Context, name string, now time.Time, limit int) ([]hooks.Due, error) {
	var all []hooks.Due
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		d := hooks.Delivery{Hook: name, State: hooks.Waiting}
		var first int64
		e, err := scanHookEntry(rows, &d.ID, &d.Event, &d.Type, &d.Attempts, &first)
		d.Place, d.At, d.FirstAt = e.Place, e.At, at(first)
		all = append(all, hooks.Due{Entry: e, Delivery: d})
		return err
	}, toldAgain, name, ms(now), limit)
	if err != nil {
		return nil, fmt.Errorf("read what the hook %s is to be told again: %w", name, err)
	}
	return all, nil
}

// HookWaiting counts what waits to be told again, and gives the instant of the
// next; zero if nothing waits.
func (s *Store) HookWaiting(ctx context.Context, name string) (n int, next time.Time, err error) {
	var first int64
	err = row(ctx, s.read, "SELECT count(*), coalesce(min(next_at), 0) FROM hook_deliveries WHERE hook = ? AND state = 'waiting'", []any{name}, &n, &first)
	if err != nil {
		err = fmt.Errorf("count what the hook %s waits for: %w", name, err)
	}
	return n, at(first), err
}

// SettleHook stores what became of deliveries together with the place from which
// the hook goes on. A hook that was wound back meanwhile stays there.
func (s *Store) SettleHook(ctx context.Context, h hooks.Hook, all []hooks.Delivery, to hooks.Place, now time.Time) error {
	err := s.update(ctx, now, func(t *Tx) error {
		for _, d := range all {
			if err := t.putDelivery(h.Name, d); err != nil {
				return err
			}
		}
		_, err := t.exec("UPDATE hooks SET writer_id = ?, seq = ? WHERE name = ? AND writer_id = ? AND seq = ?", to.Writer, to.Seq, h.Name, h.Place.Writer, h.Place.Seq)
		return err
	})
	if err != nil {
		return fmt.Errorf("store what the hook %s was told: %w", h.Name, err)
	}
	return nil
}

// putDelivery stores a delivery of a hook that is still there. One to a hook
// that was disabled meanwhile does not wait.
func (t *Tx) putDelivery(hook string, d hooks.Delivery) error {
	_, err := t.exec(`INSERT INTO hook_deliveries (hook, writer_id, seq, event, type, at, state, attempts, status, says, took, first_at, last_at, next_at)
		SELECT name, ?2, ?3, ?4, ?5, ?6, CASE WHEN disabled_at > 0 AND ?7 = 'waiting' THEN 'failed' ELSE ?7 END, ?8, ?9, ?10, ?11, ?12, ?13,
			CASE WHEN disabled_at > 0 THEN 0 ELSE ?14 END FROM hooks WHERE name = ?1
		ON CONFLICT (hook, writer_id, seq) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, status = excluded.status,
			says = excluded.says, took = excluded.took, first_at = excluded.first_at, last_at = excluded.last_at, next_at = excluded.next_at`,
		hook, d.Place.Writer, d.Place.Seq, d.Event, string(d.Type), ms(d.At), string(d.State), d.Attempts, d.Status, d.Says, d.Took.Milliseconds(),
		ms(d.FirstAt), ms(d.LastAt), ms(d.NextAt))
	return err
}

// HookAnswered reports whether a hook took any event since an instant.
func (s *Store) HookAnswered(ctx context.Context, name string, since time.Time) (bool, error) {
	var n int
	err := row(ctx, s.read, "SELECT EXISTS (SELECT 1 FROM hook_deliveries WHERE hook = ? AND state = 'delivered' AND last_at >= ?)", []any{name, ms(since)}, &n)
	if err != nil {
		err = fmt.Errorf("read whether the hook %s answers: %w", name, err)
	}
	return n > 0, err
}

// DeliveryFilter narrows a list of deliveries.
type DeliveryFilter struct {
	State  hooks.State // empty: any
	Before int64       // id; 0: from the newest
	Limit  int
}

// Deliveries lists what a hook was told, what was begun last first.
func (s *Store) Deliveries(ctx context.Context, hook string, f DeliveryFilter) ([]hooks.Delivery, error) {
	var all []hooks.Delivery
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		d := hooks.Delivery{Hook: hook}
		var when, took, first, last, next int64
		err := rows.Scan(&d.ID, &d.Place.Writer, &d.Place.Seq, &d.Event, &d.Type, &when, &d.State, &d.Attempts, &d.Status, &d.Says, &took, &first, &last, &next)
		d.At, d.Took, d.FirstAt, d.LastAt, d.NextAt = at(when), time.Duration(took)*time.Millisecond, at(first), at(last), at(next)
		all = append(all, d)
		return err
	}, `SELECT id, writer_id, seq, event, type, at, state, attempts, status, says, took, first_at, last_at, next_at FROM hook_deliveries
		WHERE hook = ?1 AND (?2 = '' OR state = ?2) AND (?3 = 0 OR id < ?3) ORDER BY id DESC LIMIT ?4`, hook, string(f.State), f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("read what the hook %s was told: %w", hook, err)
	}
	return all, nil
}

// prunedAtOnce bounds how many deliveries one transaction forgets.
const prunedAtOnce = 2_000

// PruneDeliveries forgets deliveries that are over and whose last attempt was
// before an instant, and reports whether more are left to forget. Secrets that
// sign no more are forgotten too.
func (s *Store) PruneDeliveries(ctx context.Context, before, now time.Time) (more bool, err error) {
	err = s.update(ctx, now, func(t *Tx) error {
		n, err := t.exec(`DELETE FROM hook_deliveries WHERE id IN (SELECT id FROM hook_deliveries
			WHERE last_at < ? AND state <> 'waiting' ORDER BY last_at LIMIT ?)`, ms(before), prunedAtOnce)
		more = n == prunedAtOnce
		if err == nil {
			_, err = t.exec("UPDATE hooks SET old_secret = '', old_until = 0 WHERE old_until > 0 AND old_until <= ?", ms(now))
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("forget old deliveries: %w", err)
	}
	return more, nil
}
