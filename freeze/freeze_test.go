package freeze

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func file(dir string) string { return filepath.Join(dir, FileName) }

func press(t *testing.T, s *Switch) {
	t.Helper()
	if err := s.Press("frozen by ann"); err != nil {
		t.Fatal(err)
	}
}

func TestPressAndClear(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := New(dir)
	if s.Frozen() {
		t.Fatal("a fresh folder is frozen")
	}
	press(t, s)
	if says, err := os.ReadFile(file(dir)); err != nil || string(says) != "frozen by ann\n" {
		t.Errorf("the file says %q, %v", says, err)
	}
	if !s.Frozen() || !New(dir).Frozen() {
		t.Error("it is not frozen, or a new process would not be")
	}
	press(t, s) // again
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	if s.Frozen() || New(dir).Frozen() {
		t.Error("it is frozen after it was cleared")
	}
	if err := s.Clear(); err != nil {
		t.Errorf("nothing to clear: %v", err)
	}
}

func TestWhoPressedFirstStands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, who := range []string{"ann", "bob"} {
		if err := PressFile(dir, who); err != nil {
			t.Fatal(err)
		}
	}
	if says, err := os.ReadFile(file(dir)); err != nil || string(says) != "ann\n" {
		t.Errorf("the file says %q, %v", says, err)
	}
}

func TestEachPartFreezesByItself(t *testing.T) {
	t.Parallel()
	memory := New(t.TempDir())
	memory.Set()
	if !memory.Frozen() {
		t.Error("memory does not freeze")
	}
	dir := t.TempDir()
	s := New(dir)
	if err := os.WriteFile(file(dir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !s.Frozen() {
		t.Error("an empty file, made by hand while running, does not freeze")
	}
	if err := os.Remove(file(dir)); err != nil {
		t.Fatal(err)
	}
	if s.Frozen() {
		t.Error("a file that was never adopted still freezes")
	}
	press(t, s)
	if err := os.Remove(file(dir)); err != nil {
		t.Fatal(err)
	}
	if !s.Frozen() {
		t.Error("deleting the file thaws what memory holds")
	}
}

// Whatever stands at the file's place freezes, and so does not being able to
// look.
func TestInDoubtItIsFrozen(t *testing.T) {
	t.Parallel()
	tests := map[string]func(dir string) error{
		"a folder":        func(dir string) error { return os.Mkdir(file(dir), 0o700) },
		"a dangling link": func(dir string) error { return os.Symlink("/nowhere/at/all", file(dir)) },
		"a secret file":   func(dir string) error { return os.WriteFile(file(dir), []byte("x"), 0) },
		"no folder but a file": func(dir string) error {
			return errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o600))
		},
		"a link to itself": func(dir string) error {
			return errors.Join(os.Remove(dir), os.Symlink(dir, dir))
		},
	}
	for name, make := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			if err := errors.Join(os.Mkdir(dir, 0o700), make(dir)); err != nil {
				t.Fatal(err)
			}
			if !New(dir).Frozen() {
				t.Error("it is not frozen")
			}
		})
	}
}

func TestMemoryFreezesWhereTheFileCannot(t *testing.T) {
	t.Parallel()
	s := New(filepath.Join(t.TempDir(), "gone"))
	if err := s.Press("frozen by ann"); err == nil {
		t.Error("the file was written into a folder that is not there")
	}
	if !s.Frozen() {
		t.Error("memory is not frozen")
	}
}

func TestAFileThatCannotBeRemovedStaysFrozen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := New(dir)
	s.Set()
	if err := os.MkdirAll(filepath.Join(file(dir), "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Clear(); err == nil {
		t.Error("clearing said nothing")
	}
	if !s.Frozen() || !s.pressed.Load() {
		t.Error("a clearing that failed thawed")
	}
}

// Looking is done before every first byte, so it must cost next to nothing.
func TestLookingIsCheapAndSafe(t *testing.T) {
	t.Parallel()
	s := New(t.TempDir())
	var all sync.WaitGroup
	begin := time.Now()
	for range 4 {
		all.Go(func() {
			for range 1_000 {
				s.Frozen()
			}
		})
	}
	all.Go(func() { press(t, s) })
	all.Wait()
	if each := time.Since(begin) / 4_000; each > time.Millisecond {
		t.Errorf("a look took %s", each)
	}
	if !s.Frozen() {
		t.Error("the press was lost")
	}
}
