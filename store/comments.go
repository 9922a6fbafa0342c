package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Comment is what somebody says about a revision.
type Comment struct {
	ID       int64
	Revision int
	By       string
	At       time.Time
	Text     string
}

// InsertComment adds a comment to a revision.
func (t *Tx) InsertComment(message string, revision int, by, text string) error {
	_, err := t.exec("INSERT INTO comments (message_id, revision, by, at, text) VALUES (?, ?, ?, ?, ?)", message, revision, by, ms(t.now), text)
	if err != nil {
		return fmt.Errorf("store a comment: %w", err)
	}
	return nil
}

// Comments lists what was said about a message, oldest first.
func (s *Store) Comments(ctx context.Context, message string) ([]Comment, error) {
	var all []Comment
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var c Comment
		var when int64
		err := rows.Scan(&c.ID, &c.Revision, &c.By, &when, &c.Text)
		c.At = at(when)
		all = append(all, c)
		return err
	}, "SELECT id, revision, by, at, text FROM comments WHERE message_id = ? ORDER BY id", message)
	if err != nil {
		return nil, fmt.Errorf("read the comments of %s: %w", message, err)
	}
	return all, nil
}
