package people

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/ccojocar/zxcvbn-go"
	"golang.org/x/text/unicode/norm"
)

// Bounds of a password, in characters (NIST SP 800-63B-4, 3.1.1.2: at least 15
// where it stands alone; all that may be typed; no rules of composition).
const (
	MinPassword = 15
	MaxPassword = 128
)

// minGuesses is how hard a password must be to guess, in zxcvbn's score of 0 to
// 4: 3 is safe against guessing offline with a slow hash.
const minGuesses = 3

// CheckPassword gives what is wrong with a new password, or nil. The context is
// what an attacker would try first: the person's names, the office's name.
func CheckPassword(password string, context ...string) *Denial {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return &Denial{"the password holds what is no text", "type it again"}
	case n < MinPassword:
		return &Denial{fmt.Sprintf("the password has %d characters, it takes %d", n, MinPassword), "choose a longer one, such as four or five words that don't belong together"}
	case n > MaxPassword:
		return &Denial{fmt.Sprintf("the password has %d characters, the limit is %d", n, MaxPassword), "choose a shorter one"}
	}
	if zxcvbn.PasswordStrength(password, words(context)).Score < minGuesses {
		return &Denial{"the password is too easy to guess: it is common, repeats itself, or is made of names that everybody knows", "choose four or five words that don't belong together"}
	}
	return nil
}

// words splits names into what a guesser would try.
func words(context []string) []string {
	var all []string
	for _, c := range context {
		all = append(all, c)
		all = append(all, strings.FieldsFunc(c, func(r rune) bool { return strings.ContainsRune(" .-_@", r) })...)
	}
	return all
}

// params bound the work of one hash: 19 MiB and two passes, as OWASP's password
// storage cheat sheet has it for Argon2id.
func params() *argon2id.Params {
	return &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// HashPassword gives what is stored of a password (RFC 9106).
func HashPassword(password string) (string, error) {
	hash, err := argon2id.CreateHash(norm.NFC.String(password), params())
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// PasswordMatches compares in constant time. A hash that can't be read matches
// nothing. Where there is no account, compare with NoPassword all the same, so
// that the answer takes as long.
func PasswordMatches(password, hash string) bool {
	if utf8.RuneCountInString(password) > MaxPassword {
		return false
	}
	ok, err := argon2id.ComparePasswordAndHash(norm.NFC.String(password), hash)
	return err == nil && ok
}

// NoPassword is a hash that no password is known for.
const NoPassword = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" //nolint:gosec // no password is known for it
