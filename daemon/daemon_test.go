package daemon

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/message"
	"clarion/store"
	"clarion/web"
)

// untouched checks that a start that failed left nothing behind.
func (b *bundle) untouched() {
	b.Helper()
	b.no(os.MkdirAll(b.dir, 0o700))
	lock, err := store.LockFolder(b.dir)
	if err != nil {
		b.Errorf("the folder's lock is held: %v", err)
	} else {
		b.no(lock.Release())
	}
	if l, err := net.Listen("tcp", b.listen); err != nil {
		b.Errorf("the address is in use: %v", err)
	} else {
		b.no(l.Close())
	}
	if info, err := os.Lstat(filepath.Join(b.dir, SocketName)); err == nil && info.Mode().Type() == fs.ModeSocket {
		b.Error("the socket is still there")
	}
	b.never(line{"event": "ready"})
	b.never(line{"event": "stopped"})
}

// TestFailedStarts lets each step of a start fail.
func TestFailedStarts(t *testing.T) {
	for _, c := range []struct {
		name, config, says string
		spoil              func(b *bundle) (mend func())
	}{
		{"the port is taken", usual, "address already in use", func(b *bundle) func() {
			l, err := net.Listen("tcp", b.listen)
			b.no(err)
			return func() { b.no(l.Close()) }
		}},
		{"the folder is locked", usual, "another process owns the data folder", func(b *bundle) func() {
			b.no(os.MkdirAll(b.dir, 0o700))
			lock, err := store.LockFolder(b.dir)
			b.no(err)
			return func() { b.no(lock.Release()) }
		}},
		{"the socket's path is too long", usual, "the system allows 107", func(b *bundle) func() {
			dir := b.dir
			b.dir = filepath.Join(b.TempDir(), strings.Repeat("d", 108))
			return func() { b.dir = dir }
		}},
		{"something else has the socket's name", usual, "remove the old socket", func(b *bundle) func() {
			b.no(os.MkdirAll(filepath.Join(b.dir, SocketName, "inside"), 0o700))
			return func() { b.no(os.RemoveAll(filepath.Join(b.dir, SocketName))) }
		}},
		{"the certificate is bad", usual, "load the TLS certificate", func(b *bundle) func() {
			bad := filepath.Join(b.TempDir(), "cert.pem")
			b.no(os.WriteFile(bad, []byte("no certificate"), 0o600))
			b.config.Server.TLSCert, b.config.Server.TLSKey = bad, bad
			return func() { b.config.Server.TLSCert, b.config.Server.TLSKey = "", "" }
		}},
		{"ledger.dir is missing", usual, "correct ledger.dir", func(b *bundle) func() {
			b.config.Ledger.Dir = filepath.Join(b.TempDir(), "absent")
			return func() { b.config.Ledger.Dir = "" }
		}},
		{"ledger.dir cannot be written to", usual, "correct ledger.dir", func(b *bundle) func() {
			b.config.Ledger.Dir = b.TempDir()
			b.no(os.Mkdir(filepath.Join(b.config.Ledger.Dir, headsName), 0o700))
			return func() { b.config.Ledger.Dir = "" }
		}},
		{"two channels make public pages", usual + "\n[[channel]]\nname = \"web2\"\nkind = \"webfeed\"\n", "web and web2 are both of kind webfeed", func(b *bundle) func() {
			all := b.config.Channels
			return func() { b.config.Channels = all[:len(all)-1] }
		}},
		{"the database is no database", usual, "clarion.db", func(b *bundle) func() {
			path := filepath.Join(b.dir, "clarion.db")
			b.no(os.MkdirAll(b.dir, 0o700))
			b.no(os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
			return func() { b.no(os.Remove(path)) }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := prepare(t, c.config)
			mend := c.spoil(b)
			err := b.tryStart()
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %q", err, c.says)
			}
			mend()
			b.untouched()
			b.start() // and nothing stands in the way of the next start
			b.logged(line{"event": "ready"})
		})
	}
}

func TestSocketPathLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		length int
		fits   bool
	}{{106, true}, {107, true}, {108, false}} {
		path, err := SocketPath("/" + strings.Repeat("d", c.length-len("/"+"/"+SocketName)))
		if (err == nil) != c.fits || err == nil && len(path) != c.length {
			t.Errorf("a path of %d bytes: %q, %v", c.length, path, err)
		}
	}
}

// TestOrder holds the order of starting, whose reverse is the order of
// stopping: claiming ends first, then the faces, then the store, then the
// lock.
func TestOrder(t *testing.T) {
	b := setup(t, usual)
	var names []string
	for _, c := range b.closers {
		names = append(names, c.name)
	}
	want := []string{"lock", "store", "notices to staff", "socket", "public pages", "waiting requests", "housekeeping", "hooks", "reports", "queue", "checks"}
	if !slices.Equal(names, want) {
		t.Errorf("started %q, want %q", names, want)
	}
	b.no(b.stop())
	b.logged(line{"event": "stopped", "level": "info"})
	if _, err := os.Lstat(filepath.Join(b.dir, SocketName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if lock, err := store.LockFolder(b.dir); err != nil {
		t.Error(err)
	} else {
		b.no(lock.Release())
	}
}

// TestStopGoesOn stops the rest where one part can't be stopped.
func TestStopGoesOn(t *testing.T) {
	b := prepare(t, usual)
	b.no(b.tryStart())
	b.onClose("broken part", func(context.Context) error { return errors.New("it jams") })
	if err := b.stop(); err == nil || !strings.Contains(err.Error(), "stop the broken part: it jams") {
		t.Errorf("stopped with %v", err)
	}
	b.logged(line{"event": "stopped", "level": "error"})
	b.start()
}

// TestSocket is for its owner alone, and takes a dead predecessor's place.
func TestSocket(t *testing.T) {
	b := prepare(t, usual)
	path := filepath.Join(b.dir, SocketName)
	b.no(os.MkdirAll(b.dir, 0o700))
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	b.no(err)
	stale.SetUnlinkOnClose(false)
	b.no(stale.Close())
	b.start().hire("ann")
	info, err := os.Lstat(path)
	b.no(err)
	if info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("the socket's mode is %v", info.Mode())
	}
	if _, err := b.api("ann").Channels(t.Context()); err != nil {
		t.Errorf("the API does not answer on the socket: %v", err)
	}
	if status, _ := b.get("/api/v1/channels"); status != http.StatusUnauthorized {
		t.Errorf("the API answers a stranger over TCP with %d", status)
	}
}

// TestGoesOn stops with something due later and finds it at the next start.
func TestGoesOn(t *testing.T) {
	b := prepare(t, usual)
	b.no(b.tryStart())
	b.furnish()
	id := b.approve("web")
	b.becomes(id, message.Released)
	b.no(b.stop())
	b.start()
	b.becomes(id, message.Released)
	if status, _ := b.get("/readyz"); status != 200 {
		t.Errorf("/readyz answers %d", status)
	}
}

// TestDeadFace reports a face that dies while running.
func TestDeadFace(t *testing.T) {
	b := setup(t, usual)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	b.no(err)
	b.serve("spare face", web.NewServer(http.NotFoundHandler()), l)
	b.no(l.Close())
	if err := <-b.Failed(); !strings.Contains(err.Error(), "serve the spare face") {
		t.Errorf("reported %v", err)
	}
}

// TestAFolderThatIsLetGo waits for a verb that holds the folder for a moment.
func TestAFolderThatIsLetGo(t *testing.T) {
	dir := t.TempDir()
	held, err := store.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan error, 1)
	go func() {
		lock, err := takeFolder(t.Context(), dir)
		if err == nil {
			err = lock.Release()
		}
		taken <- err
	}()
	select {
	case err := <-taken:
		t.Fatalf("taken while it was held: %v", err)
	case <-time.After(2 * lockAgain):
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	if err := <-taken; err != nil {
		t.Errorf("after it was let go: %v", err)
	}
}

func TestAFolderThatIsKept(t *testing.T) {
	dir := t.TempDir()
	held, err := store.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Release() })
	if _, err := takeFolder(t.Context(), dir); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := takeFolder(gone, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("without anybody who waits: %v", err)
	}
}
