package people

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2027, time.May, 1, 12, 0, 0, 0, time.UTC)

func who(grants ...Grant) Who {
	return Who{Person: Person{Name: "ada", Kind: Human, Grants: grants}}
}

// The whole of the matrix is a file that a person looked at.
func TestMatrix(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%-22s", "act")
	for _, r := range Roles() {
		fmt.Fprintf(&b, " %-15s", r)
	}
	b.WriteString("\n")
	for _, act := range Acts() {
		fmt.Fprintf(&b, "%-22s", act)
		for _, r := range Roles() {
			fmt.Fprintf(&b, " %-15s", cell(act, r))
		}
		b.WriteString("\n")
	}
	golden(t, "testdata/matrix.txt", b.Bytes())
}

// cell says where a role held in one department, and held everywhere, allows an
// act: own department, others, whole office.
func cell(act Act, r Role) string {
	own, every := who(Grant{"Rivers", r}), who(Grant{Everywhere, r})
	var marks []string
	for _, c := range []struct {
		mark, department string
		who              Who
	}{{"own", "Rivers", own}, {"OTHERS!", "Roads", own}, {"any", "", own}, {"office", "", every}} {
		if c.who.May(act, c.department, noon) == nil {
			marks = append(marks, c.mark)
		}
	}
	if len(marks) == 0 {
		return "-"
	}
	return strings.Join(marks, "+")
}

// What a denial says of each act, in words that a person looked at.
func TestDenials(t *testing.T) {
	t.Parallel()
	viewer := who(Grant{"Rivers", Viewer})
	script, test, program := viewer, viewer, who()
	script.Token, test.Token = &Token{Scope: "none", ExpiresAt: noon.Add(1)}, &Token{Scope: ScopeAll, Test: true, ExpiresAt: noon.Add(1)}
	program.Person.Kind = System
	var b bytes.Buffer
	for _, act := range append(Acts(), "fly") {
		fmt.Fprintf(&b, "%s\n", act)
		for _, c := range []struct {
			who        Who
			department string
		}{{viewer, "Rivers"}, {viewer, "Roads"}, {viewer, ""}, {who(), ""}, {script, "Rivers"}, {test, "Rivers"}, {program, "Rivers"}} {
			d := c.who.May(act, c.department, noon)
			if d == nil {
				continue
			}
			fmt.Fprintf(&b, "\t%s\n", d)
			if strings.Contains(d.Error(), string(act)) && strings.ContainsAny(string(act), ".-") || d.Try == "" {
				t.Errorf("%s is denied in code, or without what to do: %v", act, d)
			}
		}
	}
	golden(t, "testdata/denials.txt", b.Bytes())
}

// Roles are listed alike everywhere.
func TestOrderOfRoles(t *testing.T) {
	t.Parallel()
	grants := []Grant{{"Roads", Author}, {Everywhere, Emergency}, {"Roads", Viewer}, {Everywhere, Approver}}
	slices.SortFunc(grants, CompareGrants)
	if got := fmt.Sprint(grants); got != "[{* approver} {* emergency} {Roads viewer} {Roads author}]" {
		t.Error(got)
	}
	p := Person{Name: "ada", Grants: []Grant{{Everywhere, Emergency}, {"Roads", Viewer}, {"Roads", Admin}}}
	if got := fmt.Sprint(p.RolesIn("Roads")); got != "[viewer admin emergency]" {
		t.Error(got)
	}
	needs := Needs{Approvals: 1, Roles: []Role{Admin}}.And(Needs{Approvals: 2, SecondFactor: true, Roles: []Role{Publisher, Admin}})
	if got := fmt.Sprint(needs); got != "{2 [publisher admin] true}" {
		t.Error(got)
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %v, got\n%s", path, err, got)
	}
}

func TestWhoMayNothing(t *testing.T) {
	t.Parallel()
	all := make([]Grant, 0, len(Roles()))
	for _, r := range Roles() {
		all = append(all, Grant{Everywhere, r})
	}
	gone := who(all...)
	gone.Person.DisabledAt = noon.Add(-time.Hour)
	nobody := who(all...)
	nobody.Person.Name = ""
	for _, act := range Acts() {
		for name, w := range map[string]Who{"disabled": gone, "nameless": nobody, "without a role": who(), "of an unknown role": who(Grant{Everywhere, "king"})} {
			d := w.May(act, "Rivers", noon)
			if d == nil || d.Says == "" || d.Try == "" {
				t.Errorf("somebody %s may %s: %v", name, act, d)
			}
		}
	}
	if d := who(all...).May("message.shred", "Rivers", noon); d == nil {
		t.Error("an unknown act is allowed")
	}
}

func TestASystemDoesNotDecide(t *testing.T) {
	t.Parallel()
	all := make([]Grant, 0, len(Roles()))
	for _, r := range Roles() {
		all = append(all, Grant{Everywhere, r})
	}
	robot := who(all...)
	robot.Person.Kind = System
	for _, act := range []Act{ApproveMessage, ReturnMessage, ReleaseMessage, EmergencySend, RushMessage, SettleDebt, ThawAll, DecideChannel, ManagePeople, SetPolicy, ResolveSend, RetrySend, ApproveTemplate, ReturnTemplate, DropTemplate} {
		if d := robot.May(act, "", noon); d == nil || !strings.Contains(d.Says, "is a system") {
			t.Errorf("a system may %s: %v", act, d)
		}
	}
	for _, act := range []Act{AddMessage, SubmitMessage, HoldMessage, FreezeAll, ReadMessages} {
		if d := robot.May(act, "", noon); d != nil {
			t.Errorf("a system may not %s: %v", act, d)
		}
	}
	robot.Person.Kind = ""
	if d := robot.May(ApproveMessage, "", noon); d == nil {
		t.Error("somebody of no kind may approve")
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	token := func(change func(*Token)) Who {
		w := who(Grant{Everywhere, Approver}, Grant{Everywhere, Author})
		w.Token = &Token{Scope: ScopeAll, ExpiresAt: noon.Add(time.Hour)}
		change(w.Token)
		return w
	}
	tests := []struct {
		name   string
		change func(*Token)
		may    []Act
		not    []Act
	}{
		{"all", func(*Token) {}, []Act{ReadMessages, AddMessage, ApproveMessage}, []Act{ReleaseMessage}},
		{"read", func(t *Token) { t.Scope = ScopeRead }, []Act{ReadMessages}, []Act{AddMessage, HoldMessage, ApproveMessage}},
		{"draft", func(t *Token) { t.Scope = ScopeDraft }, []Act{ReadMessages, AddMessage, SubmitMessage}, []Act{ApproveMessage, CancelMessage}},
		{"unknown", func(t *Token) { t.Scope = "most" }, nil, []Act{ReadMessages}},
		{"test", func(t *Token) { t.Test = true }, []Act{AddMessage, RehearseMessage, SubmitMessage}, []Act{ApproveMessage, CancelMessage}},
		{"revoked", func(t *Token) { t.RevokedAt = noon.Add(-time.Second) }, nil, []Act{ReadMessages}},
		{"expires now", func(t *Token) { t.ExpiresAt = noon }, nil, []Act{ReadMessages}},
		{"expires next", func(t *Token) { t.ExpiresAt = noon.Add(1) }, []Act{ReadMessages}, nil},
		{"without end", func(t *Token) { t.ExpiresAt = time.Time{} }, nil, []Act{ReadMessages}},
	}
	for _, test := range tests {
		w := token(test.change)
		for _, act := range test.may {
			if d := w.May(act, "Rivers", noon); d != nil {
				t.Errorf("%s: may not %s: %v", test.name, act, d)
			}
		}
		for _, act := range test.not {
			if d := w.May(act, "Rivers", noon); d == nil {
				t.Errorf("%s: may %s", test.name, act)
			}
		}
	}
}

// A token never allows what its owner may not.
func TestATokenAddsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		grants := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Grant {
			return Grant{rapid.SampledFrom([]string{"Rivers", "Roads", Everywhere}).Draw(t, "department"), rapid.SampledFrom(Roles()).Draw(t, "role")}
		}), 0, 4).Draw(t, "grants")
		w := who(grants...)
		act := rapid.SampledFrom(Acts()).Draw(t, "act")
		department := rapid.SampledFrom([]string{"Rivers", "Roads", "Parks", ""}).Draw(t, "where")
		without := w.May(act, department, noon) == nil
		w.Token = &Token{Scope: rapid.SampledFrom([]Scope{ScopeRead, ScopeDraft, ScopeAll}).Draw(t, "scope"), Test: rapid.Bool().Draw(t, "test"), ExpiresAt: noon.Add(time.Hour)}
		if w.May(act, department, noon) == nil && !without {
			t.Fatalf("with a token somebody may %s in %q", act, department)
		}
		w.Token = nil
		w.Person.Grants = append(w.Person.Grants, Grant{"Parks", Admin})
		if without && w.May(act, department, noon) != nil {
			t.Fatalf("with a role more somebody may not %s in %q", act, department)
		}
	})
}

func TestFresh(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]bool{
		-time.Second: false, 0: true, MaxProofAge: true, MaxProofAge + 1: false,
	} {
		w := who()
		w.Proved = noon.Add(-age)
		if w.Fresh(noon) != want {
			t.Errorf("%s old: fresh is %v", age, !want)
		}
		w.Token = &Token{}
		if w.Fresh(noon) {
			t.Error("a token is fresh")
		}
	}
	if who().Fresh(noon) {
		t.Error("never proved is fresh")
	}
}
