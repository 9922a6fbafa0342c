package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"slices"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// connector opens connections of one pool, without a driver registered for
// the whole process.
type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// dsn builds a data source name. The file: prefix matters: without it the
// driver ignores the mode.
func dsn(path string, options map[string]string) string {
	q := url.Values{}
	for k, v := range options {
		q.Set(k, v)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// openWriter opens the one write connection: a commit is on the disk when it
// returns.
func openWriter(path string) *sql.DB {
	db := connect(path, map[string]string{
		"mode": "rwc", "_journal_mode": "WAL", "_synchronous": "FULL", "_foreign_keys": "on",
		"_busy_timeout": "5000", "_txlock": "immediate", "_cache_size": "-32000",
		"_mutex": "no", // database/sql lets one goroutine at a time use a connection
	})
	db.SetMaxOpenConns(1)
	return db
}

// openReader opens the read pool.
func openReader(path string) *sql.DB {
	db := connect(path, readOnly())
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(4)
	return db
}

func connect(path string, options map[string]string) *sql.DB {
	return sql.OpenDB(connector{&sqlite3.SQLiteDriver{}, dsn(path, options)})
}

// openPublic opens the pool of the public pages. Its connections can read the
// public tables and nothing else, whatever the statement.
func openPublic(path string) *sql.DB {
	hook := func(c *sqlite3.SQLiteConn) error {
		c.RegisterAuthorizer(authorizePublic)
		return nil
	}
	db := sql.OpenDB(connector{&sqlite3.SQLiteDriver{ConnectHook: hook}, dsn(path, readOnly())})
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(4)
	return db
}

func readOnly() map[string]string {
	return map[string]string{
		"mode": "ro", "_query_only": "on", "_txlock": "deferred", "_busy_timeout": "5000", "_cache_size": "-4000",
	}
}

// authorizePublic is SQLite's authorizer (https://sqlite.org/c3ref/set_authorizer.html)
// for the public pool.
func authorizePublic(action int, table, _, _ string) int {
	switch action {
	case sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION:
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_READ:
		if slices.Contains(publicTables(), table) {
			return sqlite3.SQLITE_OK
		}
	}
	return sqlite3.SQLITE_DENY
}

func publicTables() []string {
	return []string{"public_pages", "public_page_audiences", "public_audiences", "public_assets", "public_corrections"}
}
