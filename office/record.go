package office

import (
	"context"
	"io"
	"time"

	"clarion/ledger"
	"clarion/store"
)

// Verify checks the whole ledger, against exported heads where there are any.
func (o *Office) Verify(ctx context.Context, exported []ledger.Head) (store.Verification, error) {
	return o.store.Verify(ctx, exported)
}

// Export hands out the ledger's entries from an instant on.
func (o *Office) Export(ctx context.Context, since time.Time, hand func(store.ExportedEntry) error) error {
	return o.store.Export(ctx, since, hand)
}

// Heads gives the ledger's heads, to be kept elsewhere.
func (o *Office) Heads(ctx context.Context) ([]ledger.Head, error) { return o.store.Heads(ctx) }

// Backup writes a backup while everything runs.
func (o *Office) Backup(ctx context.Context, w io.Writer) (store.Manifest, error) {
	return o.store.Backup(ctx, w)
}

// FirstDecisions lists first decisions that wait for a second person.
func (o *Office) FirstDecisions(ctx context.Context) ([]FirstDecision, error) {
	return o.store.FirstDecisions(ctx)
}

// Backlog counts what is due and what waits for a person.
func (o *Office) Backlog(ctx context.Context) (store.Backlog, error) {
	return o.store.Backlog(ctx, time.Now())
}
