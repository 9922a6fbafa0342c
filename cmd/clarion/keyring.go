package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// maxKeyring bounds the file, in bytes.
const maxKeyring = 1 << 20

// keyring holds the sessions of this machine's user: for each data folder, and
// for each server by its address, the key of each person who signed in, and who
// did so last.
type keyring struct {
	path    string
	Folders map[string]*signedIn `json:"folders"`
	Server  string               `json:"server,omitempty"` // that was signed in to last
}

// signedIn is who signed in at one data folder.
type signedIn struct {
	Last string            `json:"last"`
	Keys map[string]string `json:"keys"`
}

// keyringDir is the folder of the file.
func keyringDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder of your settings: %w", err)
	}
	return filepath.Join(dir, "clarion"), nil
}

// openKeyring reads the file of this machine's user; there need be none.
func openKeyring() (*keyring, error) {
	dir, err := keyringDir()
	if err != nil {
		return nil, err
	}
	k := &keyring{path: filepath.Join(dir, "sessions.json"), Folders: map[string]*signedIn{}}
	text, err := os.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil && len(text) > maxKeyring {
		err = fmt.Errorf("it has %d bytes, the limit is %d", len(text), maxKeyring)
	}
	if err == nil {
		err = json.Unmarshal(text, k)
	}
	if err != nil {
		return nil, fmt.Errorf("read your sessions: %w; delete %s and sign in again", err, k.path)
	}
	return k, nil
}

// key gives the key of a person at a data folder, of whoever signed in last if
// none is named; empty if there is none.
func (k *keyring) key(folder, name string) string {
	at := k.Folders[folder]
	if at == nil {
		return ""
	}
	if name == "" {
		name = at.Last
	}
	return at.Keys[name]
}

func (k *keyring) put(folder, name, key string) {
	at := k.Folders[folder]
	if at == nil {
		at = &signedIn{Keys: map[string]string{}}
		k.Folders[folder] = at
	}
	at.Last, at.Keys[name] = name, key
}

// drop forgets a person, of whoever signed in last if none is named.
func (k *keyring) drop(folder, name string) {
	at := k.Folders[folder]
	if at == nil {
		return
	}
	if name == "" {
		name = at.Last
	}
	delete(at.Keys, name)
	if at.Last == name {
		at.Last = ""
	}
	if len(at.Keys) == 0 && k.Server == folder {
		k.Server = ""
	}
}

// changeKeyring changes the file while nobody else does: of two who sign in at
// once, neither loses their session.
func changeKeyring(change func(*keyring)) error {
	dir, err := keyringDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write your sessions: %w", err)
	}
	// A file of its own: the other is replaced whole.
	lock, err := os.OpenFile(filepath.Join(dir, "sessions.lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the home folder is the caller's own
	if err != nil {
		return fmt.Errorf("lock your sessions: %w", err)
	}
	defer func() { _ = lock.Close() }() // which unlocks it; nothing was written
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("lock your sessions: %w", err)
	}
	k, err := openKeyring()
	if err != nil {
		return err
	}
	change(k)
	return k.save()
}

// save writes the file whole, for this machine's user alone. The folder is
// there.
func (k *keyring) save() error {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return fmt.Errorf("write your sessions: %w", err)
	}
	part := k.path + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return fmt.Errorf("write your sessions: %w", err)
	}
	if err := os.Rename(part, k.path); err != nil {
		return fmt.Errorf("write your sessions: %w", err)
	}
	return nil
}
