package audience

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{
		"p": true, "press": true, "stake-holders-2": true, "7": true, "allotments": true,
		strings.Repeat("a", MaxName-1): true, strings.Repeat("a", MaxName): true,
		strings.Repeat("a", MaxName+1): false,
		"":                             false, "all": false, "-": false, "-press": false, "press-": false,
		"Press": false, "a_b": false, "a b": false, "a.b": false, "a/b": false, "é": false, "a\n": false,
	} {
		if err := CheckName(name); (err == nil) != good {
			t.Errorf("CheckName(%q) = %v, want good %v", name, err, good)
		}
	}
}

func TestWellFormedLetsAllPass(t *testing.T) {
	t.Parallel()
	if !WellFormed("all") {
		t.Error("`all` is reserved among audiences only; a channel may have the name")
	}
}

func TestCheckAudience(t *testing.T) {
	t.Parallel()
	good := Audience{Name: "press", Title: "Press", Channels: []string{"email", "web"}}
	tests := []struct {
		name   string
		change func(*Audience)
		want   string // part of the fault; empty for none
	}{
		{"as it is", func(*Audience) {}, ""},
		{"no channel", func(a *Audience) { a.Channels = nil }, ""},
		{"reserved", func(a *Audience) { a.Name = "all" }, "taken"},
		{"no title", func(a *Audience) { a.Title = "" }, "title is missing"},
		{"title at the limit", func(a *Audience) { a.Title = strings.Repeat("é", MaxTitle) }, ""},
		{"title over it", func(a *Audience) { a.Title = strings.Repeat("é", MaxTitle+1) }, "201 characters"},
		{"line break in the title", func(a *Audience) { a.Title = "a\r\nBcc: b" }, "control character"},
		{"title not UTF-8", func(a *Audience) { a.Title = "a\xff" }, "not UTF-8"},
		{"description at the limit", func(a *Audience) { a.Description = strings.Repeat("d", MaxDescription) }, ""},
		{"description over it", func(a *Audience) { a.Description = strings.Repeat("d", MaxDescription+1) }, "1001 characters"},
		{"rule at the limit", func(a *Audience) { a.Rule = strings.Repeat("r", MaxRule) }, ""},
		{"rule over it", func(a *Audience) { a.Rule = strings.Repeat("r", MaxRule+1) }, "1001 characters"},
		{"bad channel", func(a *Audience) { a.Channels = []string{"Web"} }, "no name of a channel"},
		{"channel twice", func(a *Audience) { a.Channels = []string{"web", "email", "web"} }, "twice"},
		{"too many channels", func(a *Audience) { a.Channels = make([]string, MaxChannels+1) }, "51 channels"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := good
			tt.change(&a)
			err := a.Check()
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Check() = %v, want none", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Check() = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestCheckAudienceTellsEverything(t *testing.T) {
	t.Parallel()
	err := Audience{Name: "A", Channels: []string{"B"}}.Check()
	for _, want := range []string{"name of an audience", "title is missing", "name of a channel"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Check() = %v, want %q in it", err, want)
		}
	}
}

func TestSuppressionsAreClosed(t *testing.T) {
	t.Parallel()
	for _, s := range []Suppression{"unsubscribed", "bounced", "complained", "manual", "empty-audience"} {
		if !s.Valid() {
			t.Errorf("%q is not valid", s)
		}
	}
	for _, s := range []Suppression{"", "Unsubscribed", "other"} {
		if s.Valid() {
			t.Errorf("%q is valid", s)
		}
	}
	if n := len(Suppressions()); n != 5 {
		t.Errorf("there are %d reasons, want 5", n)
	}
}
