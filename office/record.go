package office

import (
	"context"
	"io"
	"time"

	"clarion/export"
	"clarion/ledger"
	"clarion/people"
	"clarion/store"
)

// Verify checks the whole ledger, against exported heads where there are any.
func (v View) Verify(ctx context.Context, exported []ledger.Head) (store.Verification, error) {
	if err := v.may(ctx, people.ReadLedger); err != nil {
		return store.Verification{}, err
	}
	return v.office.store.Verify(ctx, exported)
}

// Export hands out the ledger's entries of a range, and gives the heads at the
// same instant.
func (v View) Export(ctx context.Context, within export.Range, hand func(export.Entry) error) ([]ledger.Head, error) {
	if err := v.may(ctx, people.ExportLedger); err != nil {
		return nil, err
	}
	if within.Message != "" {
		if _, err := v.message(ctx, within.Message); err != nil {
			return nil, err
		}
	}
	return v.office.store.Export(ctx, within, hand)
}

// Heads gives the ledger's heads, to be kept elsewhere.
func (v View) Heads(ctx context.Context) ([]ledger.Head, error) {
	if err := v.may(ctx, people.ReadLedger); err != nil {
		return nil, err
	}
	return v.office.store.Heads(ctx)
}

// Backup writes a backup while everything runs.
func (v View) Backup(ctx context.Context, w io.Writer) (store.Manifest, error) {
	if err := v.may(ctx, people.BackUp); err != nil {
		return store.Manifest{}, err
	}
	return v.office.store.Backup(ctx, w)
}

// FirstDecisions lists first decisions that wait for a second person, those
// about a message to whoever may see it.
func (v View) FirstDecisions(ctx context.Context) ([]FirstDecision, error) {
	seen, err := v.departments(ctx)
	if err != nil {
		return nil, err
	}
	return v.office.store.FirstDecisions(ctx, seen)
}

// MayReload refuses whoever may not have the configuration read again.
func (v View) MayReload(ctx context.Context) error { return v.may(ctx, people.Reload) }

// Backlog counts what is due and what waits for a person, of what may be seen.
func (v View) Backlog(ctx context.Context) (store.Backlog, error) {
	seen, err := v.departments(ctx)
	if err != nil {
		return store.Backlog{}, err
	}
	return v.office.store.Backlog(ctx, time.Now(), seen)
}
