package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"
)

// Key gives a secret of this database, made when it is first asked for. It is
// in backups, so that links in mails of years ago still work after a restore.
func (s *Store) Key(ctx context.Context, name string) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	var stored string
	err := s.update(ctx, time.Now(), func(t *Tx) error {
		_, err := t.exec("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", "key."+name, hex.EncodeToString(fresh))
		if err != nil {
			return err
		}
		return row(t.ctx, t, "SELECT value FROM meta WHERE key = ?", []any{"key." + name}, &stored)
	})
	if err != nil {
		return nil, fmt.Errorf("read the key for %s: %w", name, err)
	}
	return hex.DecodeString(stored)
}

// KnowExportKey takes note of the key by which exports are signed from here on;
// false if it was that already.
func (t *Tx) KnowExportKey(fingerprint string) (bool, error) {
	n, err := t.exec(`INSERT INTO meta (key, value) VALUES ('export_key', ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`, fingerprint)
	if err != nil {
		return false, fmt.Errorf("store the key of exports: %w", err)
	}
	return n > 0, nil
}
