package email

import (
	"strconv"
	"strings"
	"unicode"

	"clarion/channels"
)

// maxReason bounds what is kept of a relay's words, in bytes.
const maxReason = 400

// hidden stands for an address in a relay's words.
const hidden = "[address]"

// shortLocal is the length in bytes below which a local part is looked for as
// a whole word only, since it is part of too many others.
const shortLocal = 3

// scrub gives a relay's reply for people: on one line, bounded, and without
// any mail address. Words with the recipient's local part go as well, since
// relays repeat it alone.
func (r reply) scrub(recipient string) string {
	local, _, _ := cutAddress(strings.ToLower(recipient))
	words := strings.Fields(strings.Map(printable, strings.ToValidUTF8(r.text, "?")))
	for i, w := range words {
		if mayHoldAddress(w) || names(strings.ToLower(w), local) {
			words[i] = hidden
		}
	}
	text := strings.Join(words, " ")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return strings.TrimSpace(strconv.Itoa(r.code) + " " + text)
}

// confidences gives what signing in tells a relay, as it is and as it is
// written (RFC 4616, and LOGIN's two lines).
func confidences(username string, password channels.Secret) []string {
	secret := password.Reveal()
	if secret == "" {
		return nil
	}
	return []string{encode([]byte("\x00" + username + "\x00" + secret)), encode([]byte(secret)), secret}
}

// hide takes confidences out of a relay's words.
func hide(text string, told []string) string {
	for _, secret := range told {
		text = strings.ReplaceAll(text, secret, "[secret]")
	}
	return text
}

// mayHoldAddress knows an address by its @, written as it is, or encoded as in
// web addresses, quoted-printable, xtext (RFC 3461 4) and HTML.
func mayHoldAddress(word string) bool {
	for _, at := range []string{"@", "＠", "%40", "=40", "+40", "&#64", "&#x40"} {
		if strings.Contains(word, at) {
			return true
		}
	}
	return false
}

func names(word, local string) bool {
	if len(local) >= shortLocal {
		return strings.Contains(word, local)
	}
	return local != "" && strings.TrimFunc(word, unicode.IsPunct) == local
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return ' '
}
