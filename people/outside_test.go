package people_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"clarion/people"
)

func TestNameFrom(t *testing.T) {
	t.Parallel()
	for want, texts := range map[string][]string{
		"ada.okoro":             {"Ada.Okoro@example.org"},
		"zoe.muller":            {"Zoë.Müller"},
		"ada":                   {"", "  ", "12345", "ada@example.org"},
		"corp-ada":              {`CORP\ada`},
		"a1_b":                  {"--1a1_b-."},
		"person":                {"", "王秀英", "@"},
		"a":                     {"a\x00\r\n"},
		"a-b":                   {"a \t\u202e b"},
		strings.Repeat("x", 36): {strings.Repeat("x", 500)},
	} {
		if got := people.NameFrom(texts...); got != want {
			t.Errorf("%q: %q, want %q", texts, got, want)
		}
	}
	if people.Numbered("ada", 1) != "ada" || people.Numbered("ada", 12) != "ada-12" {
		t.Error("numbers")
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ada Okoro": "Ada Okoro", " Ada\r\n\tOkoro\x00 ": "Ada Okoro", "Ada\u202eorokO": "AdaorokO", "a\u200bb": "ab", "\xff": "",
		"وزارة": "وزارة", "王秀英": "王秀英", strings.Repeat("é", 6): "ééééé", "aaaaaaaaa é": "aaaaaaaaa", "\u2028": "", "\ufeff": "",
	} {
		if got := people.OneLine(text, 10); got != want && len(text) <= 20 {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzOneLine(f *testing.F) {
	f.Add("Ada\r\n\u202e", 5)
	f.Fuzz(func(t *testing.T, text string, most int) {
		if most < 0 || most > 1000 {
			return
		}
		got := people.OneLine(text, most)
		if len(got) > most || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\t\x00\u202e") || people.OneLine(got, most) != got {
			t.Errorf("%q gives %q", text, got)
		}
	})
}

func TestGrantsOf(t *testing.T) {
	t.Parallel()
	rules := []people.GroupRule{
		{Group: "a", Role: people.Author, Department: "Roads"}, {Group: "b", Role: people.Author, Department: "Roads"},
		{Group: "a", Role: people.Approver, Department: people.Everywhere}, {Group: "a", Role: "king", Department: "Roads"}, {Group: "a", Role: people.Admin},
	}
	roads, all := people.Grant{Department: "Roads", Role: people.Author}, people.Grant{Department: people.Everywhere, Role: people.Approver}
	for _, c := range []struct {
		groups []string
		want   []people.Grant
	}{
		{[]string{"a", "b"}, []people.Grant{roads, all}}, {[]string{"b", "b", "x"}, []people.Grant{roads}}, {[]string{"A", " a", ""}, nil}, {nil, nil},
	} {
		if got := people.GrantsOf(c.groups, rules); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.groups, got, c.want)
		}
	}
}
