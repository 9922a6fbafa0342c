package people

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// GroupRule gives a role to whoever is in a group of a provider of single
// sign-on.
type GroupRule struct {
	Group      string
	Role       Role
	Department string // a department's name, or Everywhere
}

// GrantsOf gives what rules give for groups, in the order of the rules, each
// once. A role that is not known is given to nobody.
func GrantsOf(groups []string, rules []GroupRule) []Grant {
	var grants []Grant
	for _, r := range rules {
		g := Grant{r.Department, r.Role}
		if r.Role.Known() && r.Department != "" && slices.Contains(groups, r.Group) && !slices.Contains(grants, g) {
			grants = append(grants, g)
		}
	}
	return grants
}

// maxOwnName is how long a name may be that is made for somebody, in bytes; a
// number still fits behind it.
const maxOwnName = 36

// NameFrom makes a person's short name of the first text that has a letter to
// begin with; what follows an @ is left out.
func NameFrom(texts ...string) string {
	for _, text := range texts {
		text, _, _ = strings.Cut(text, "@")
		if name := plainName(text); name != "" {
			return name
		}
	}
	return "person"
}

func plainName(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 'a' && r <= 'z' || b.Len() > 0 && (r >= '0' && r <= '9' || r == '.' || r == '_'):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= maxOwnName {
			break
		}
	}
	return strings.TrimRight(b.String(), "-._")
}

// Numbered gives the nth name to try where those before are taken.
func Numbered(name string, n int) string {
	if n <= 1 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, n)
}

// OneLine makes a text that comes from outside fit to be shown: on one line,
// without characters that control or hide, and at most so many bytes long.
func OneLine(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	for len(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return strings.TrimSpace(text)
}
