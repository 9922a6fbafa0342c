package office

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"

	"clarion/export"
	"clarion/ledger"
	"clarion/people"
	"clarion/store"
)

// Vault keeps what must be in no backup.
type Vault interface {
	Load(name string) ([]byte, error) // nil if there is none
	Save(name string, value []byte) error
}

// signingKey is the name of the key of exports in the vault. What stands there
// is its seed.
const signingKey = "ledger-export-key"

// ExportSigned writes a signed export of the ledger as a tar stream; line
// writes an entry as one line of JSON. After an error what was written is
// worthless.
func (v View) ExportSigned(ctx context.Context, within export.Range, version string, line func(export.Entry) ([]byte, error), w io.Writer) error {
	key, err := v.signingKey(ctx)
	if err != nil {
		return err
	}
	m := export.Manifest{Office: v.office.settings.Department, Version: version, MadeAt: time.Now().UTC().Truncate(time.Millisecond), MadeBy: v.by.Name, Range: within}
	_, err = export.Bundle(w, m, key, line, func(hand func(export.Entry) error) ([]ledger.Head, error) {
		return v.Export(ctx, within, hand)
	})
	return err
}

// ExportKey gives the public key by which exports are signed.
func (v View) ExportKey(ctx context.Context) (ed25519.PublicKey, error) {
	key, err := v.signingKey(ctx)
	if err != nil {
		return nil, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return public, nil
}

// signingKey gives the key of exports. It is made when it is first asked for,
// and anew where it was lost, as after a restore; the ledger tells of each.
func (v View) signingKey(ctx context.Context) (ed25519.PrivateKey, error) {
	if err := v.may(ctx, people.ExportLedger); err != nil {
		return nil, err
	}
	o := v.office
	o.signing.Lock()
	defer o.signing.Unlock()
	key, err := loadSigningKey(o.settings.Vault)
	if err != nil {
		return nil, fmt.Errorf("load the key of exports: %w", err)
	}
	public, _ := key.Public().(ed25519.PublicKey)
	err = o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		fresh, err := t.KnowExportKey(export.Fingerprint(public))
		if err != nil || !fresh {
			return err
		}
		return Record(t, ledger.KeyMade, v.by, "", ledger.DecisionBody{Subject: export.PublicLine(public)})
	})
	if err != nil {
		return nil, fmt.Errorf("record the key of exports: %w", err)
	}
	return key, nil
}

// loadSigningKey makes a key where there is none. It is kept before anything
// tells of it.
func loadSigningKey(vault Vault) (ed25519.PrivateKey, error) {
	if vault == nil {
		return nil, errors.New("there is no place to keep it")
	}
	seed, err := vault.Load(signingKey)
	if err != nil {
		return nil, err
	}
	if seed == nil {
		_, fresh, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		return fresh, vault.Save(signingKey, fresh.Seed())
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("credentials/%s in the data folder is damaged; move it away, and a new key is made", signingKey)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
