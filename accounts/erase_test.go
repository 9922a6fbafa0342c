package accounts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/accounts"
	"clarion/export"
	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// leave adds hal, who did some things and left, and a second administrator.
func (b *bundle) leave() {
	b.Helper()
	b.join("bob", people.Grant{Department: people.Everywhere, Role: people.Admin})
	b.join("hal.young", people.Grant{Department: people.Everywhere, Role: people.Admin})
	b.factor("hal.young")
	_, _, err := b.MakeToken(b.ctx, accounts.NewToken{Name: "x", Scope: people.ScopeAll, Age: time.Hour}, as("hal.young"))
	b.no(err)
	b.no(b.Disable(b.ctx, "hal.young", as("ada")))
}

// It takes two administrators, and afterwards the ledger tells the same story
// of somebody without a name.
func TestErase(t *testing.T) {
	b := setup(t)
	b.leave()
	e, err := b.Erase(b.ctx, "hal.young", as("ada"))
	b.no(err)
	if e != (accounts.Erased{}) {
		t.Errorf("the first of two: %+v", e)
	}
	if e, err = b.Erase(b.ctx, "hal.young", as("ada")); err != nil || e.Done || !e.Already {
		t.Errorf("the first again: %+v, %v", e, err)
	}
	if e, err = b.Erase(b.ctx, "hal.young", as("bob")); err != nil || !e.Done || e.Name != "erased person 1" || e.Ties == 0 || e.Unclean != "" {
		t.Errorf("the second: %+v, %v", e, err)
	}
	v, err := b.store.Verify(b.ctx, nil)
	b.no(err)
	if len(v.Faults) > 0 {
		t.Errorf("the ledger: %v", v.Faults)
	}
	var story []string
	_, err = b.store.Export(b.ctx, export.Range{}, func(e export.Entry) error {
		if strings.Contains(string(e.Body)+e.Ties["subject"]+e.Ties["by"], "hal") {
			t.Errorf("%s names them: %s %v", e.Kind, e.Body, e.Ties)
		}
		if e.Kind == ledger.PersonErased || e.Ties["by"] == "erased person 1" || e.Ties["subject"] == "erased person 1" {
			story = append(story, string(e.Kind)+" by "+e.Ties["by"]+" with "+e.Ties["with"])
		}
		return nil
	})
	b.no(err)
	if want := []string{
		"person.added by ada with ", "person.roles by ada with ", "account.reset by ada with ", "account.password by erased person 1 with ",
		"account.factor by erased person 1 with ", "token.made by erased person 1 with ", "person.disabled by ada with ",
		"decision.first by ada with ", "person.erased by bob with ada",
	}; !slices.Equal(story, want) {
		t.Errorf("the ledger tells %q, want %q", story, want)
	}
}

func TestWhoIsErasedAndByWhom(t *testing.T) {
	b := setup(t)
	b.leave()
	b.join("cat", people.Grant{Department: people.Everywhere, Role: people.Operator})
	for _, c := range []struct {
		name string
		by   office.Actor
		code office.Code
		says string
	}{
		{"hal.young", as("cat"), office.Forbidden, "that takes the role admin for the whole office"},
		{"hal.young", office.Actor{}, office.Forbidden, "not signed in"},
		{"hal.young", office.Owner(), office.Forbidden, "not signed in"},
		{"nobody", as("ada"), office.NotFound, "no person called nobody"},
		{"cat", as("ada"), office.Conflict, "cat can still sign in"},
		{"ada", as("ada"), office.Conflict, "ada can still sign in"},
	} {
		_, err := b.Erase(b.ctx, c.name, c.by)
		b.refused(err, c.code, c.says)
	}
	change := func(change func(*store.Tx) error) { b.no(b.store.Update(b.ctx, time.Now(), change)) }
	change(func(t *store.Tx) error { _, err := t.SetFreeze("cat", ""); return err })
	_, err := b.Erase(b.ctx, "hal.young", as("ada"))
	b.refused(err, office.Conflict, "the file FREEZE may name hal.young")
	change(func(t *store.Tx) error { return t.ClearFreeze() })

	// A first decision does not outlive that they came back.
	_, err = b.Erase(b.ctx, "hal.young", as("ada"))
	b.no(err)
	b.no(b.Enable(b.ctx, "hal.young", as("ada")))
	_, err = b.Erase(b.ctx, "hal.young", as("bob"))
	b.refused(err, office.Conflict, "can still sign in")
}

// Nothing brings an erased person back, and nobody takes the place.
func TestErasedStaysErased(t *testing.T) {
	b := setup(t)
	b.leave()
	for _, by := range []string{"ada", "bob"} {
		_, err := b.Erase(b.ctx, "hal.young", as(by))
		b.no(err)
	}
	const neutral = "erased person 1"
	_, err := b.Erase(b.ctx, neutral, as("ada"))
	b.refused(err, office.Conflict, "is a neutral name")
	b.refused(b.Enable(b.ctx, neutral, as("ada")), office.Conflict, "is a neutral name")
	b.refused(b.Disable(b.ctx, neutral, as("ada")), office.Conflict, "is a neutral name")
	b.refused(b.ResetFactor(b.ctx, neutral, as("ada")), office.Conflict, "is a neutral name")
	b.refused(b.SetRoles(b.ctx, neutral, people.Everywhere, nil, as("ada")), office.Conflict, "is a neutral name")
	_, err = b.Invite(b.ctx, neutral, as("ada"))
	b.refused(err, office.Conflict, "is a neutral name")
	_, _, err = b.MakeToken(b.ctx, accounts.NewToken{Name: "x", Owner: neutral, Scope: people.ScopeAll, Age: time.Hour}, as("ada"))
	b.refused(err, office.Conflict, "is a neutral name")
	b.refused(b.SetPerson(b.ctx, people.Person{Name: neutral, FullName: "X", Kind: people.Human}, as("ada")), office.Invalid, "is no name for a person")
	if _, err := b.signIn("hal.young", password, ""); err == nil {
		t.Error("an erased person signed in")
	}
	if _, err := b.signIn(neutral, password, ""); err == nil {
		t.Error("a neutral name signed in")
	}
	all, err := b.People(b.ctx, as("ada"))
	b.no(err)
	for _, p := range all {
		if p.Name == neutral && (p.Active() || p.FullName != neutral || p.Email != "" || len(p.Grants) > 0) {
			t.Errorf("left of them: %+v", p)
		}
	}
}

// An administrator who left in between is not one of the two.
func TestTheFirstWhoErasesLeft(t *testing.T) {
	b := setup(t)
	b.leave()
	_, err := b.Erase(b.ctx, "hal.young", as("bob"))
	b.no(err)
	b.no(b.Disable(b.ctx, "bob", as("ada")))
	if e, err := b.Erase(b.ctx, "hal.young", as("ada")); err != nil || e.Done || e.Already {
		t.Errorf("with the word of who left: %+v, %v", e, err)
	}
}

// The record names others as before, whatever the erased were called.
func TestErasingLeavesOthersInTheRecord(t *testing.T) {
	b := setup(t)
	b.leave()
	b.join("hal.young-2", people.Grant{Department: people.Everywhere, Role: people.Admin})
	fake := human("hal.young")
	fake.FullName = "bob"
	b.no(b.SetPerson(b.ctx, fake, as("ada")))
	for _, by := range []string{"ada", "hal.young-2"} {
		_, err := b.Erase(b.ctx, "hal.young", as(by))
		b.no(err)
	}
	seen := map[string]bool{}
	_, err := b.store.Export(b.ctx, export.Range{}, func(e export.Entry) error {
		for _, name := range []string{e.Ties["by"], e.Ties["subject"]} {
			seen[name] = true
		}
		return nil
	})
	b.no(err)
	for _, name := range []string{"ada", "bob", "hal.young-2", "erased person 1"} {
		if !seen[name] {
			t.Errorf("%s is not in the record", name)
		}
		delete(seen, name)
	}
	delete(seen, "")
	if len(seen) > 0 {
		t.Errorf("the record names %v as well", seen)
	}
}
