package web

import (
	"context"
	"errors"
	"testing"
	"time"

	"clarion/accounts"
	"clarion/store"
)

// seen moves when a session was last seen into the past.
func (l *lobby) seen(key string, ago time.Duration) {
	l.Helper()
	ctx, err := l.sessions.manager.Load(l.Context(), key)
	l.no(err)
	l.sessions.manager.Put(ctx, keySeen, time.Now().Add(-ago).UnixMilli())
	_, _, err = l.sessions.manager.Commit(ctx)
	l.no(err)
}

// lastSeen is when a session was last written down as seen.
func (l *lobby) lastSeen(key string) time.Time {
	l.Helper()
	ctx, err := l.sessions.manager.Load(l.Context(), key)
	l.no(err)
	return time.UnixMilli(l.sessions.manager.GetInt64(ctx, keySeen))
}

// key signs somebody in without a browser.
func (l *lobby) key(name string) string {
	l.Helper()
	s, err := l.accounts.SignIn(l.Context(), accounts.SignIn{Name: name, Password: password, Address: "192.0.2.7"})
	l.no(err)
	key, expires, err := l.sessions.key(l.Context(), s)
	l.no(err)
	if left := time.Until(expires); left > sessionAge || left < sessionAge-time.Minute {
		l.Errorf("the session lasts %s", left)
	}
	return key
}

// fault fails the test: nothing is to go wrong.
func (l *lobby) fault(doing string, err error) { l.Errorf("%s: %v", doing, err) }

// who tells as whom a header is recognised.
func (l *lobby) who(header string) string {
	l.Helper()
	by, ok, err := l.sessions.bearer(l.Context(), header, l.fault)
	l.no(err)
	if ok != (by.Name != "") {
		l.Errorf("recognised %v as %+v", ok, by)
	}
	return by.Name
}

func TestIdleSessions(t *testing.T) {
	l := openLobby(t, false)
	for _, c := range []struct {
		idle    time.Duration
		holds   bool
		touched bool
	}{
		{0, true, false}, {touchEvery - time.Minute, true, false}, {touchEvery + time.Second, true, true},
		{sessionIdle - time.Minute, true, true}, {sessionIdle + time.Second, false, false}, {sessionAge, false, false},
	} {
		key := l.key("ada")
		l.seen(key, c.idle)
		if got := l.who("Bearer " + key); (got == "ada") != c.holds {
			t.Errorf("idle for %s: recognised as %q", c.idle, got)
		}
		if touched := c.idle > time.Minute && time.Since(l.lastSeen(key)) < time.Minute; touched != c.touched {
			t.Errorf("idle for %s: touched %v, want %v", c.idle, touched, c.touched)
		}
	}
}

func TestBearer(t *testing.T) {
	l := openLobby(t, false)
	key := l.key("ada")
	for header, want := range map[string]string{
		"Bearer " + key: "ada", "bearer " + key: "ada", "Bearer": "", "Bearer ": "", key: "", "Basic " + key: "", "Bearer " + key + "x": "", "Bearer x": "",
		"Bearer clarion_live_x": "",
	} {
		if got := l.who(header); got != want {
			t.Errorf("%q is recognised as %q, want %q", header, got, want)
		}
	}
	l.no(l.sessions.end(l.Context(), key))
	if got := l.who("Bearer " + key); got != "" {
		t.Errorf("a session that has ended is recognised as %q", got)
	}
}

// The key itself is not stored: whoever reads a backup can't use it.
func TestKeysAreStoredHashed(t *testing.T) {
	l := openLobby(t, false)
	key := l.key("ada")
	if _, found, err := l.store.Sessions().Find(key); found || err != nil {
		t.Errorf("the key is stored as it is: %v, %v", found, err)
	}
}

// fullDisk is a store of sessions that can't be written to.
type fullDisk struct{ *store.Sessions }

var errFull = errors.New("the disk is full")

func (fullDisk) CommitCtx(context.Context, string, []byte, time.Time) error { return errFull }

// A session holds although it can't be written down that it was seen.
func TestAFullDiskEndsNoSession(t *testing.T) {
	l := openLobby(t, false)
	key := l.key("ada")
	l.seen(key, touchEvery+time.Second)
	full := NewSessions(fullDisk{l.store.Sessions()}, l.accounts, false)
	var faults []error
	by, ok, err := full.bearer(l.Context(), "Bearer "+key, func(_ string, err error) { faults = append(faults, err) })
	l.no(err)
	if !ok || by.Name != "ada" || len(faults) != 1 || !errors.Is(faults[0], errFull) {
		t.Errorf("recognised %+v, %v; told of %v", by, ok, faults)
	}
}

// A session that a fault keeps from being read is no session.
func TestSessionsThatCannotBeRead(t *testing.T) {
	l := openLobby(t, false)
	key := l.key("ada")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if by, ok, err := l.sessions.bearer(ctx, "Bearer "+key, l.fault); ok || err == nil || by.Name != "" {
		t.Errorf("recognised %+v, %v, %v", by, ok, err)
	}
}
