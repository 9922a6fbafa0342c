package daemon

import (
	"sync"
	"time"

	"clarion/people"
	"clarion/store"
)

// password is everybody's.
const password = "violin tundra magnet soup"

// hashedPassword is hashed once: it takes its time by design.
var hashedPassword = sync.OnceValues(func() (string, error) { return people.HashPassword(password) })

// hire adds people who hold every role and can sign in.
func (b *bundle) hire(names ...string) {
	b.Helper()
	hash, err := hashedPassword()
	b.no(err)
	b.no(b.store.Update(b.Context(), time.Now(), func(t *store.Tx) error {
		for _, name := range names {
			b.no(t.PutPerson(people.Person{Name: name, FullName: "Officer " + name, Kind: people.Human}))
			b.no(t.SetGrants(name, people.Everywhere, people.Roles()))
			b.no(t.SetPassword(name, hash))
		}
		return nil
	}))
}
