package bluesky

import (
	"strings"

	"clarion/channels"
	"clarion/channels/social"
)

// wording is a post's text, with a word before it if it corrects or withdraws
// another: in the language of the post where that is Welsh, and in English
// otherwise.
func wording(post channels.Post) (field, text string) {
	field, text = social.Wording(post)
	if text == "" {
		return field, text
	}
	corrects, withdraws := "Correction: ", "Withdrawn: "
	if base, _, _ := strings.Cut(strings.ToLower(post.Language), "-"); base == "cy" {
		corrects, withdraws = "Cywiriad: ", "Tynnwyd yn ôl: "
	}
	switch {
	case post.Withdraws != "":
		return field, withdraws + text
	case post.Corrects != "":
		return field, corrects + text
	}
	return field, text
}
