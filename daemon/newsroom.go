package daemon

import (
	"context"
	"errors"
	"time"

	"clarion/store"
	"clarion/web"
)

// newsroom gives the public pages what the store holds for them.
type newsroom struct{ store *store.Store }

func (n newsroom) PublicPage(ctx context.Context, slug string) ([]byte, time.Time, error) {
	page, updated, err := n.store.PublicPage(ctx, slug)
	return page, updated, notPublic(err)
}

func (n newsroom) PublicEntries(ctx context.Context, audience string, limit int) ([]web.PublicEntry, error) {
	stored, err := n.store.PublicEntries(ctx, audience, limit)
	entries := make([]web.PublicEntry, len(stored))
	for i, e := range stored {
		entries[i] = web.PublicEntry(e)
	}
	return entries, err
}

func (n newsroom) PublicAudiences(ctx context.Context) ([]web.PublicAudience, error) {
	stored, err := n.store.PublicAudiences(ctx)
	audiences := make([]web.PublicAudience, len(stored))
	for i, a := range stored {
		audiences[i] = web.PublicAudience(a)
	}
	return audiences, err
}

func (n newsroom) PublicCorrections(ctx context.Context, limit int) ([][]byte, error) {
	return n.store.PublicCorrections(ctx, limit)
}

func (n newsroom) PublicAsset(ctx context.Context, sum string) ([]byte, string, error) {
	content, mediaType, err := n.store.PublicAsset(ctx, sum)
	return content, mediaType, notPublic(err)
}

func notPublic(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return web.ErrNotPublic
	}
	return err
}
