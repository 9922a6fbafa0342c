package daemon

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/api"
	"clarion/client"
	"clarion/office"
	"clarion/store"
)

// TestLocal gives the API over a folder without a daemon, and the folder back.
func TestLocal(t *testing.T) {
	b := prepare(t, usual)
	handler, closeLocal, err := Local(t.Context(), b.config, b.dir, "test")
	b.no(err)
	c, stop := client.Local(handler)
	channels, err := c.Channels(t.Context())
	b.no(err)
	if len(channels.Channels) != 3 {
		t.Errorf("%d channels, want 3", len(channels.Channels))
	}
	if _, _, err := Local(t.Context(), b.config, b.dir, "test"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("the folder was taken twice: %v", err)
	}
	if err := b.tryStart(); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a daemon took the folder as well: %v", err)
	}
	b.no(stop())
	b.no(closeLocal())
	b.start().furnish()
}

// TestLocalPlans: what is decided without a daemon leaves with the next one.
func TestLocalPlans(t *testing.T) {
	b := prepare(t, usual)
	handler, closeLocal, err := Local(t.Context(), b.config, b.dir, "test")
	b.no(err)
	c, stop := client.Local(handler)
	b.no(c.SetPerson(t.Context(), "cat", api.PersonSettings{FullName: "Officer cat", Password: password}))
	if err := c.SetPerson(t.Context(), "dan", api.PersonSettings{FullName: "Officer dan", Password: password}); err == nil || !strings.Contains(err.Error(), "there are people already") {
		t.Errorf("a second first person: %v", err)
	}
	if err := c.PauseChannel(t.Context(), "wire", "by nobody"); err == nil || !strings.Contains(err.Error(), "not signed in") {
		t.Errorf("whoever has the data folder decided: %v", err)
	}
	if _, err := c.People(t.Context()); err != nil {
		t.Errorf("whoever has the data folder may not read: %v", err)
	}
	in, err := c.SignIn(t.Context(), api.SignIn{Name: "cat", Password: password})
	b.no(err)
	b.no(c.With(in.Key).PauseChannel(t.Context(), "wire", "before the start"))
	b.no(stop())
	b.no(closeLocal())
	b.start()
	states, err := b.office.View(office.Owner()).Channels(t.Context())
	b.no(err)
	if !states[2].State.Paused {
		t.Error("the daemon does not know of the pause")
	}
	b.keys["cat"] = in.Key
	b.no(b.api("cat").ResumeChannel(t.Context(), "wire")) // the session goes on
}

// TestLocalFault hands a fault to whoever closes.
func TestLocalFault(t *testing.T) {
	b := prepare(t, usual)
	handler, closeLocal, err := Local(t.Context(), b.config, b.dir, "test")
	b.no(err)
	w := httptest.NewRecorder()
	b.no(closeLocal()) // so that the store is gone
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/channels", nil))
	if w.Code != 500 {
		t.Errorf("answered %d", w.Code)
	}
	if err := closeLocal(); err == nil || !strings.Contains(err.Error(), "list the channels") {
		t.Errorf("closed with %v", err)
	}
}

// TestLocalFails gives the folder back where it can't open.
func TestLocalFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(b *bundle) (mend func())
	}{
		{"the database is no database", func(b *bundle) func() {
			path := filepath.Join(b.dir, "clarion.db")
			b.no(os.MkdirAll(b.dir, 0o700))
			b.no(os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
			return func() { b.no(os.Remove(path)) }
		}},
		{"the zone is bad", func(b *bundle) func() {
			b.config.Office.Zone = "Atlantis/Centre"
			return func() { b.config.Office.Zone = "Europe/London" }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := prepare(t, usual)
			mend := c.spoil(b)
			if _, _, err := Local(t.Context(), b.config, b.dir, "test"); err == nil {
				t.Error("it opened")
			}
			mend()
			_, closeLocal, err := Local(t.Context(), b.config, b.dir, "test")
			b.no(err)
			b.no(closeLocal())
		})
	}
}
