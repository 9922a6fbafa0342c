package accounts_test

import (
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

func TestTheFirstAndNoOther(t *testing.T) {
	b := setup(t)
	b.refused(b.AddFirst(b.ctx, human("eve"), password), office.Forbidden, "there are people already")
	p, _, err := b.Self(b.ctx, as("ada"))
	b.no(err)
	if len(p.Grants) != len(people.Roles()) || p.Grants[0].Department != people.Everywhere {
		t.Errorf("the first holds %+v", p.Grants)
	}
}

func TestBadPeople(t *testing.T) {
	b := setup(t)
	for says, change := range map[string]func(*people.Person){
		"is no name":          func(p *people.Person) { p.Name = "Not A Name" },
		"full name is missin": func(p *people.Person) { p.FullName = " " },
		"longer than 200":     func(p *people.Person) { p.FullName = strings.Repeat("x", 201) },
		"neither human nor":   func(p *people.Person) { p.Kind = "cat" },
		"can't be read":       func(p *people.Person) { p.Email = "Bob <bob@example.org>" },
	} {
		p := human("bob")
		change(&p)
		b.refused(b.SetPerson(b.ctx, p, as("ada")), office.Invalid, says)
	}
	p := human("bob")
	p.FullName, p.Email = strings.Repeat("x", 200), ""
	b.no(b.SetPerson(b.ctx, p, as("ada")))
	p.Kind = people.System
	b.refused(b.SetPerson(b.ctx, p, as("ada")), office.Conflict, "bob is a human and stays one")
}

func TestWhoManagesPeople(t *testing.T) {
	b := setup(t)
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error { return t.InsertDepartment("Rivers") }))
	b.join("bob", people.Grant{Department: "Rivers", Role: people.Admin})
	b.join("cat")
	b.refused(b.SetPerson(b.ctx, human("dan"), as("bob")), office.Forbidden, "that takes the role admin for the whole office")
	b.refused(b.SetPerson(b.ctx, human("dan"), as("stranger")), office.Forbidden, `no person called "stranger"`)
	b.refused(b.SetPerson(b.ctx, human("dan"), office.Actor{}), office.Forbidden, "not signed in")
	b.no(b.SetRoles(b.ctx, "cat", "Rivers", []people.Role{people.Author}, as("bob")))
	b.refused(b.SetRoles(b.ctx, "cat", people.Everywhere, []people.Role{people.Author}, as("bob")), office.Forbidden, "for the whole office")
	b.refused(b.SetRoles(b.ctx, "cat", "Roads", nil, as("ada")), office.NotFound, `no department called "Roads"`)
	b.refused(b.SetRoles(b.ctx, "bob", "Rivers", nil, as("bob")), office.Forbidden, "to themselves")
	b.refused(b.SetRoles(b.ctx, "cat", "Rivers", []people.Role{"king"}, as("bob")), office.Invalid, "no role called")
	b.refused(b.SetRoles(b.ctx, "nobody", "Rivers", nil, as("bob")), office.NotFound, "no person called nobody")
	b.refused(b.Disable(b.ctx, "ada", as("ada")), office.Forbidden, "disables themselves")
	b.refused(b.Disable(b.ctx, "nobody", as("ada")), office.NotFound, "no person")
	b.no(b.Disable(b.ctx, "cat", as("ada")))
	_, err := b.Invite(b.ctx, "cat", as("ada"))
	b.refused(err, office.Conflict, "cat is disabled, so a link would not work; give them their access back first with `clarion user enable cat`")
}

func TestInvitationsHoldOnce(t *testing.T) {
	b := setup(t)
	b.no(b.SetPerson(b.ctx, human("bob"), as("ada")))
	first, err := b.Invite(b.ctx, "bob", as("ada"))
	b.no(err)
	second, err := b.Invite(b.ctx, "bob", as("ada"))
	b.no(err)
	_, err = b.Reset(b.ctx, codeOf(first), password)
	b.refused(err, office.NotFound, "does not hold any more")
	_, err = b.Reset(b.ctx, codeOf(second), "short")
	b.refused(err, office.Invalid, "it takes 15")
	name, err := b.Invited(b.ctx, codeOf(second))
	b.no(err)
	if name != "bob" {
		t.Errorf("the link is for %q", name)
	}
	_, err = b.Reset(b.ctx, codeOf(second), password)
	b.no(err)
	_, err = b.Reset(b.ctx, codeOf(second), password)
	b.refused(err, office.NotFound, "does not hold any more")
	_, err = b.Reset(b.ctx, "", password)
	b.refused(err, office.NotFound, "does not hold any more")
}

func TestForgot(t *testing.T) {
	b := setup(t)
	b.no(b.Forgot(b.ctx, "nobody", "192.0.2.1"))
	if b.mail.to != "" {
		t.Errorf("a stranger was mailed: %+v", b.mail)
	}
	b.no(b.Forgot(b.ctx, "Ada", "192.0.2.1"))
	if b.mail.to != "ada@example.org" || !strings.Contains(b.mail.text, "/signin/choose?code=") {
		t.Fatalf("mailed %+v", b.mail)
	}
	_, link, _ := strings.Cut(b.mail.text, "code=")
	code, _, _ := strings.Cut(link, "\n")
	if name, err := b.Reset(b.ctx, code, password+" new"); err != nil || name != "ada" {
		t.Errorf("reset %q, %v", name, err)
	}
	for range 10 {
		if err := b.Forgot(b.ctx, "ada", "192.0.2.1"); err != nil {
			b.refused(err, office.TooMany, "wait")
			return
		}
	}
	t.Error("mail can be asked for without end")
}

func TestTokens(t *testing.T) {
	b := setup(t)
	secret, made, err := b.MakeToken(b.ctx, accounts.NewToken{Name: "cms", Scope: people.ScopeAll, Age: time.Hour}, as("ada"))
	b.no(err)
	by, ok, err := b.RecogniseToken(b.ctx, secret)
	b.no(err)
	if !ok || by.Name != "ada" || by.Token.ID != made.ID || by.Token.Hash == secret {
		t.Errorf("recognised %+v", by)
	}
	_, _, err = b.MakeToken(b.ctx, accounts.NewToken{Name: "x", Scope: people.ScopeAll, Age: time.Hour}, by)
	b.refused(err, office.Forbidden, "a token can't change the account")
	if _, ok, _ := b.RecogniseToken(b.ctx, people.NewTokenSecret(false)); ok {
		t.Error("a made-up token is recognised")
	}
	b.join("bob")
	b.refused(b.RevokeToken(b.ctx, made.ID, as("bob")), office.NotFound, "you have no token")
	b.refused(b.RevokeToken(b.ctx, made.ID, office.Actor{}), office.Forbidden, "you are not signed in")
	b.refused(b.RevokeToken(b.ctx, made.ID, office.Actor{Local: true}), office.Forbidden, "you are not signed in")
	b.no(b.RevokeToken(b.ctx, made.ID, as("ada")))
	by, ok, _ = b.RecogniseToken(b.ctx, secret)
	b.refused(b.SetPerson(b.ctx, human("dan"), by), office.Forbidden, "the token was revoked")
	if !ok {
		t.Error("a revoked token is not told so")
	}
}

func TestTokensOfSystems(t *testing.T) {
	b := setup(t)
	robot := human("robot")
	robot.Kind = people.System
	b.no(b.SetPerson(b.ctx, robot, as("ada")))
	b.join("bob")
	n := accounts.NewToken{Name: "cms", Owner: "robot", Scope: people.ScopeDraft, Age: time.Hour}
	_, _, err := b.MakeToken(b.ctx, n, as("bob"))
	b.refused(err, office.Forbidden, "bob may not manage people")
	if _, _, err := b.MakeToken(b.ctx, n, as("ada")); err != nil {
		t.Error(err)
	}
	all, err := b.Tokens(b.ctx, "robot", as("ada"))
	b.no(err)
	if len(all) != 1 || all[0].Owner != "robot" || all[0].Name != "cms" {
		t.Errorf("of the system: %+v", all)
	}
	_, err = b.Tokens(b.ctx, "robot", as("bob"))
	b.refused(err, office.Forbidden, "bob may not manage people")
	_, err = b.Tokens(b.ctx, "nobody", as("ada"))
	b.refused(err, office.NotFound, "no person called nobody")
	_, err = b.Tokens(b.ctx, "", office.Actor{})
	b.refused(err, office.Forbidden, "you are not signed in")
	if own, err := b.Tokens(b.ctx, "bob", as("bob")); err != nil || len(own) != 0 {
		t.Errorf("bob's own: %+v, %v", own, err)
	}
	b.no(b.RevokeToken(b.ctx, all[0].ID, as("ada")))
	b.refused(b.RevokeToken(b.ctx, all[0].ID, as("ada")), office.NotFound, "there is no token")
	n.Owner = "bob"
	_, _, err = b.MakeToken(b.ctx, n, as("ada"))
	b.refused(err, office.Forbidden, "makes their own tokens")
	for age, says := range map[time.Duration]string{0: "lasts for", people.MaxTokenAge + 1: "lasts for"} {
		_, _, err := b.MakeToken(b.ctx, accounts.NewToken{Name: "x", Scope: people.ScopeRead, Age: age}, as("ada"))
		b.refused(err, office.Invalid, says)
	}
	_, _, err = b.MakeToken(b.ctx, accounts.NewToken{Name: "x", Scope: "most", Age: time.Hour}, as("ada"))
	b.refused(err, office.Invalid, "no scope called")
	_, _, err = b.MakeToken(b.ctx, accounts.NewToken{Scope: people.ScopeRead, Age: time.Hour}, as("ada"))
	b.refused(err, office.Invalid, "has a name")
}

// Every change of an account stands in the ledger, without a name or a secret.
func TestTheLedgerKnows(t *testing.T) {
	b := setup(t)
	b.join("bob", people.Grant{Department: people.Everywhere, Role: people.Author})
	b.factor("bob")
	secret, made, err := b.MakeToken(b.ctx, accounts.NewToken{Name: "cms", Scope: people.ScopeAll, Age: time.Hour}, as("bob"))
	b.no(err)
	b.no(b.RevokeToken(b.ctx, made.ID, as("bob")))
	b.no(b.Disable(b.ctx, "bob", as("ada")))
	b.no(b.Enable(b.ctx, "bob", as("ada")))
	var text strings.Builder
	_, err = b.store.Export(b.ctx, export.Range{}, func(e export.Entry) error {
		text.WriteString(string(e.Kind) + " " + string(e.Body) + "\n")
		return nil
	})
	b.no(err)
	for _, kind := range []ledger.Kind{
		ledger.PersonAdded, ledger.RolesChanged, ledger.ResetMade, ledger.PasswordChanged, ledger.FactorChanged, ledger.TokenMade, ledger.TokenRevoked,
		ledger.PersonDisabled, ledger.PersonEnabled,
	} {
		if !strings.Contains(text.String(), string(kind)+" ") {
			t.Errorf("no entry %s", kind)
		}
	}
	for _, private := range []string{"bob", `"ada"`, "Surname", secret, password} {
		if strings.Contains(text.String(), private) {
			t.Errorf("the ledger holds %q", private)
		}
	}
}
