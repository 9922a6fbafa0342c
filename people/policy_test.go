package people

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNeedsOf(t *testing.T) {
	t.Parallel()
	policies := []Policy{
		{Department: "Rivers", Approvals: 2},
		{Audience: "press", Approvals: 1, Role: Publisher, SecondFactor: true},
		{Approvals: 1, Above: 1000},
		{Department: "Roads", Audience: "public", Approvals: 3, Role: Admin},
	}
	tests := []struct {
		department string
		sizes      map[string]int
		want       string
	}{
		{"Parks", map[string]int{"public": 10}, "{1 [] false}"},
		{"Parks", map[string]int{"public": 1000}, "{1 [] false}"},
		{"Parks", map[string]int{"public": 1001}, "{2 [] false}"},
		{"Rivers", map[string]int{"public": 10}, "{2 [] false}"},
		{"Rivers", map[string]int{"press": 5000}, "{2 [publisher] true}"},
		{"Roads", map[string]int{"public": 1}, "{3 [admin] false}"},
		{"Roads", map[string]int{"press": 1}, "{1 [publisher] true}"},
		{"", nil, "{1 [] false}"},
	}
	for _, test := range tests {
		if got := fmt.Sprint(NeedsOf(policies, test.department, test.sizes)); got != test.want {
			t.Errorf("%s to %v: got %s, want %s", test.department, test.sizes, got, test.want)
		}
	}
}

func TestMet(t *testing.T) {
	t.Parallel()
	approver := func(by string, proved bool, roles ...Role) Approval {
		return Approval{By: by, Proved: proved, Roles: roles}
	}
	tests := []struct {
		needs     Needs
		approvals []Approval
		met       bool
		missing   string
	}{
		{Needs{}, nil, false, "one approval more"},
		{Needs{Approvals: 1}, []Approval{approver("a", false)}, true, ""},
		{Needs{Approvals: 1}, []Approval{approver("", false)}, false, "one approval more"},
		{Needs{Approvals: 2}, []Approval{approver("a", false), approver("a", false)}, false, "one approval more"},
		{Needs{Approvals: 3}, []Approval{approver("a", false)}, false, "2 approvals more"},
		{Needs{Approvals: 2, Roles: []Role{Publisher}}, nil, false, "2 approvals more, one by a publisher"},
		{Needs{Approvals: 2, Roles: []Role{Publisher}}, []Approval{approver("a", false, Publisher)}, false, "one approval more"},
		{Needs{Approvals: 5, Roles: []Role{Publisher, Operator}}, nil, false, "5 approvals more, one by a publisher and one by an operator"},
		{Needs{Approvals: 2}, []Approval{approver("a", false), approver("b", false)}, true, ""},
		{Needs{Approvals: 1, SecondFactor: true}, []Approval{approver("a", false)}, false, "one approval more, with a fresh second factor"},
		{Needs{Approvals: 1, SecondFactor: true}, []Approval{approver("a", true)}, true, ""},
		{Needs{Approvals: 1, Roles: []Role{Publisher}}, []Approval{approver("a", true, Approver)}, false, "one approval more, by a publisher"},
		{Needs{Approvals: 1, Roles: []Role{Publisher}}, []Approval{approver("a", true, Approver, Publisher)}, true, ""},
		{Needs{Approvals: 1, Roles: []Role{Publisher}, SecondFactor: true}, []Approval{approver("a", false, Publisher), approver("b", true)}, false, "one approval more, by a publisher, with a fresh second factor"},
	}
	for _, test := range tests {
		if met, missing := test.needs.Met(test.approvals); met != test.met || missing != test.missing {
			t.Errorf("%+v of %+v: got %v, %q", test.needs, test.approvals, met, missing)
		}
	}
}

// Another policy never makes it easier, and another approval never harder.
func TestStricterAndMore(t *testing.T) {
	t.Parallel()
	policy := rapid.Custom(func(t *rapid.T) Policy {
		return Policy{
			Department: rapid.SampledFrom([]string{"", "Rivers", "Roads"}).Draw(t, "department"),
			Audience:   rapid.SampledFrom([]string{"", "press", "public"}).Draw(t, "audience"),
			Approvals:  rapid.IntRange(1, 3).Draw(t, "approvals"), Above: rapid.SampledFrom([]int{0, 10}).Draw(t, "above"),
			Role: rapid.SampledFrom([]Role{"", Publisher}).Draw(t, "role"), SecondFactor: rapid.Bool().Draw(t, "second"),
		}
	})
	approval := rapid.Custom(func(t *rapid.T) Approval {
		return Approval{By: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "by"), Proved: rapid.Bool().Draw(t, "proved"),
			Roles: rapid.SliceOf(rapid.SampledFrom([]Role{Approver, Publisher})).Draw(t, "roles")}
	})
	rapid.Check(t, func(t *rapid.T) {
		policies := rapid.SliceOfN(policy, 0, 4).Draw(t, "policies")
		sizes := map[string]int{"press": rapid.IntRange(9, 11).Draw(t, "size")}
		approvals := rapid.SliceOfN(approval, 0, 5).Draw(t, "approvals")
		met, _ := NeedsOf(policies, "Rivers", sizes).Met(approvals)
		stricter, _ := NeedsOf(append(slices.Clone(policies), policy.Draw(t, "more")), "Rivers", sizes).Met(approvals)
		if stricter && !met {
			t.Fatal("another policy made it easier")
		}
		if after, _ := NeedsOf(policies, "Rivers", sizes).Met(append(slices.Clone(approvals), approval.Draw(t, "another"))); met && !after {
			t.Fatal("another approval made it harder")
		}
	})
}

func TestCheckPolicy(t *testing.T) {
	t.Parallel()
	for approvals, good := range map[int]bool{0: false, 1: true, MaxApprovals: true, MaxApprovals + 1: false} {
		if d := (Policy{Approvals: approvals}).Check(); (d == nil) != good {
			t.Errorf("%d approvals: %v", approvals, d)
		}
	}
	if d := (Policy{Approvals: 1, Role: "king"}).Check(); d == nil {
		t.Error("an unknown role is taken")
	}
	if d := (Policy{Approvals: 1, Above: -1}).Check(); d == nil {
		t.Error("a negative size is taken")
	}
}

// A template may go wherever a message of its department may, so it takes what
// the most guarded of these takes.
func TestNeedsOfTemplate(t *testing.T) {
	t.Parallel()
	policies := []Policy{
		{Department: "Rivers", Approvals: 2},
		{Audience: "press", Approvals: 1, Role: Publisher},
		{Department: "Roads", Audience: "public", Approvals: 3, Role: Admin, SecondFactor: true},
		{Department: "Moors", Audience: "empty", Approvals: 5},
	}
	sizes := map[string]int{"press": 3, "public": 0}
	for department, want := range map[string]string{
		"Rivers": "{2 [publisher] false}", "Roads": "{3 [publisher admin] true}", "Parks": "{1 [publisher] false}", "Moors": "{5 [publisher] false}", "": "{5 [publisher admin] true}",
	} {
		if got := fmt.Sprint(NeedsOfTemplate(policies, department, sizes)); got != want {
			t.Errorf("of %q: %s, want %s", department, got, want)
		}
	}
	if got := fmt.Sprint(NeedsOfTemplate(policies, "", sizes).Beforehand()); got != "{1 [] true}" {
		t.Errorf("beforehand: %s", got)
	}
}
