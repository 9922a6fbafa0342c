package web_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"clarion/api"
	"clarion/message"
)

func TestAPILedgerExport(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	id := d.approved(sample)
	var kinds []string
	var last int64
	d.no(d.ada.Export(t.Context(), api.LedgerRange{}, func(e api.Entry) error {
		if e.Seq != last+1 || len(e.Hash) != 64 || e.At.IsZero() {
			t.Errorf("entry %+v comes after %d", e, last)
		}
		last = e.Seq
		kinds = append(kinds, e.Kind)
		if e.Kind == "message.approved" && (e.Ties["by"] != "ben" || !bytes.Contains(e.Body, []byte(id))) {
			t.Errorf("the approval is %+v %s", e, e.Body)
		}
		return nil
	}))
	for _, kind := range []string{"ledger.opened", "person.added", "message.added", "message.submitted", "message.approved"} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("there is no %s in %v", kind, kinds)
		}
	}
	d.no(d.ada.Export(t.Context(), api.LedgerRange{Since: api.At(time.Now().Add(time.Hour))}, func(e api.Entry) error {
		return fmt.Errorf("got %+v from the future", e)
	}))
	enough := errors.New("enough")
	if err := d.ada.Export(t.Context(), api.LedgerRange{}, func(api.Entry) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("a reader's own error came back as %v", err)
	}
}

func TestAPILedgerVerification(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	heads, err := d.ada.Heads(t.Context())
	d.no(err)
	if len(heads.Heads) != 1 {
		t.Fatalf("heads are %+v", heads)
	}
	d.approved(sample)
	v, err := d.ada.Verify(t.Context(), heads.Heads)
	d.no(err)
	if len(v.Faults) != 0 || v.Entries == 0 || len(v.Heads) != 1 {
		t.Errorf("verification is %+v", v)
	}
	heads.Heads[0].Number = 1000
	v, err = d.ada.Verify(t.Context(), heads.Heads)
	d.no(err)
	if len(v.Faults) != 1 {
		t.Errorf("a cut tail was not found: %+v", v)
	}
	if _, err := d.ada.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestAPIBackup(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.approved(sample)
	var b bytes.Buffer
	backup, err := d.ada.Backup(t.Context(), &b)
	d.no(err)
	if backup.Bytes != int64(b.Len()) || len(backup.SHA256) != 64 {
		t.Errorf("backup is %+v of %d bytes", backup, b.Len())
	}
	var names []string
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		d.no(err)
		names = append(names, h.Name)
	}
	if !slices.Equal(names, []string{"clarion.db", "manifest.json"}) {
		t.Errorf("the backup holds %q", names)
	}
}

func TestAPIBackupThatFailsIsAProblem(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.no(os.RemoveAll(d.dir)) // nowhere to copy the database to
	_, err := d.ada.Backup(t.Context(), io.Discard)
	d.refused(err, http.StatusInternalServerError, "log")
	if got := d.faults.list(); len(got) != 1 {
		t.Errorf("the hook got %q, want one fault", got)
	}
}

// broken is a client that goes away after some bytes.
type broken struct {
	httptest.ResponseRecorder
	left int
}

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestAPIStreamThatFailsIsCut(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.approved(sample)
	w := &broken{ResponseRecorder: *httptest.NewRecorder(), left: 1500}
	cut := func() (err error) {
		defer func() { err, _ = recover().(error) }()
		r := httptest.NewRequest(http.MethodGet, "/api/v1/ledger/entries", nil)
		r.Header.Set("Authorization", "Bearer "+d.adaKey)
		d.api.ServeHTTP(w, r)
		return nil
	}()
	if !errors.Is(cut, http.ErrAbortHandler) {
		t.Errorf("the handler ended with %v and not by cutting the connection", cut)
	}
	if got := d.faults.list(); len(got) != 1 {
		t.Errorf("the hook got %q, want one fault", got)
	}
}

func TestAPIFollowsSends(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	start, err := d.ada.ChangedSends(ctx, -1, 0)
	d.no(err)
	none, err := d.ada.ChangedSends(ctx, start.Next, 0)
	d.no(err)
	if len(none.Sends) != 0 || none.Next != start.Next {
		t.Errorf("with nothing new it gave %+v", none)
	}
	id := d.approved(sample)
	waiting := make(chan api.ChangedSends, 1)
	go func() {
		got, err := d.ada.ChangedSends(ctx, start.Next, 20*time.Second)
		if err != nil {
			t.Error(err)
		}
		waiting <- got
	}()
	d.tried(message.Failed)
	got := <-waiting
	if len(got.Sends) == 0 || got.Next <= start.Next || got.Sends[0].Message != id {
		t.Errorf("following gave %+v", got)
	}
}

func TestAPIStopEndsFollowers(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	start, err := d.ada.ChangedSends(t.Context(), -1, 0)
	d.no(err)
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second) // well under the wait
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := d.ada.ChangedSends(ctx, start.Next, 30*time.Second)
		ended <- err
	}()
	d.api.Stop()
	d.api.Stop() // twice is fine
	if err := <-ended; err != nil {
		t.Errorf("the follower ended with %v", err)
	}
}
