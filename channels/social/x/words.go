package x

import (
	"strings"

	"clarion/channels"
)

// opening is what the text of a correction or withdrawal begins with, in the
// post's language where it is English or Welsh, and in English otherwise.
func opening(post channels.Post) string {
	base, _, _ := strings.Cut(lower(post.Language), "-")
	welsh := base == "cy"
	switch {
	case post.Withdraws != "" && welsh:
		return "Tynnwyd yn ôl: "
	case post.Withdraws != "":
		return "Withdrawn: "
	case post.Corrects != "" && welsh:
		return "Cywiriad: "
	case post.Corrects != "":
		return "Correction: "
	}
	return ""
}
