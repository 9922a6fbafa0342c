package office_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/message"
	"clarion/office"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The people of the matrix, by what they did to the message: dan wrote its
// first revision, which bob approved; cat edited it since; ann submitted both.
func columns() [][2]string {
	return [][2]string{
		{"submitter", "ann"}, {"editor", "cat"}, {"earlier editor", "dan"}, {"stranger", "eve"}, {"unknown", "mallory"}, {"nobody", ""},
	}
}

// useCase is what somebody tries with a message.
type useCase struct {
	name string
	try  func(b *bundle, id string, by office.Actor) error
}

func useCases() []useCase {
	return []useCase{
		{"edit", func(b *bundle, id string, by office.Actor) error {
			_, err := b.Edit(b.ctx, id, matrixDraft(), by)
			return err
		}},
		{"submit", func(b *bundle, id string, by office.Actor) error {
			_, err := b.Submit(b.ctx, id, by)
			return err
		}},
		{"approve", func(b *bundle, id string, by office.Actor) error {
			return b.Approve(b.ctx, id, b.detail(id).Message.SubmittedDigest, by)
		}},
		{"return", func(b *bundle, id string, by office.Actor) error { return b.Return(b.ctx, id, "the date is wrong", by) }},
		{"hold", func(b *bundle, id string, by office.Actor) error { return b.Hold(b.ctx, id, "wait", by) }},
		{"release", func(b *bundle, id string, by office.Actor) error {
			_, err := b.Release(b.ctx, id, "go on", by)
			return err
		}},
		{"cancel", func(b *bundle, id string, by office.Actor) error { return b.Cancel(b.ctx, id, "no more", by) }},
		{"rehearse", func(b *bundle, id string, by office.Actor) error {
			_, err := b.Rehearse(b.ctx, id, by)
			return err
		}},
	}
}

func matrixDraft() office.Draft { return draft("expires: " + later(time.Hour)) }

// TestMatrix tries every use case on a message of every state by every sort of
// person. The expected table is testdata/matrix.golden.
func TestMatrix(t *testing.T) {
	t.Parallel()
	tables := make([]string, len(useCases()))
	t.Run("by use case", func(t *testing.T) {
		for i, u := range useCases() {
			t.Run(u.name, func(t *testing.T) {
				b := setup(t)
				tables[i] = b.table(u)
			})
		}
	})
	golden(t, "testdata/matrix.golden", strings.Join(tables, "\n"))
}

// table is the outcome of one use case: states downwards, people across.
func (b *bundle) table(u useCase) string {
	b.Helper()
	var out strings.Builder
	fmt.Fprintf(&out, "%-20s", u.name)
	for _, c := range columns() {
		fmt.Fprintf(&out, "%-20s", c[0])
	}
	for _, state := range message.States() {
		fmt.Fprintf(&out, "\n%-20s", state)
		id := ""
		for _, c := range columns() {
			if id == "" {
				id = b.inState(state)
			}
			cell, changed := b.cell(u, id, as(c[1]))
			fmt.Fprintf(&out, "%-20s", cell)
			if changed {
				id = ""
			}
		}
	}
	lines := strings.Split(out.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// cell tries once. A refusal must have changed nothing, an act must have led
// to a state that may follow.
func (b *bundle) cell(u useCase, id string, by office.Actor) (string, bool) {
	b.Helper()
	before, rows := b.detail(id), b.counts()
	err := u.try(b, id, by)
	after := b.detail(id)
	where := fmt.Sprintf("%s of one %s by %q", u.name, before.Message.State, by.Name)
	if err != nil {
		if diff := cmp.Diff(before, after); diff != "" {
			b.Errorf("%s was refused and changed the message: %s", where, diff)
		}
		if diff := cmp.Diff(rows, b.counts()); diff != "" {
			b.Errorf("%s was refused and changed the database: %s", where, diff)
		}
		return b.refusalWord(where, id, by, err), false
	}
	from, to := before.Message.State, after.Message.State
	if from != to && !from.Can(to) && (!from.Can(message.Draft) || !message.Draft.Can(to)) {
		b.Errorf("%s led from %s to %s", where, from, to)
	}
	if b.counts()["ledger_entries"] == rows["ledger_entries"] {
		b.Errorf("%s left no entry in the ledger", where)
	}
	return string(to), true
}

func (b *bundle) refusalWord(where, id string, by office.Actor, err error) string {
	b.Helper()
	r, ok := errors.AsType[*office.Refusal](err)
	if !ok {
		b.Errorf("%s: not a refusal: %v", where, err)
		return "fault"
	}
	discreet(b.T, err)
	known := slices.Contains(staff(), by.Name)
	switch {
	case slices.Contains(newcomers(), by.Name):
		if !strings.Contains(err.Error(), id) || r.Code == office.Forbidden && r.Try == "" {
			b.Errorf("%s: the refusal does not name the message, or what to do: %v", where, err)
		}
	case known && !strings.Contains(r.Says, id):
		b.Errorf("%s: the refusal does not name the message: %v", where, err)
	case !known && (r.Try == "" || by.Name != "" && !strings.Contains(r.Says, by.Name)):
		b.Errorf("%s: the refusal does not name the person and what to do: %v", where, err)
	}
	return map[office.Code]string{
		office.Invalid: "invalid", office.NotFound: "not found", office.Conflict: "conflict", office.Forbidden: "forbidden",
	}[r.Code]
}

// inState makes a message and brings it into a state.
func (b *bundle) inState(state message.State) string {
	b.Helper()
	added, err := b.Add(b.ctx, matrixDraft(), as("dan"))
	b.no(err)
	id := added.ID
	b.no(b.Approve(b.ctx, id, b.submit(id), bob()))
	_, err = b.Edit(b.ctx, id, matrixDraft(), cat())
	b.no(err)
	if state != message.Draft {
		digest := b.submit(id)
		if state != message.InReview {
			b.no(b.Approve(b.ctx, id, digest, bob()))
			b.bring(id, state)
		}
	}
	b.wants(id, state)
	return id
}

// bring takes an approved message on.
func (b *bundle) bring(id string, state message.State) {
	b.Helper()
	switch state {
	case message.Approved:
	case message.Held:
		b.no(b.Hold(b.ctx, id, "wait", bob()))
	case message.Releasing:
		b.begin("mastodon")
	case message.Released:
		b.leave(message.Sent, "mastodon", "web")
	case message.ReleasedWithOpen:
		b.leave(message.Failed, "mastodon")
		b.leave(message.Sent, "web")
	case message.Rehearsed:
		b.rehearse("web")
		b.leave(message.Sent, "mastodon", "web")
		b.no(b.RehearseChannel(b.ctx, "web", false, ann()))
	case message.Cancelled:
		b.no(b.Cancel(b.ctx, id, "no more", bob()))
	case message.Expired:
		b.claim("web", time.Now().Add(2*time.Hour))
	default:
		b.Fatalf("no way leads to %s", state)
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(read(t, path)), got); diff != "" {
		t.Errorf("%s differs (-golden +got); run with -update and read it anew:\n%s", path, diff)
	}
}
