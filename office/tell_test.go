package office_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// postman keeps what staff are told.
type postman struct {
	mu   sync.Mutex
	sent []string
}

func (p *postman) Tell(to []string, subject, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.Sort(to)
	p.sent = append(p.sent, fmt.Sprint(to, " ", subject, "\n", text))
}

func TestStaffAreToldWhatWaits(t *testing.T) {
	b := setup(t)
	p := &postman{}
	b.settings.Teller = p
	b.renew()
	for _, name := range []string{"ann", "bob", "cat", "dan"} {
		b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error {
			return t.PutPerson(people.Person{Name: name, FullName: fullName(name), Email: name + "@example.org", Kind: people.Human})
		}))
	}
	b.hire("cat", people.Everywhere, people.Author)
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error { return t.SetDisabled("dan", true) }))
	id := b.add("audiences: [public]", "title: A secret title")
	b.submit(id)
	if len(p.sent) != 1 || !strings.HasPrefix(p.sent[0], "[bob@example.org] Message "+id+" waits") {
		t.Fatalf("told %q", p.sent)
	}
	b.no(b.Return(b.ctx, id, "the date is wrong", bob()))
	if len(p.sent) != 2 || !strings.HasPrefix(p.sent[1], "[ann@example.org] Message "+id+" was returned") {
		t.Fatalf("told %q", p.sent)
	}
	for _, private := range []string{"secret title", "the date is wrong"} {
		if strings.Contains(strings.Join(p.sent, ""), private) {
			t.Errorf("a mail holds %q", private)
		}
	}
	b.refused(b.Return(b.ctx, id, "again", bob()), office.Conflict)
	if len(p.sent) != 2 {
		t.Errorf("a refusal told %q", p.sent[2:])
	}
}
