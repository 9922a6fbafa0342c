package accounts_test

import (
	"encoding/json"
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

const issuer = "https://login.example.org"

// outsideSetup is an office with a provider, whose group authors writes for
// Roads and whose group leads approves everywhere.
func outsideSetup(t *testing.T, change ...func(*accounts.Outside)) *bundle {
	t.Helper()
	b := setup(t)
	o := accounts.Outside{Issuer: issuer, SessionAge: time.Hour, Rules: []people.GroupRule{
		{Group: "authors", Role: people.Author, Department: "Roads"}, {Group: "leads", Role: people.Approver, Department: people.Everywhere},
		{Group: "leads", Role: people.Publisher, Department: people.Everywhere}, {Group: "ghosts", Role: people.Author, Department: "Nowhere"},
	}}
	for _, c := range change {
		c(&o)
	}
	b.Accounts = accounts.New(b.store, accounts.Settings{
		Office: "Rivers and Coasts", Outside: &o, Teller: b.mail,
		ResetLink:   func(code string) string { return "https://news.example.org/signin/choose?code=" + code },
		ConfirmLink: func(code string) string { return "https://news.example.org/signin/cli?code=" + code },
	})
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error { return t.InsertDepartment("Roads") }))
	return b
}

// zoe is who comes from the provider.
func zoe(groups ...string) accounts.Identity {
	return accounts.Identity{Issuer: issuer, Subject: "sub-zoe", Login: "zoe", FullName: "Zoë Müller", Email: "zoe@example.org", Groups: groups, GroupsSaid: true}
}

func (b *bundle) from(who accounts.Identity) accounts.Session {
	b.Helper()
	s, err := b.SignInOutside(b.ctx, who)
	b.no(err)
	return s
}

// holdsRoles checks all the roles of a person.
func (b *bundle) holdsRoles(name string, want ...people.Grant) {
	b.Helper()
	p, err := b.store.Person(b.ctx, name)
	b.no(err)
	if len(p.Grants) != len(want) || slices.ContainsFunc(want, func(g people.Grant) bool { return !slices.Contains(p.Grants, g) }) {
		b.Errorf("%s holds %v, want %v", name, p.Grants, want)
	}
}

func TestAFirstSignInAddsAPerson(t *testing.T) {
	b := outsideSetup(t)
	s := b.from(zoe("authors", "ghosts", "choir"))
	p, err := b.store.Person(b.ctx, "zoe")
	b.no(err)
	if s.Person != "zoe" || !s.Outside || time.Until(s.Until) > time.Hour || time.Until(s.Until) < 59*time.Minute || !b.holds(s) {
		t.Errorf("the session is %+v", s)
	}
	if p.FullName != "Zoë Müller" || p.Email != "zoe@example.org" || p.Kind != people.Human || p.Issuer != issuer || p.Subject != "sub-zoe" || time.Since(p.SeenAt) > time.Minute {
		t.Errorf("the person is %+v", p)
	}
	b.holdsRoles("zoe", people.Grant{Department: "Roads", Role: people.Author})
	again := b.from(zoe("authors"))
	if again.Person != "zoe" || again.Generation != s.Generation || !b.holds(s) {
		t.Errorf("a second sign-in changed something: %+v after %+v", again, s)
	}
}

// Whose address or login name somebody bears makes them nobody else.
func TestNobodyTakesOverAnAccount(t *testing.T) {
	b := outsideSetup(t)
	thief := zoe("authors")
	thief.Login, thief.Email, thief.FullName = "ada", "ada@example.org", "Ada Surname"
	if s := b.from(thief); s.Person != "ada-2" {
		t.Errorf("it is %s", s.Person)
	}
	other := thief
	other.Subject = "sub-other"
	if s := b.from(other); s.Person != "ada-3" {
		t.Errorf("another subject is %s", s.Person)
	}
	if _, err := b.signIn("ada", password, ""); err != nil {
		t.Errorf("ada: %v", err)
	}
	foreign := zoe("authors")
	foreign.Issuer = "https://evil.example"
	_, err := b.SignInOutside(b.ctx, foreign)
	b.refused(err, office.Forbidden, "through that provider")
	_, err = b.SignInOutside(b.ctx, accounts.Identity{Issuer: issuer})
	b.refused(err, office.Forbidden, "through that provider")
}

func TestGroupsBecomeRolesWhole(t *testing.T) {
	b := outsideSetup(t)
	first := b.from(zoe("authors"))
	lead := b.from(zoe("leads"))
	b.holdsRoles("zoe", people.Grant{Department: people.Everywhere, Role: people.Approver}, people.Grant{Department: people.Everywhere, Role: people.Publisher})
	if b.holds(first) || !b.holds(lead) {
		t.Error("a session outlived a change of groups, or the new one did not hold")
	}
	none := zoe("choir")
	_, err := b.SignInOutside(b.ctx, none)
	b.refused(err, office.Forbidden, "none of your groups gives a role here")
	b.holdsRoles("zoe")
	if b.holds(lead) {
		t.Error("a session outlived the last group")
	}
	b.from(zoe("leads"))
	silent := zoe()
	silent.GroupsSaid = false
	_, err = b.SignInOutside(b.ctx, silent)
	b.refused(err, office.Forbidden, "told nothing of your groups")
	b.holdsRoles("zoe")
	if said := b.decisions(ledger.RolesChanged); !slices.Contains(said, "single sign-on|group authors gives author|Roads|author") ||
		!slices.Contains(said, "single sign-on|group leads gives approver; group leads gives publisher|*|approver, publisher") ||
		!slices.Contains(said, "single sign-on|no group gives a role here|*|") {
		t.Errorf("the ledger says %q", said)
	}
}

// decisions gives the entries of a kind: who, why, where, what.
func (b *bundle) decisions(kind ledger.Kind) []string {
	b.Helper()
	var all []string
	_, err := b.store.Export(b.ctx, export.Range{}, func(e export.Entry) error {
		if e.Kind == kind {
			all = append(all, said(e))
		}
		return nil
	})
	b.no(err)
	return all
}

// said puts an entry on a line.
func said(e export.Entry) string {
	var body ledger.DecisionBody
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return err.Error()
	}
	return strings.Join([]string{e.Ties["by"], e.Ties["reason"], body.Act, body.Mode}, "|")
}

func TestStrangersLeaveNothing(t *testing.T) {
	b := outsideSetup(t)
	for _, who := range []accounts.Identity{zoe(), zoe("choir"), zoe("ghosts"), zoe("AUTHORS", " authors")} {
		_, err := b.SignInOutside(b.ctx, who)
		b.refused(err, office.Forbidden, "none of your groups")
	}
	all, err := b.store.People(b.ctx)
	b.no(err)
	if len(all) != 1 {
		t.Errorf("there are %d people", len(all))
	}
}

// Without rules, roles are given here and stay as they are.
func TestRolesWithoutRules(t *testing.T) {
	b := outsideSetup(t, func(o *accounts.Outside) { o.Rules = nil })
	b.from(zoe("leads"))
	b.holdsRoles("zoe")
	b.no(b.SetRoles(b.ctx, "zoe", "Roads", []people.Role{people.Author}, as("ada")))
	b.from(zoe())
	b.holdsRoles("zoe", people.Grant{Department: "Roads", Role: people.Author})
}

func TestDisabledStaysDisabled(t *testing.T) {
	b := outsideSetup(t)
	s := b.from(zoe("authors"))
	b.no(b.Disable(b.ctx, "zoe", as("ada")))
	_, err := b.SignInOutside(b.ctx, zoe("authors", "leads"))
	b.refused(err, office.Forbidden, "your account here is disabled")
	if b.holds(s) {
		t.Error("the session holds")
	}
	b.no(b.Enable(b.ctx, "zoe", as("ada")))
	b.from(zoe("authors"))
}

func TestRolesThatFollowGroupsAreNotGivenHere(t *testing.T) {
	b := outsideSetup(t)
	b.from(zoe("authors"))
	b.refused(b.SetRoles(b.ctx, "zoe", "Roads", []people.Role{people.Admin}, as("ada")), office.Conflict, "follow their groups")
	_, err := b.Invite(b.ctx, "zoe", as("ada"))
	b.refused(err, office.Conflict, "has no password")
	b.no(b.Forgot(b.ctx, "zoe", "192.0.2.1"))
	if b.mail.to != "" {
		t.Errorf("a link went to %s", b.mail.to)
	}
	_, err = b.signIn("zoe", "", "")
	b.refused(err, office.Forbidden, "is wrong")
}

// What a provider says of somebody is made fit to be shown.
func TestNamesFromOutside(t *testing.T) {
	b := outsideSetup(t)
	for _, c := range []struct{ login, full, email, name, shown, mail string }{
		{"Zoë@example.org", "Zoë\r\n\x1b[31m\u202eMüller", "zoe@example.org", "zoe", "Zoë [31mMüller", "zoe@example.org"},
		{"", strings.Repeat("x", 5000), "Zoe <zoe@example.org>", "zoe-zoe", strings.Repeat("x", 200), ""},
		{"<script>", "", "a\r\nBcc: b@example.org", "script", "script", ""},
		{"", "", "", "person", "person", ""},
	} {
		who := accounts.Identity{Issuer: issuer, Subject: "s-" + c.name, Login: c.login, FullName: c.full, Email: c.email, Groups: []string{"authors"}, GroupsSaid: true}
		s := b.from(who)
		p, err := b.store.Person(b.ctx, s.Person)
		b.no(err)
		if p.Name != c.name || p.FullName != c.shown || p.Email != c.mail {
			t.Errorf("%q: %q, %q, %q", c.login, p.Name, p.FullName, p.Email)
		}
	}
	changed := zoe("authors")
	changed.Subject, changed.FullName, changed.Login = "s-zoe", "Zoë Schmidt", "somebody.else"
	b.from(changed)
	p, err := b.store.Person(b.ctx, "zoe")
	b.no(err)
	if p.FullName != "Zoë Schmidt" {
		t.Errorf("the name stayed %q", p.FullName)
	}
}

func TestOnlyTheProvider(t *testing.T) {
	b := setup(t)
	b.join("bob", people.Grant{Department: people.Everywhere, Role: people.Author})
	b.Accounts = accounts.New(b.store, accounts.Settings{Outside: &accounts.Outside{Issuer: issuer, Only: true, SessionAge: time.Hour}, Teller: b.mail})
	_, err := b.signIn("bob", password, "")
	b.refused(err, office.Forbidden, "is wrong")
	_, err = b.Invite(b.ctx, "bob", as("ada"))
	b.refused(err, office.Conflict, "signs in by single sign-on")
	b.no(b.Forgot(b.ctx, "bob", "192.0.2.1"))
	if b.mail.to != "" {
		t.Errorf("a link went to %s", b.mail.to)
	}
	if _, err := b.signIn("ada", password, ""); err != nil {
		t.Errorf("an administrator breaks the glass: %v", err)
	}
}

func TestLinking(t *testing.T) {
	b := outsideSetup(t)
	b.join("bob", people.Grant{Department: people.Everywhere, Role: people.Author})
	before, err := b.signIn("bob", password, "")
	b.no(err)
	b.from(zoe("leads")) // makes a second account
	b.refused(b.Link(b.ctx, "bob", "sub-zoe", as("bob")), office.Forbidden, "bob may not manage people")
	b.refused(b.Link(b.ctx, "nobody", "sub-zoe", as("ada")), office.NotFound, "no person called nobody")
	for _, subject := range []string{"", strings.Repeat("a", 256), "a\nb", " a"} {
		b.refused(b.Link(b.ctx, "bob", subject, as("ada")), office.Invalid, "the subject is missing")
	}
	b.refused(b.Link(b.ctx, "ada", "sub-ada", as("ada")), office.Conflict, "the last administrator")
	robot := human("robot")
	robot.Kind = people.System
	b.no(b.SetPerson(b.ctx, robot, as("ada")))
	b.refused(b.Link(b.ctx, "robot", "sub-robot", as("ada")), office.Conflict, "is a system")

	b.no(b.Link(b.ctx, "bob", "sub-zoe", as("ada")))
	if b.holds(before) {
		t.Error("a session outlived the link")
	}
	_, err = b.signIn("bob", password, "")
	b.refused(err, office.Forbidden, "is wrong")
	s := b.from(zoe("leads"))
	if s.Person != "bob" {
		t.Errorf("the subject is %s's", s.Person)
	}
	b.holdsRoles("bob", people.Grant{Department: people.Everywhere, Role: people.Approver}, people.Grant{Department: people.Everywhere, Role: people.Publisher})
	if all := b.decisions(ledger.IdentityChanged); len(all) != 2 || !strings.HasPrefix(all[0], "ada|") { // zoe lost it, bob got it
		t.Errorf("the ledger says %q", all)
	}

	b.no(b.Disable(b.ctx, "bob", as("ada")))
	b.refused(b.Unlink(b.ctx, "bob", as("ada")), office.Conflict, "is disabled")
	b.no(b.Enable(b.ctx, "bob", as("ada")))
	b.no(b.Unlink(b.ctx, "bob", as("ada")))
	if b.holds(s) {
		t.Error("a session outlived the unlinking")
	}
	if _, err := b.signIn("bob", password, ""); err != nil {
		t.Errorf("by the password again: %v", err)
	}
	b.refused(b.Unlink(b.ctx, "bob", as("ada")), office.Conflict, "is not linked")
	without := accounts.New(b.store, accounts.Settings{})
	b.refused(without.Link(b.ctx, "bob", "x", as("ada")), office.Conflict, "is not configured")
}

// Whoever has no password shows by a sign-in of a moment ago that it is they.
func TestSecondFactorWithoutAPassword(t *testing.T) {
	b := outsideSetup(t)
	s := b.from(zoe("leads"))
	f, err := b.BeginFactor(as("zoe"))
	b.no(err)
	now, long := as("zoe"), as("zoe")
	now.Since, long.Since = s.Began, s.Began.Add(-11*time.Minute)
	_, err = b.ConfirmFactor(b.ctx, f.Secret, codeAt(b, f.Secret, 0), "", "192.0.2.1", long)
	b.refused(err, office.Forbidden, "you signed in more than")
	_, err = b.ConfirmFactor(b.ctx, f.Secret, codeAt(b, f.Secret, 0), "", "192.0.2.1", as("zoe"))
	b.refused(err, office.Forbidden, "you signed in more than")
	recovery, err := b.ConfirmFactor(b.ctx, f.Secret, codeAt(b, f.Secret, 0), "", "192.0.2.1", now)
	b.no(err)
	s = b.from(zoe("leads"))
	if !s.Proved.IsZero() {
		t.Error("the provider proved no second factor")
	}
	s, err = b.Prove(b.ctx, s, recovery[0], "192.0.2.1")
	b.no(err)
	if time.Since(s.Proved) > time.Minute {
		t.Errorf("proved %s", s.Proved)
	}
	proved := zoe("leads")
	proved.Proved = time.Now().Add(-time.Minute)
	if s := b.from(proved); !s.Proved.Equal(proved.Proved) {
		t.Errorf("the provider's second factor is of %s", s.Proved)
	}
}

// Tokens of somebody whom the provider has not seen for long allow nothing.
func TestTokensOfPeopleFromOutside(t *testing.T) {
	b := outsideSetup(t)
	b.from(zoe("authors"))
	secret, _, err := b.MakeToken(b.ctx, accounts.NewToken{Name: "t", Scope: people.ScopeRead, Age: 30 * 24 * time.Hour}, as("zoe"))
	b.no(err)
	recognised := func() error { _, _, err := b.RecogniseToken(b.ctx, secret); return err }
	b.no(recognised())
	seen := func(ago time.Duration) {
		b.no(b.store.Update(b.ctx, time.Now().Add(-ago), func(t *store.Tx) error { return t.SawIdentity("zoe") }))
	}
	seen(accounts.TokensFor - time.Minute)
	b.no(recognised())
	seen(accounts.TokensFor + time.Minute)
	b.refused(recognised(), office.Forbidden, "has not signed in by single sign-on for 7 days")
	b.from(zoe("authors"))
	b.no(recognised())
}

func TestFailuresOutsideMakeWaits(t *testing.T) {
	b := outsideSetup(t)
	for i := range 20 {
		b.no(b.MayTryOutside(b.ctx, "192.0.2.9"))
		b.no(b.FailedOutside(b.ctx, strings.Repeat("x", i), "192.0.2.9"))
	}
	b.refused(b.MayTryOutside(b.ctx, "192.0.2.9"), office.TooMany, "wait ")
	for range 5 {
		_, err := b.SignIn(b.ctx, accounts.SignIn{Name: "single sign-on", Password: "x", Address: "192.0.2.5"})
		b.refused(err, office.Forbidden, "is wrong")
	}
	b.no(b.MayTryOutside(b.ctx, "192.0.2.1"))
}
