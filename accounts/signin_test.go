package accounts_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"clarion/accounts"
	"clarion/office"
	"clarion/people"
)

func TestSignIn(t *testing.T) {
	b := setup(t)
	s, err := b.signIn(" Ada ", password, "")
	b.no(err)
	by, ok, err := b.Recognise(b.ctx, s)
	b.no(err)
	if !ok || by.Name != "ada" || !by.Verified || !by.Proved.IsZero() || by.Token != nil {
		t.Errorf("recognised %+v, %v", by, ok)
	}
}

// What is wrong is never said, nor whether there is such an account.
func TestAWrongSignInSaysNothing(t *testing.T) {
	b := setup(t)
	b.join("bob")
	b.no(b.Disable(b.ctx, "bob", as("ada")))
	b.no(b.SetPerson(b.ctx, human("cat"), as("ada"))) // has no password yet
	robot := human("robot")
	robot.Kind = people.System
	b.no(b.SetPerson(b.ctx, robot, as("ada")))
	var said []string
	for _, in := range [][2]string{{"ada", "violin tundra magnet soap"}, {"ada", ""}, {"nobody", password}, {"bob", password}, {"cat", ""}, {"robot", ""}, {"", ""}} {
		_, err := b.signIn(in[0], in[1], "")
		b.refused(err, office.Forbidden, "name, password or code is wrong")
		said = append(said, fmt.Sprint(err))
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("%q and %q differ", s, said[0])
		}
	}
}

// A failure that can't be counted is a fault, which the log has, and no refusal:
// or somebody could try on and on.
func TestAFailureThatCannotBeCounted(t *testing.T) {
	b := setup(t)
	secret, _ := b.factor("ada")
	s, err := b.signIn("ada", password, codeAt(b, secret, 1))
	b.no(err)
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.dir, "clarion.db"))
	b.no(err)
	defer func() { b.no(db.Close()) }()
	_, err = db.ExecContext(b.ctx, "CREATE TRIGGER full BEFORE INSERT ON failed_sign_ins BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
	b.no(err)
	for name, try := range map[string]func() error{
		"password": func() error { _, err := b.signIn("ada", "wrong", ""); return err },
		"nobody":   func() error { _, err := b.signIn("nobody", "wrong", ""); return err },
		"code":     func() error { _, err := b.signIn("ada", password, "000000"); return err },
		"prove":    func() error { _, err := b.Prove(b.ctx, s, "000000", "192.0.2.1"); return err },
		"change":   func() error { return b.ChangePassword(b.ctx, "wrong", password, "192.0.2.1", as("ada")) },
	} {
		err := try()
		if _, refused := errors.AsType[*office.Refusal](err); refused || err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFailuresMakeWaits(t *testing.T) {
	b := setup(t)
	for range 5 {
		_, err := b.signIn("ada", "wrong", "")
		b.refused(err, office.Forbidden, "is wrong")
	}
	_, err := b.signIn("ada", password, "")
	b.refused(err, office.TooMany, "wait ")
	b.join("bob")
	if _, err := b.SignIn(b.ctx, accounts.SignIn{Name: "bob", Password: password, Address: "192.0.2.1"}); err != nil {
		t.Errorf("somebody else at that address: %v", err)
	}
	for i := range 20 {
		_, err := b.SignIn(b.ctx, accounts.SignIn{Name: fmt.Sprint("guess", i), Password: "x", Address: "192.0.2.9"})
		b.refused(err, office.Forbidden, "is wrong")
	}
	_, err = b.SignIn(b.ctx, accounts.SignIn{Name: "bob", Password: password, Address: "192.0.2.9"})
	b.refused(err, office.TooMany, "wait ")
}

// TestACrowdTriesNoMoreThanOne: what is tried at once counts as if it came one
// after another.
func TestACrowdTriesNoMoreThanOne(t *testing.T) {
	b := setup(t)
	const crowd, free = 60, 5
	var checked, turnedAway atomic.Int64
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() {
			_, err := b.SignIn(b.ctx, accounts.SignIn{Name: "ada", Password: fmt.Sprint("guess ", i), Address: fmt.Sprint("192.0.2.", i)})
			switch r, ok := errors.AsType[*office.Refusal](err); {
			case ok && r.Code == office.Forbidden:
				checked.Add(1)
			case ok && r.Code == office.TooMany:
				turnedAway.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if n := checked.Load(); n != free || n+turnedAway.Load() != crowd {
		t.Errorf("%d of %d guesses were checked, %d turned away", n, crowd, turnedAway.Load())
	}
}

func TestSecondFactor(t *testing.T) {
	b := setup(t)
	before, err := b.signIn("ada", password, "")
	b.no(err)
	secret, recovery := b.factor("ada")
	if b.holds(before) {
		t.Error("a session outlived the change of the second factor")
	}
	if _, err := b.signIn("ada", password, ""); !errors.Is(err, accounts.ErrCodeWanted) {
		t.Errorf("without a code: %v", err)
	}
	if _, err := b.signIn("ada", "wrong", ""); errors.Is(err, accounts.ErrCodeWanted) {
		t.Error("a wrong password is told that a code is wanted")
	}
	next := codeAt(b, secret, 1)
	s, err := b.signIn("ada", password, next)
	b.no(err)
	if s.Proved.IsZero() {
		t.Error("the second factor left no mark")
	}
	_, err = b.signIn("ada", password, next)
	b.refused(err, office.Forbidden, "is wrong") // each code counts once
	if _, err := b.signIn("ada", password, strings.ToUpper(recovery[0])); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	_, err = b.signIn("ada", password, recovery[0])
	b.refused(err, office.Forbidden, "is wrong")
	if _, left, err := b.Self(b.ctx, as("ada")); err != nil || left != people.RecoveryCodes-1 {
		t.Errorf("%d codes left, %v", left, err)
	}
}

func TestProve(t *testing.T) {
	b := setup(t)
	_, recovery := b.factor("ada")
	s, err := b.signIn("ada", password, recovery[0])
	b.no(err)
	s.Proved = time.Time{}
	_, err = b.Prove(b.ctx, s, "000000", "192.0.2.1")
	b.refused(err, office.Forbidden, "is wrong")
	s, err = b.Prove(b.ctx, s, recovery[1], "192.0.2.1")
	b.no(err)
	if by, ok, _ := b.Recognise(b.ctx, s); !ok || time.Since(by.Proved) > time.Minute {
		t.Errorf("proved %s", by.Proved)
	}
	b.join("bob")
	bob, err := b.signIn("bob", password, "")
	b.no(err)
	_, err = b.Prove(b.ctx, bob, "123456", "192.0.2.1")
	b.refused(err, office.Conflict, "you have no second factor")
}

func TestDroppingAFactor(t *testing.T) {
	b := setup(t)
	_, recovery := b.factor("ada")
	b.refused(b.DropFactor(b.ctx, recovery[0], "wrong", "192.0.2.1", as("ada")), office.Forbidden, "is wrong")
	b.refused(b.DropFactor(b.ctx, "000000", password, "192.0.2.1", as("ada")), office.Invalid, "the code is wrong")
	b.no(b.DropFactor(b.ctx, recovery[0], password, "192.0.2.1", as("ada")))
	if _, err := b.signIn("ada", password, ""); err != nil {
		t.Errorf("without a factor: %v", err)
	}
	b.factor("ada")
	b.refused(b.ResetFactor(b.ctx, "ada", as("ada")), office.Forbidden, "nobody resets their own")
	f, err := b.BeginFactor(as("ada"))
	b.no(err)
	_, err = b.ConfirmFactor(b.ctx, f.Secret, codeAt(b, f.Secret, 0), password, "192.0.2.1", as("ada"))
	b.refused(err, office.Conflict, "you have a second factor already")
	b.join("bob", people.Grant{Department: people.Everywhere, Role: people.Admin})
	b.refused(b.ResetFactor(b.ctx, "nobody", as("bob")), office.NotFound, "there is no person called nobody")
	b.no(b.ResetFactor(b.ctx, "ada", as("bob")))
	if _, err := b.signIn("ada", password, ""); err != nil {
		t.Errorf("after a reset: %v", err)
	}
}

func TestWhatEndsASession(t *testing.T) {
	b := setup(t)
	for name, change := range map[string]func(){
		"password": func() {
			b.no(b.ChangePassword(b.ctx, password, password+" tea", "192.0.2.1", as("bob")))
		},
		"role":    func() { b.no(b.SetRoles(b.ctx, "cat", people.Everywhere, []people.Role{people.Viewer}, as("ada"))) },
		"disable": func() { b.no(b.Disable(b.ctx, "dan", as("ada"))) },
		"reset": func() {
			link, err := b.Invite(b.ctx, "eve", as("ada"))
			b.no(err)
			_, err = b.Reset(b.ctx, codeOf(link), password+" two")
			b.no(err)
		},
	} {
		who := map[string]string{"password": "bob", "role": "cat", "disable": "dan", "reset": "eve"}[name]
		b.join(who)
		s, err := b.signIn(who, password, "")
		b.no(err)
		change()
		if b.holds(s) {
			t.Errorf("a session outlived a change of the %s", name)
		}
	}
	if b.holds(accounts.Session{Person: "ada"}) || b.holds(accounts.Session{Person: "nobody", Generation: 1}) || b.holds(accounts.Session{}) {
		t.Error("a made-up session holds")
	}
}

// Of many that come at once no more are checked than of as many that come one
// by one, whatever it is that is guessed.
func TestManyGuessesAtOnce(t *testing.T) {
	for name, guess := range map[string]func(b *bundle, s accounts.Session) error{
		"password": func(b *bundle, _ accounts.Session) error { _, err := b.signIn("ada", "wrong", ""); return err },
		"code":     func(b *bundle, _ accounts.Session) error { _, err := b.signIn("ada", password, "000000"); return err },
		"prove": func(b *bundle, s accounts.Session) error {
			_, err := b.Prove(b.ctx, s, "000000", "192.0.2.1")
			return err
		},
		"drop": func(b *bundle, _ accounts.Session) error {
			return b.DropFactor(b.ctx, "000000", password, "192.0.2.1", as("ada"))
		},
		"change": func(b *bundle, _ accounts.Session) error {
			return b.ChangePassword(b.ctx, "wrong", password, "192.0.2.1", as("ada"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			secret, _ := b.factor("ada")
			s, err := b.signIn("ada", password, codeAt(b, secret, 1))
			b.no(err)
			var checked atomic.Int64
			var all sync.WaitGroup
			for range 12 {
				all.Go(func() {
					if r, ok := errors.AsType[*office.Refusal](guess(b, s)); !ok || r.Code != office.TooMany {
						checked.Add(1)
					}
				})
			}
			all.Wait()
			if n := checked.Load(); n != 5 {
				t.Errorf("%d guesses of 12 were checked, want 5", n)
			}
		})
	}
}

// What succeeds is no failure, however often.
func TestSuccessIsNoFailure(t *testing.T) {
	b := setup(t)
	b.factor("ada")
	b.join("bob")
	for range 21 {
		if _, err := b.signIn("ada", password, ""); !errors.Is(err, accounts.ErrCodeWanted) {
			t.Fatalf("without a code: %v", err)
		}
	}
	if _, err := b.signIn("bob", password, ""); err != nil {
		t.Errorf("from the same address: %v", err)
	}
}

// Whoever has an administrator's session or token does not get a new way in.
func TestNobodyInvitesThemselves(t *testing.T) {
	b := setup(t)
	_, err := b.Invite(b.ctx, "ada", as("ada"))
	b.refused(err, office.Forbidden, "nobody invites themselves")
	b.join("bob", people.Grant{Department: people.Everywhere, Role: people.Approver})
	by := as("ada")
	by.Token = &people.Token{Owner: "ada", Scope: people.ScopeAll, ExpiresAt: time.Now().Add(time.Hour)}
	_, err = b.Invite(b.ctx, "bob", by)
	b.refused(err, office.Forbidden, "a token can't give anybody a way in")
	b.refused(b.ResetFactor(b.ctx, "bob", by), office.Forbidden, "a token can't give anybody a way in")
	b.refused(b.SetPerson(b.ctx, human("ada"), by), office.Forbidden, "a token can't change the account that it is of")
	b.no(b.SetPerson(b.ctx, human("cat"), by))
	by.Token.RevokedAt = time.Now()
	_, err = b.Tokens(b.ctx, "", by)
	b.refused(err, office.Forbidden, "the token was revoked")
	for _, name := range []string{"\x1b[2J", "two\nlines"} {
		p := human("dan")
		p.FullName = name + " Surname"
		b.refused(b.SetPerson(b.ctx, p, as("ada")), office.Invalid, "does not show")
	}
}
