package message

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSlug(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"River levels fall":              "river-levels-fall-RANDOM",
		"  Flood -- warning: 3 places! ": "flood-warning-3-places-RANDOM",
		"Môr a Glannau: ŵyna":            "mor-a-glannau-wyna-RANDOM",
		"Straße":                         "stra-e-RANDOM",
		"ﬁnal ½ Ⅳ ™ ℌ":                   "final-1-2-iv-tm-h-RANDOM",
		"İstanbul":                       "istanbul-RANDOM",
		"دریا کی سطح":                    "RANDOM",
		"👩‍👩‍👧‍👦":                        "RANDOM",
		"":                               "RANDOM",
		"---":                            "RANDOM",
		"../../etc/passwd":               "etc-passwd-RANDOM",
		"a\r\nb\x00c":                    "a-b-c-RANDOM",
		strings.Repeat("x", 59):          strings.Repeat("x", 59) + "-RANDOM",
		strings.Repeat("x", 60):          strings.Repeat("x", 59) + "-RANDOM",
		strings.Repeat("x", 58) + " y":   strings.Repeat("x", 58) + "-y-RANDOM",
		strings.Repeat("x", 59) + " y":   strings.Repeat("x", 59) + "-RANDOM",
		strings.Repeat("word ", 60_000):  strings.Repeat("word-", 11) + "word-RANDOM",
	} {
		if got := Slug(title, "RANDOM"); got != want {
			t.Errorf("Slug(%.40q) = %q, want %q", title, got, want)
		}
	}
}

// TestSlugProperties holds that a slug is safe in an address, bounded, and
// always as hard to guess as its random part.
func TestSlugProperties(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	rapid.Check(t, func(t *rapid.T) {
		random := NewID("")
		slug := Slug(rapid.String().Draw(t, "title"), random)
		if !form.MatchString(slug) || !strings.HasSuffix(slug, random) || len(slug) > maxSlugWords+1+len(random) {
			t.Fatalf("slug %q", slug)
		}
	})
}

func FuzzSlug(f *testing.F) {
	for _, seed := range []string{"River levels", "ﬁ½Ⅳ™ℌ", "İK", "\xff\xfe", "a\u0300\u0301", strings.Repeat("é ", 100)} {
		f.Add(seed)
	}
	form := regexp.MustCompile(`^([a-z0-9]+-)*random$`)
	f.Fuzz(func(t *testing.T, title string) {
		if slug := Slug(title, "random"); !form.MatchString(slug) || len(slug) > maxSlugWords+7 {
			t.Fatalf("slug %q", slug)
		}
	})
}

func TestRandomNames(t *testing.T) {
	t.Parallel()
	forms := map[string]func() string{
		`^m-[a-z2-7]{13}$`: func() string { return NewID("m-") },
		`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`: NewEntryID,
	}
	for form, make := range forms {
		seen := map[string]bool{}
		for range 1_000 {
			name := make()
			if !regexp.MustCompile(form).MatchString(name) || seen[name] {
				t.Fatalf("%q is not of the form %s, or came twice", name, form)
			}
			seen[name] = true
		}
	}
}
