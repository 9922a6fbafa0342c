package accounts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"clarion/accounts"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

const password = "violin tundra magnet soup"

// post keeps what was mailed.
type post struct{ to, text string }

func (p *post) Tell(to []string, _, text string) { p.to, p.text = strings.Join(to, ","), text }

// bundle is an office whose only person is ada, who may do everything.
type bundle struct {
	*testing.T
	*accounts.Accounts
	ctx   context.Context
	store *store.Store
	dir   string
	mail  *post
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bundle{T: t, ctx: t.Context(), store: s, dir: dir, mail: &post{}}
	b.Accounts = accounts.New(s, accounts.Settings{
		Office: "Rivers and Coasts", ResetLink: func(code string) string { return "https://news.example.org/signin/choose?code=" + code }, Teller: b.mail,
	})
	b.no(b.AddFirst(b.ctx, human("ada"), password))
	return b
}

func human(name string) people.Person {
	return people.Person{Name: name, FullName: strings.ToUpper(name[:1]) + name[1:] + " Surname", Email: name + "@example.org", Kind: people.Human}
}

func (b *bundle) no(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bundle) refused(err error, code office.Code, says string) {
	b.Helper()
	r, ok := errors.AsType[*office.Refusal](err)
	if !ok || r.Code != code || !strings.Contains(r.Error(), says) {
		b.Errorf("got %v, want a refusal of code %d that says %q", err, code, says)
	}
}

func as(name string) office.Actor { return office.Actor{Name: name, Verified: true} }

// join adds a person who chose a password by an invitation.
func (b *bundle) join(name string, grants ...people.Grant) {
	b.Helper()
	b.no(b.SetPerson(b.ctx, human(name), as("ada")))
	for _, g := range grants {
		b.no(b.SetRoles(b.ctx, name, g.Department, []people.Role{g.Role}, as("ada")))
	}
	link, err := b.Invite(b.ctx, name, as("ada"))
	b.no(err)
	got, err := b.Reset(b.ctx, codeOf(link), password)
	b.no(err)
	if got != name {
		b.Errorf("the invitation was for %q", got)
	}
}

func codeOf(link string) string { return link[strings.LastIndex(link, "=")+1:] }

func (b *bundle) signIn(name, secret, code string) (accounts.Session, error) {
	return b.SignIn(b.ctx, accounts.SignIn{Name: name, Password: secret, Code: code, Address: "192.0.2.1"})
}

// holds reports whether a session still counts.
func (b *bundle) holds(s accounts.Session) bool {
	b.Helper()
	_, ok, err := b.Recognise(b.ctx, s)
	b.no(err)
	return ok
}

// factor sets up a second factor, and gives its secret and recovery codes.
func (b *bundle) factor(name string) (secret string, recovery []string) {
	b.Helper()
	f, err := b.BeginFactor(as(name))
	b.no(err)
	recovery, err = b.ConfirmFactor(b.ctx, f.Secret, codeAt(b, f.Secret, 0), password, "192.0.2.1", as(name))
	b.no(err)
	return f.Secret, recovery
}

// codeAt gives the code of a step from now.
func codeAt(b *bundle, secret string, step int) string {
	b.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(step)*30*time.Second))
	b.no(err)
	return code
}
