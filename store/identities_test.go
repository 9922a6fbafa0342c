package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"clarion/people"
)

func TestIdentities(t *testing.T) {
	b := setup(t)
	const issuer = "https://login.example.org"
	generation := func(name string) int64 {
		a, err := b.store.Account(context.Background(), name)
		b.no(err)
		return a.Generation
	}
	find := func(issuer, subject string) string {
		var name string
		b.update(func(tx *Tx) (err error) {
			var ok bool
			if name, ok, err = tx.PersonOf(issuer, subject); ok != (name != "") {
				t.Errorf("%q, %v", name, ok)
			}
			return err
		})
		return name
	}
	b.update(func(tx *Tx) error {
		return errors.Join(tx.PutPerson(human("ann", "Ann")), tx.PutPerson(human("bob", "Bob")), tx.Bind("ann", issuer, "s1"))
	})
	if find(issuer, "s1") != "ann" || find(issuer, "S1") != "" || find("https://other.example.org", "s1") != "" || find("", "") != "" {
		t.Error("an identity is found wrongly")
	}
	ann, bob := generation("ann"), generation("bob")
	b.update(func(tx *Tx) error {
		return errors.Join(tx.InsertReset("h", "bob", b.now.Add(time.Hour)), tx.Bind("bob", issuer, "s1"), tx.SawIdentity("bob"))
	})
	if find(issuer, "s1") != "bob" || generation("ann") <= ann || generation("bob") <= bob {
		t.Error("the subject did not move, or a session went on")
	}
	b.update(func(tx *Tx) error {
		if _, ok, err := tx.Reset("h"); ok || err != nil {
			t.Errorf("a reset link outlived the binding: %v", err)
		}
		return tx.Bind("bob", issuer, "s2")
	})
	p, err := b.store.Person(context.Background(), "bob")
	b.no(err)
	if find(issuer, "s1") != "" || p.Issuer != issuer || p.Subject != "s2" || !p.SeenAt.IsZero() {
		t.Errorf("bound anew: %+v", p)
	}
	b.update(func(tx *Tx) error { return tx.Unbind("bob") })
	if p, err = b.store.Person(context.Background(), "bob"); err != nil || p.Issuer != "" || find(issuer, "s2") != "" {
		t.Errorf("unbound: %+v, %v", p, err)
	}
}

func TestReplaceGrants(t *testing.T) {
	b := setup(t)
	roads := people.Grant{Department: "Roads", Role: people.Author}
	b.update(func(tx *Tx) error {
		return errors.Join(tx.PutPerson(human("ann", "Ann")), tx.SetGrants("ann", people.Everywhere, []people.Role{people.Admin}), tx.ReplaceGrants("ann", []people.Grant{roads, roads}))
	})
	p, err := b.store.Person(context.Background(), "ann")
	b.no(err)
	if len(p.Grants) != 1 || p.Grants[0] != roads {
		t.Errorf("they hold %v", p.Grants)
	}
	b.update(func(tx *Tx) error { return tx.ReplaceGrants("ann", nil) })
	if p, err = b.store.Person(context.Background(), "ann"); err != nil || len(p.Grants) != 0 {
		t.Errorf("they hold %v, %v", p.Grants, err)
	}
}
