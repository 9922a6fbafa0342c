package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/message"
	"clarion/people"
)

func human(name, full string) people.Person {
	return people.Person{Name: name, FullName: full, Email: name + "@example.org", Kind: people.Human}
}

func TestPeople(t *testing.T) {
	b := setup(t)
	b.update(func(tx *Tx) error {
		return errors.Join(tx.PutPerson(human("bob", "Bob")), tx.PutPerson(human("ann", "Ann")), tx.PutPerson(human("bob", "Robert")),
			tx.InsertDepartment("Rivers"), tx.InsertDepartment("Rivers"),
			tx.SetGrants("bob", people.Everywhere, []people.Role{people.Viewer}),
			tx.SetGrants("bob", "Rivers", []people.Role{people.Author, people.Approver, people.Author}),
			tx.SetGrants("bob", "Rivers", []people.Role{people.Author}))
	})
	ann, bob := human("ann", "Ann"), human("bob", "Robert")
	ann.CreatedAt, bob.CreatedAt = b.now, b.now
	ann.Grants, bob.Grants = []people.Grant{}, []people.Grant{{Department: people.Everywhere, Role: people.Viewer}, {Department: "Rivers", Role: people.Author}}
	all, err := b.store.People(context.Background())
	b.no(err)
	if diff := cmp.Diff([]people.Person{ann, bob}, all); diff != "" {
		t.Errorf("people: %s", diff)
	}
	b.update(func(tx *Tx) error {
		if p, err := tx.Person("bob"); err != nil || p.FullName != "Robert" {
			t.Errorf("bob is %+v, %v", p, err)
		}
		if _, err := tx.Person("eve"); !errors.Is(err, ErrNotFound) {
			t.Errorf("eve: %v", err)
		}
		return errors.Join(tx.SetDisabled("bob", true), tx.DeleteDepartment("Rivers"))
	})
	p, err := b.store.Person(context.Background(), "bob")
	if err != nil || p.Active() || !p.DisabledAt.Equal(b.now) || len(p.Grants) != 1 || p.Grants[0].Department != people.Everywhere {
		t.Errorf("bob without the department is %+v, %v", p, err)
	}
}

// What ends sessions moves the generation of one person and of nobody else.
func TestWhatEndsSessions(t *testing.T) {
	b := setup(t)
	b.update(func(tx *Tx) error {
		return errors.Join(tx.PutPerson(human("ann", "Ann")), tx.PutPerson(human("bob", "Bob")), tx.InsertDepartment("Rivers"))
	})
	bob, err := b.store.Account(context.Background(), "bob")
	b.no(err)
	for _, c := range []struct {
		name   string
		change func(*Tx) error
		ends   bool
	}{
		{"a name", func(tx *Tx) error { return tx.PutPerson(human("ann", "Anne")) }, false},
		{"a password", func(tx *Tx) error { return tx.SetPassword("ann", "hash") }, true},
		{"a factor", func(tx *Tx) error { return tx.SetFactor("ann", "secret", 1, []string{"h1"}) }, true},
		{"a code", func(tx *Tx) error { _, err := tx.UseFactor("ann", 2); return err }, false},
		{"a role", func(tx *Tx) error { return tx.SetGrants("ann", "Rivers", []people.Role{people.Author}) }, true},
		{"a department", func(tx *Tx) error { return tx.DeleteDepartment("Rivers") }, true},
		{"the access", func(tx *Tx) error { return tx.SetDisabled("ann", true) }, true},
	} {
		before, err := b.store.Account(context.Background(), "ann")
		b.no(err)
		b.update(c.change)
		after, err := b.store.Account(context.Background(), "ann")
		b.no(err)
		if ended := after.Generation > before.Generation; ended != c.ends {
			t.Errorf("%s: sessions ended %v, want %v", c.name, ended, c.ends)
		}
	}
	if after, err := b.store.Account(context.Background(), "bob"); err != nil || after != bob {
		t.Errorf("bob's account is %+v, %v; it was %+v", after, err, bob)
	}
}

// A code of a second factor counts once, and so does a recovery code.
func TestCodesCountOnce(t *testing.T) {
	b := setup(t)
	b.update(func(tx *Tx) error {
		b.no(errors.Join(tx.PutPerson(human("ann", "Ann")), tx.SetFactor("ann", "secret", 5, []string{"h1", "h2"})))
		for step, want := range []bool{5: false, 6: true} {
			if step < 5 {
				continue
			}
			if ok, err := tx.UseFactor("ann", int64(step)); ok != want || err != nil {
				t.Errorf("step %d: %v, %v", step, ok, err)
			}
		}
		for _, want := range []bool{true, false} {
			if ok, err := tx.UseRecoveryCode("ann", "h1"); ok != want || err != nil {
				t.Errorf("a recovery code: %v, %v; want %v", ok, err, want)
			}
		}
		if ok, err := tx.UseRecoveryCode("bob", "h2"); ok || err != nil {
			t.Errorf("somebody else's recovery code: %v, %v", ok, err)
		}
		return nil
	})
	if left, err := b.store.RecoveryCodesLeft(context.Background(), "ann"); left != 1 || err != nil {
		t.Errorf("%d codes are left, %v", left, err)
	}
}

// A link holds until its end, once, and only the newest does.
func TestResets(t *testing.T) {
	b := setup(t)
	holds := func(hash, want string) {
		t.Helper()
		b.update(func(tx *Tx) error {
			if person, ok, err := tx.Reset(hash); person != want || ok != (want != "") || err != nil {
				t.Errorf("%s is for %q, %v, %v; want %q", hash, person, ok, err, want)
			}
			return nil
		})
	}
	b.update(func(tx *Tx) error {
		return errors.Join(tx.PutPerson(human("ann", "Ann")), tx.PutPerson(human("bob", "Bob")),
			tx.InsertReset("a1", "ann", b.now.Add(time.Hour)), tx.InsertReset("b1", "bob", b.now.Add(time.Hour)), tx.InsertReset("a2", "ann", b.now.Add(time.Hour)))
	})
	holds("a1", "")
	holds("a2", "ann")
	b.update(func(tx *Tx) error { return tx.SetPassword("ann", "hash") })
	holds("a2", "")
	holds("b1", "bob")
	b.now = b.now.Add(time.Hour)
	holds("b1", "")
}

func TestTokens(t *testing.T) {
	b := setup(t)
	k := people.Token{Name: "dashboard", Owner: "ann", Hash: "h", Scope: people.ScopeRead, Test: true, CreatedAt: b.now, ExpiresAt: b.now.Add(time.Hour)}
	b.update(func(tx *Tx) (err error) {
		b.no(tx.PutPerson(human("ann", "Ann")))
		k.ID, err = tx.InsertToken(k)
		return err
	})
	got, found, err := b.store.TokenByHash(context.Background(), "h")
	if diff := cmp.Diff(k, got); !found || err != nil || diff != "" {
		t.Errorf("found %v, %v: %s", found, err, diff)
	}
	if _, found, err := b.store.TokenByHash(context.Background(), "x"); found || err != nil {
		t.Errorf("another: %v, %v", found, err)
	}
	b.update(func(tx *Tx) error {
		if err := tx.RevokeToken(k.ID, "bob"); !errors.Is(err, ErrNotFound) {
			t.Errorf("somebody else revoked it: %v", err)
		}
		b.no(tx.RevokeToken(k.ID, "ann"))
		if err := tx.RevokeToken(k.ID, ""); !errors.Is(err, ErrNotFound) {
			t.Errorf("it was revoked twice: %v", err)
		}
		return nil
	})
	all, err := b.store.Tokens(context.Background(), "ann")
	if err != nil || len(all) != 1 || !all[0].RevokedAt.Equal(b.now) {
		t.Errorf("ann's tokens are %+v, %v", all, err)
	}
}

// Failures are forgotten by a sign-in and by the end of the window.
func TestFailedSignIns(t *testing.T) {
	b := setup(t)
	count := func(account, address int) {
		t.Helper()
		b.update(func(tx *Tx) error {
			if a, err := tx.Attempts("ann", "192.0.2.1"); a.Account != account || a.Address != address || err != nil {
				t.Errorf("counted %+v, %v; want %d and %d", a, err, account, address)
			}
			return nil
		})
	}
	b.update(func(tx *Tx) error {
		for _, try := range [][2]string{{"ann", "192.0.2.1"}, {"ann", "192.0.2.2"}, {"bob", "192.0.2.1"}} {
			if _, err := tx.RecordFailedSignIn(try[0], try[1]); err != nil {
				return err
			}
		}
		forgiven, err := tx.RecordFailedSignIn("ann", "192.0.2.1")
		return errors.Join(err, tx.ForgetAttempt(forgiven))
	})
	count(2, 2)
	b.update(func(tx *Tx) error { return tx.ForgetFailedSignIns("ann") })
	count(0, 1)
	b.now = b.now.Add(people.AttemptWindow)
	count(0, 1)
	b.now = b.now.Add(time.Millisecond)
	count(0, 0)
}

// A session is there until it expires or is deleted. It goes by the wall clock,
// as its keeper does.
func TestSessions(t *testing.T) {
	b := setup(t)
	s, ctx := b.store.Sessions(), context.Background()
	b.no(errors.Join(s.CommitCtx(ctx, "old", []byte("1"), time.Now().Add(-time.Second)), s.Commit("new", []byte("2"), time.Now().Add(time.Hour)), s.Commit("new", []byte("3"), time.Now().Add(time.Hour))))
	for token, want := range map[string][]byte{"old": nil, "new": []byte("3"), "none": nil} {
		if got, found, err := s.Find(token); !bytes.Equal(got, want) || found != (want != nil) || err != nil {
			t.Errorf("%s: %q, %v, %v", token, got, found, err)
		}
	}
	b.no(errors.Join(s.Delete("new"), s.Delete("none")))
	if _, found, err := s.Find("new"); found || err != nil {
		t.Errorf("a deleted session is there: %v", err)
	}
}

// What belongs to other departments is in no list.
func TestListsByDepartment(t *testing.T) {
	b := setup(t)
	ctx := context.Background()
	c := content("Bridge opens")
	c.Department = "Coasts"
	coasts := b.draft(c)
	b.submit(coasts, to("web")...)
	b.approve(coasts)
	rivers := b.draft(content("Gauges")) // of press
	b.submit(rivers, to("web")...)
	b.approve(rivers)
	for _, id := range []string{coasts, rivers, "everything"} {
		b.update(func(tx *Tx) error {
			b.no(tx.Record("message.approved", map[string]string{"message": id}))
			_, _, err := tx.Countersign("release", id, "", "ann")
			return err
		})
	}
	for _, tc := range []struct {
		departments []string
		want        []string
	}{{nil, []string{rivers, coasts}}, {[]string{"Coasts"}, []string{coasts}}, {[]string{"Coasts", "press"}, []string{rivers, coasts}}, {[]string{}, nil}} {
		messages, err := b.store.Messages(ctx, MessageFilter{Departments: tc.departments, Limit: 10})
		b.no(err)
		if got := pick(messages, func(m message.Message) string { return m.ID }); !slices.Equal(got, tc.want) {
			t.Errorf("%v: messages %v, want %v", tc.departments, got, tc.want)
		}
		sends, err := b.store.Sends(ctx, SendFilter{Departments: tc.departments, Limit: 10})
		b.no(err)
		if got := pick(sends, func(s message.Send) string { return s.Message }); !slices.Equal(got, tc.want) {
			t.Errorf("%v: sends of %v, want %v", tc.departments, got, tc.want)
		}
		changed, _, err := b.store.ChangedSends(ctx, 0, 100, tc.departments)
		b.no(err)
		if len(changed) != len(tc.want) {
			t.Errorf("%v: changed %+v", tc.departments, changed)
		}
		firsts, err := b.store.FirstDecisions(ctx, tc.departments)
		b.no(err)
		if len(firsts) != len(tc.want)+1 { // one is about no message
			t.Errorf("%v: first decisions %+v", tc.departments, firsts)
		}
	}
}

func pick[T any](all []T, id func(T) string) (ids []string) {
	for _, one := range all {
		ids = append(ids, id(one))
	}
	return ids
}
