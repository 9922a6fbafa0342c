package office_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"clarion/message"
	"clarion/office"
)

const birds = "email,name,language\nwren@example.net,Jenny Wren,en\nfinch@example.net,Fred Finch,cy\n"

func (b *bundle) importInto(name, list string) office.Imported {
	b.Helper()
	imported, err := b.Import(b.ctx, name, strings.NewReader(list), false, ann())
	b.no(err)
	return imported
}

func (b *bundle) size(name string) int {
	b.Helper()
	all, err := b.Audiences(b.ctx)
	b.no(err)
	for _, a := range all {
		if a.Name == name {
			return a.Size
		}
	}
	b.Fatalf("there is no audience %s", name)
	return 0
}

// TestImportTakesGoodRowsOnlyWhenAsked reports a bad row by its line, without
// what stands on it.
func TestImportTakesGoodRowsOnlyWhenAsked(t *testing.T) {
	b := setup(t)
	list := birds + "wren@example.net,Twice,en\n@example.net,Nobody Here,en\nowl@example.net,Olaf Owl,klingonish-too-long\nheron@example.net\n"
	before := b.counts()
	_, err := b.Import(b.ctx, "press", strings.NewReader(list), false, ann())
	r := b.refused(err, office.Invalid, "4 of its lines", "--good-rows")
	for i, p := range r.Problems {
		if p.Line != i+4 || p.Says == "" {
			t.Errorf("problem %d: %+v", i, p)
		}
	}
	for _, word := range []string{"owl", "olaf", "nobody", "heron", "klingon"} {
		if strings.Contains(strings.ToLower(r.Error()), word) {
			t.Errorf("the refusal holds %q: %v", word, r)
		}
	}
	if after := b.counts(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("refused, and rows went from %v to %v", before, after)
	}
	imported, err := b.Import(b.ctx, "press", strings.NewReader(list), true, ann())
	b.no(err)
	if imported.Rows != 2 || imported.Added != 2 || len(imported.Faults) != 4 || b.size("press") != 2 {
		t.Errorf("imported %+v, %d people", imported, b.size("press"))
	}
	if again := b.importInto("press", birds); again.Rows != 2 || again.Added != 0 {
		t.Errorf("imported again: %+v", again)
	}
}

func TestImportThatIsRefused(t *testing.T) {
	b := setup(t)
	before := b.counts()
	_, err := b.Import(b.ctx, "nobody", strings.NewReader(birds), false, ann())
	b.refused(err, office.NotFound, "nobody", "clarion audience list")
	_, err = b.Import(b.ctx, "press", strings.NewReader(birds), false, as("mallory"))
	b.refused(err, office.Forbidden, "mallory")
	_, err = b.Import(b.ctx, "press", strings.NewReader(""), false, ann())
	b.refused(err, office.Invalid)
	gone, leave := context.WithCancel(b.ctx)
	leave()
	_, err = b.Import(gone, "press", strings.NewReader(birds), false, ann())
	if err == nil {
		t.Error("imported for somebody who left")
	}
	discreet(t, err)
	if after := b.counts(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("rows went from %v to %v", before, after)
	}
}

// TestUnsubscribedStayOut holds after a second request and after the list is
// imported anew.
func TestUnsubscribedStayOut(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	id := b.approved("audiences: [press]")
	b.leave(message.Sent, "email")
	send := b.send(id, "email", 0)
	all, err := b.Recipients(b.ctx, send.ID, message.Sent, 0, 10)
	b.no(err)
	if len(all) != 2 || send.State != message.Sent {
		t.Fatalf("sent to %d, state %s", len(all), send.State)
	}
	left := all[0]
	for range 2 {
		b.no(b.Unsubscribe(b.ctx, left.ID))
	}
	if n := len(b.strings("SELECT seq FROM ledger_entries WHERE kind = 'subscriber.unsubscribed'")); n != 1 {
		t.Errorf("%d entries for one who left, want 1", n)
	}
	b.importInto("press", birds)
	if b.size("press") != 1 {
		t.Errorf("%d people, want the one who stayed", b.size("press"))
	}
	second := b.approved("audiences: [press]")
	opened := b.begin("email")
	if len(opened) != 1 || opened[0].Item.Address == left.Address {
		t.Errorf("written to: %d, first %t", len(opened), opened[0].Item.Address == left.Address)
	}
	b.end(opened, message.Sent)
	if tally := b.send(second, "email", 0).Tally; tally[message.Suppressed] != 1 || tally[message.Sent] != 1 {
		t.Errorf("tally %v", tally)
	}
	b.refused(b.Unsubscribe(b.ctx, 1<<40), office.NotFound, "not one of ours")
}

// TestUnsubscribedOfOneAudience leaves the others alone.
func TestUnsubscribedOfOneAudience(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	b.importInto("partners", birds)
	id := b.approved("audiences: [press]")
	b.leave(message.Sent, "email")
	all, err := b.Recipients(b.ctx, b.send(id, "email", 0).ID, "", 0, 10)
	b.no(err)
	b.no(b.Unsubscribe(b.ctx, all[0].ID))
	if b.size("press") != 1 || b.size("partners") != 2 {
		t.Errorf("press has %d, partners %d; want 1 and 2", b.size("press"), b.size("partners"))
	}
}

// TestEmptyAudienceSendsToNobody ends as cancelled, not as sent.
func TestEmptyAudienceSendsToNobody(t *testing.T) {
	b := setup(t)
	id := b.approved("audiences: [press]")
	if opened := b.begin("email"); len(opened) > 0 {
		t.Errorf("opened %d attempts for nobody", len(opened))
	}
	b.wants(id, message.Cancelled)
	if s := b.send(id, "email", 0); s.State != message.Suppressed || s.Reason != "empty-audience" {
		t.Errorf("its send is %s: %s", s.State, s.Reason)
	}
}
