package main

import (
	"fmt"
	"sync"
	"testing"

	"clarion/api"
)

// Of many who sign in at once nobody loses their session, and nobody who signs
// out meanwhile comes back.
func TestSignInsAtOnce(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	const many = 40
	folder := t.TempDir()
	c := &cli{data: folder}
	for i := range many {
		if err := c.keep(api.SignedIn{Name: fmt.Sprintf("old%d", i), Key: "old"}); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			if err := c.keep(api.SignedIn{Name: fmt.Sprintf("new%d", i), Key: fmt.Sprintf("key%d", i)}); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := (&cli{data: folder, as: fmt.Sprintf("old%d", i)}).forget(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	k, err := openKeyring()
	if err != nil {
		t.Fatal(err)
	}
	for i := range many {
		if got, old := k.key(folder, fmt.Sprintf("new%d", i)), k.key(folder, fmt.Sprintf("old%d", i)); got != fmt.Sprintf("key%d", i) || old != "" {
			t.Errorf("person %d has the key %q, and of before %q", i, got, old)
		}
	}
}
