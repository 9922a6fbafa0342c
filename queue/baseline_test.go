package queue_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver of the baseline
)

// batch is how many jobs the baseline takes at once.
const batch = 100

// baseline is what the engine is measured against: a plain queue of two tables
// with the same durability. Jobs are claimed in one commit and moved to done in
// another; the statements are prepared once.
type baseline struct {
	*testing.B
	conn *sql.Conn
	all  map[string]*sql.Stmt
}

func openBaseline(b *testing.B) *baseline {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "jobs.db")+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_cache_size=-32000")
	if err != nil {
		b.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = conn.Close(), db.Close() })
	q := &baseline{b, conn, map[string]*sql.Stmt{}}
	q.exec("CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, due_at INTEGER NOT NULL, claimed INTEGER NOT NULL, payload TEXT NOT NULL) STRICT")
	q.exec("CREATE INDEX jobs_due ON jobs (due_at) WHERE claimed = 0")
	q.exec("CREATE TABLE done (id INTEGER PRIMARY KEY, done_at INTEGER NOT NULL, payload TEXT NOT NULL) STRICT")
	return q
}

func (q *baseline) stmt(query string) *sql.Stmt {
	if s, ok := q.all[query]; ok {
		return s
	}
	s, err := q.conn.PrepareContext(context.Background(), query)
	if err != nil {
		q.Fatal(err)
	}
	q.all[query] = s
	return s
}

func (q *baseline) exec(query string, args ...any) {
	q.Helper()
	if _, err := q.stmt(query).Exec(args...); err != nil { //nolint:sqlclosecheck // kept for the life of the connection
		q.Fatal(err)
	}
}

func (q *baseline) fill(n int, due time.Time) {
	q.exec(`WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < ?)
		INSERT INTO jobs (due_at, claimed, payload) SELECT ?, 0, 'payload of a job that says about as much as a send does' FROM c`, n, due.UnixMilli())
}

// drain does n jobs that are due, and tells when each batch of them starts.
func (q *baseline) drain(n int, started func(jobs int)) {
	for done := 0; done < n; {
		ids := q.take()
		started(len(ids))
		q.exec("BEGIN IMMEDIATE")
		for _, id := range ids {
			q.exec("INSERT INTO done (id, done_at, payload) SELECT id, ?, payload FROM jobs WHERE id = ?", time.Now().UnixMilli(), id)
			q.exec("DELETE FROM jobs WHERE id = ?", id)
		}
		q.exec("COMMIT")
		done += len(ids)
	}
}

func (q *baseline) take() (ids []int64) {
	q.exec("BEGIN IMMEDIATE")
	rows, err := q.stmt( //nolint:sqlclosecheck // kept for the life of the connection
		`UPDATE jobs SET claimed = 1 WHERE id IN (
		SELECT id FROM jobs WHERE claimed = 0 AND due_at <= ? ORDER BY due_at LIMIT ?) RETURNING id, payload`).Query(time.Now().UnixMilli(), batch)
	if err != nil {
		q.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		var payload string
		if err := rows.Scan(&id, &payload); err != nil {
			q.Fatal(err)
		}
		ids = append(ids, id)
	}
	if rows.Err() != nil || len(ids) == 0 {
		q.Fatalf("took %d, %v", len(ids), rows.Err())
	}
	_ = rows.Close()
	q.exec("COMMIT")
	return ids
}
