package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// PublicEntry is one published message as feeds and lists show it.
type PublicEntry struct {
	Slug      string
	Atom      []byte
	RSS       []byte
	JSON      []byte
	Item      []byte
	Published time.Time
	Updated   time.Time
}

// PublicAudience is an audience that has a feed.
type PublicAudience struct {
	Name        string
	Title       string
	Description string
}

// PublicPage reads a published page by its slug.
func (s *Store) PublicPage(ctx context.Context, slug string) (page []byte, updated time.Time, err error) {
	var when int64
	if err := row(ctx, s.public, "SELECT page, updated_at FROM public_pages WHERE slug = ?", []any{slug}, &page, &when); err != nil {
		return nil, time.Time{}, fmt.Errorf("read a public page: %w", err)
	}
	return page, at(when), nil
}

// PublicEntries reads the newest entries of an audience, or of all with an
// empty name, newest first. What was published to an audience that is no longer
// public is in no list; its page stays where it was.
func (s *Store) PublicEntries(ctx context.Context, audience string, limit int) ([]PublicEntry, error) {
	query, args := `SELECT p.slug, p.atom, p.rss, p.json, p.item, p.published_at, p.updated_at FROM public_pages p
		WHERE EXISTS (SELECT 1 FROM public_audiences n JOIN public_page_audiences a ON a.audience = n.name
			WHERE a.published_at = p.published_at AND a.slug = p.slug) ORDER BY p.published_at DESC, p.slug DESC LIMIT ?`, []any{limit}
	if audience != "" {
		query = `SELECT p.slug, p.atom, p.rss, p.json, p.item, p.published_at, p.updated_at FROM public_page_audiences a
			JOIN public_pages p ON p.slug = a.slug WHERE a.audience = ? AND a.audience IN (SELECT name FROM public_audiences) ORDER BY a.published_at DESC, a.slug DESC LIMIT ?`
		args = []any{audience, limit}
	}
	var all []PublicEntry
	err := scan(ctx, s.public, func(rows *sql.Rows) error {
		var e PublicEntry
		var published, updated int64
		err := rows.Scan(&e.Slug, &e.Atom, &e.RSS, &e.JSON, &e.Item, &published, &updated)
		e.Published, e.Updated = at(published), at(updated)
		all = append(all, e)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read public entries: %w", err)
	}
	return all, nil
}

// PublicCorrections reads the newest lines of the list of corrections, newest
// first. Those of a page that is in no list are left out.
func (s *Store) PublicCorrections(ctx context.Context, limit int) ([][]byte, error) {
	var all [][]byte
	err := scan(ctx, s.public, func(rows *sql.Rows) error {
		all = append(all, nil)
		return rows.Scan(&all[len(all)-1])
	}, `SELECT c.item FROM public_corrections c JOIN public_pages p ON p.slug = c.slug
		WHERE EXISTS (SELECT 1 FROM public_audiences n JOIN public_page_audiences a ON a.audience = n.name
			WHERE a.published_at = p.published_at AND a.slug = p.slug) ORDER BY c.id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read public corrections: %w", err)
	}
	return all, nil
}

// PublicAudiences lists the audiences that have a feed, by name.
func (s *Store) PublicAudiences(ctx context.Context) ([]PublicAudience, error) {
	var all []PublicAudience
	err := scan(ctx, s.public, func(rows *sql.Rows) error {
		var a PublicAudience
		err := rows.Scan(&a.Name, &a.Title, &a.Description)
		all = append(all, a)
		return err
	}, "SELECT name, title, description FROM public_audiences ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("read public audiences: %w", err)
	}
	return all, nil
}

// PublicAsset reads an asset of something published.
func (s *Store) PublicAsset(ctx context.Context, sum string) (content []byte, mediaType string, err error) {
	if err := row(ctx, s.public, "SELECT media_type FROM public_assets WHERE sha256 = ?", []any{sum}, &mediaType); err != nil {
		return nil, "", fmt.Errorf("read a public asset: %w", err)
	}
	content, err = s.Asset(sum)
	return content, mediaType, err
}
