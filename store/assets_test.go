package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAsset(t *testing.T) {
	b := setup(t)
	sum, err := b.store.PutAsset([]byte("a picture"))
	b.no(err)
	again, err := b.store.PutAsset([]byte("a picture"))
	if err != nil || again != sum {
		t.Errorf("stored twice: %q, %v; want %q", again, err, sum)
	}
	if got, err := b.store.Asset(sum); err != nil || string(got) != "a picture" {
		t.Errorf("got %q, %v", got, err)
	}
	path := assetPath(b.dir, sum)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, bad := range []string{"a pictura", "", "a picture and more"} {
		b.no(os.WriteFile(path, []byte(bad), 0o600))
		if got, err := b.store.Asset(sum); err == nil || errors.Is(err, ErrNotFound) || got != nil {
			t.Errorf("changed to %q it gave %q, %v", bad, got, err)
		}
	}
	if _, err := b.store.PutAsset([]byte("a picture")); err != nil {
		t.Error(err)
	}
	if got, err := b.store.Asset(sum); err != nil || string(got) != "a picture" {
		t.Errorf("stored again it gives %q, %v", got, err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAssetNamesStayInTheFolder(t *testing.T) {
	b := setup(t)
	outside := filepath.Join(b.dir, "secret")
	b.no(os.WriteFile(outside, []byte("secret"), 0o600))
	sum := strings.Repeat("a", 64)
	for _, name := range []string{
		"", "a", "../secret", "../../secret", "aa/../../secret", outside, strings.ToUpper(sum), sum[:63], sum + "a",
		sum[:63] + "/", "..\x00" + sum[3:], sum + "\n", "\n" + sum, sum[:62] + "..", sum,
	} {
		if got, err := b.store.Asset(name); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q gave %q, %v", name, got, err)
		}
	}
}
