package message_test

import (
	"strings"
	"testing"

	"clarion/message"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                        `""`,
		"Bridge opens":            `"Bridge opens"`,
		"👩‍🚒 of the year":         `"👩‍🚒 of the year"`,
		"❤️":                      `"❤️"`,
		"جسر":                     `"جسر"`,
		"a\nb":                    `"a\nb"`,
		"\u202eevil":              `"\u202eevil"`,
		"\xff":                    `"\xff"`,
		strings.Repeat("é", 60):   `"` + strings.Repeat("é", 60) + `"`,
		strings.Repeat("é", 61):   `"` + strings.Repeat("é", 60) + `"`,
		strings.Repeat("é", 1000): `"` + strings.Repeat("é", 60) + `"`,
	} {
		if got := message.Quote(given); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
