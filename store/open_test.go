package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clarion/message"
)

func TestFolderLock(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv("CLARION_TEST_LOCK"); dir != "" { // the second process
		_, err := LockFolder(dir)
		if !errors.Is(err, ErrLocked) {
			t.Fatalf("a second process got %v", err)
		}
		return
	}
	dir := t.TempDir()
	lock, err := LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockFolder(dir); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second handle got %v", err)
	}
	second := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFolderLock$") // this test itself
	second.Env = append(os.Environ(), "CLARION_TEST_LOCK="+dir)
	if out, err := second.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := LockFolder(dir)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	b := setup(t)
	b.raw("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	b.close()
	_, err := Open(context.Background(), b.dir)
	if err == nil || !strings.Contains(err.Error(), "9999") || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("opened with %v", err)
	}
	db := openWriter(filepath.Join(b.dir, fileName))
	if _, err := db.Exec("DELETE FROM goose_db_version WHERE version_id = 9999"); err != nil {
		t.Error(err)
	}
	b.no(db.Close())
	b.reopen()
}

func TestBackupBeforeMigration(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	path := filepath.Join(b.dir, fileName)
	db := openWriter(path)
	b.no(backupBefore(context.Background(), db, path, 1))
	b.no(db.Close())
	found, err := filepath.Glob(filepath.Join(b.dir, "before-migration-1-*.db"))
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	info, err := os.Stat(found[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	copied := openReader(found[0])
	var title string
	b.no(row(context.Background(), copied, "SELECT title FROM messages WHERE id = ?", []any{id}, &title))
	b.no(copied.Close())
	if title != "Bridge opens" {
		t.Errorf("the backup has %q", title)
	}
}

func TestDatabaseIsPrivate(t *testing.T) {
	b := setup(t)
	for _, name := range []string{fileName, fileName + "-wal", fileName + "-shm"} {
		info, err := os.Stat(filepath.Join(b.dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
}

// The folder's name may hold whatever a path may hold.
func TestFolderWithOddName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a ?b#c%41&d=e\u00e9")
	b := openBundle(t, dir)
	defer b.close()
	b.approved(to("wire")...)
	b.sound()
	if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
		t.Error(err)
	}
}

func TestPublicPoolReadsPublicTablesOnly(t *testing.T) {
	b := setup(t)
	b.subscribers(1, "press")
	ctx := context.Background()
	tables := map[string]int{}
	b.pairs(tables, "SELECT name, 1 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if len(tables) < 15 {
		t.Fatalf("only %d tables", len(tables))
	}
	tables["sqlite_master"], tables["sqlite_schema"], tables["pragma_table_list"] = 1, 1, 1
	for table := range tables {
		for _, query := range []string{
			"SELECT * FROM " + table, "SELECT count(*) FROM " + table, "SELECT 1 FROM " + table,
			"SELECT slug FROM public_pages WHERE EXISTS (SELECT 1 FROM " + table + ")",
			"WITH x AS (SELECT * FROM " + table + ") SELECT count(*) FROM x",
		} {
			err := drainRows(ctx, b.store.public, query)
			if public := slices.Contains(publicTables(), table); (err == nil) != public {
				t.Errorf("%s: %v", query, err)
			}
		}
	}
	for _, query := range []string{
		"PRAGMA query_only = off", "PRAGMA table_info(messages)", "PRAGMA database_list", "PRAGMA journal_mode = DELETE",
		"ATTACH '" + filepath.Join(b.dir, fileName) + "' AS other", "ATTACH ':memory:' AS other", "DETACH main",
		"CREATE TABLE x (a)", "CREATE TEMP TABLE x (a)", "CREATE VIEW x AS SELECT 1", "DROP TABLE public_pages", "VACUUM", "VACUUM INTO '/tmp/x'",
		"DELETE FROM public_pages", "UPDATE public_pages SET slug = ''", "INSERT INTO public_audiences VALUES ('a', 'b', 'c')",
		"SELECT load_extension('x')", "REINDEX", "SELECT * FROM json_each('[1]')", "SELECT * FROM pragma_table_info('messages')",
	} {
		if err := drainRows(ctx, b.store.public, query); err == nil {
			t.Errorf("%s was allowed", query)
		}
	}
}

func TestReadPoolCannotWrite(t *testing.T) {
	b := setup(t)
	for _, query := range []string{
		"DELETE FROM audiences", "UPDATE audiences SET title = ''", "INSERT INTO freezes VALUES (1, 'a', 'b', 1)", "CREATE TABLE x (a)", "DROP TABLE audiences",
	} {
		if _, err := b.store.read.Exec(query); err == nil {
			t.Errorf("%s was allowed", query)
		}
		// The mode of the file holds, too, not the pragma alone.
		conn, err := b.store.read.Conn(context.Background())
		b.no(err)
		_, err = conn.ExecContext(context.Background(), "PRAGMA query_only = off")
		b.no(err)
		if _, err := conn.ExecContext(context.Background(), query); err == nil {
			t.Errorf("%s was allowed without query_only", query)
		}
		b.no(conn.Close())
	}
}

func drainRows(ctx context.Context, db *sql.DB, query string) error {
	return scan(ctx, db, func(*sql.Rows) error { return nil }, query)
}

func TestUpdateUndoesEverything(t *testing.T) {
	b := setup(t)
	ctx := context.Background()
	before, err := b.store.Heads(ctx)
	b.no(err)
	failed := errors.New("no")
	change := func(tx *Tx) error {
		_, err := tx.SetFreeze("ann", "stop")
		return errors.Join(err, tx.Record("freeze.pressed", nil))
	}
	err = b.store.Update(ctx, b.now, func(tx *Tx) error { return errors.Join(change(tx), failed) })
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = b.store.Update(ctx, b.now, func(tx *Tx) error { panic(change(tx)) })
	}()
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := b.store.Update(cancelled, b.now, change); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, frozen, err := b.store.Freeze(ctx); frozen || err != nil {
		t.Errorf("frozen: %v, %v", frozen, err)
	}
	if after := b.store.tail; after.Number != before[0].Number {
		t.Errorf("the tail moved to %d", after.Number)
	}
	// Once begun a change is carried through.
	live, stop := context.WithCancel(ctx)
	b.no(b.store.Update(live, b.now, func(tx *Tx) error {
		stop()
		return change(tx)
	}))
	if f, frozen, err := b.store.Freeze(ctx); !frozen || err != nil || f.By != "ann" || !f.At.Equal(b.now) {
		t.Errorf("freeze %+v %v, %v", f, frozen, err)
	}
	b.sound()
}

// A full disk refuses a commit. Nothing of it stays, and with room it goes on.
func TestFullDiskChangesNothing(t *testing.T) {
	b := setup(t)
	ctx := context.Background()
	id := b.approved(to("wire")...)
	opened := b.claim("wire", 1).Opened
	var pages int
	b.no(b.store.write.conn.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages))
	limit := func(n int) {
		_, err := b.store.write.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n))
		b.no(err)
	}
	limit(pages)
	tail, before := b.store.tail, b.kinds()
	outcome := b.outcome(opened[0], message.Failed)
	outcome.Reason = strings.Repeat("a long answer ", 10_000)
	for range 3 {
		if _, err := b.store.Commit(ctx, []message.Settlement{outcome}, nil, b.now); err == nil || !strings.Contains(err.Error(), "full") {
			t.Fatalf("settled on a full disk: %v", err)
		}
	}
	if b.store.tail != tail || !maps.Equal(b.kinds(), before) {
		t.Errorf("the ledger went on from link %d to %d", tail.Number, b.store.tail.Number)
	}
	b.wants(id, message.Releasing, "wire", message.Sending)
	b.sound()
	limit(1 << 30)
	b.settle(outcome)
	b.wants(id, message.ReleasedWithOpen, "wire", message.Failed)
	b.sound()
}
