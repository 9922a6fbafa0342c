package social

import (
	"strings"

	"clarion/channels"
)

// Opening is what the text of a correction or a withdrawal begins with, so that
// readers know it for one: in the post's language where that is English, Welsh
// or Arabic, and in English otherwise. It is empty for any other post.
func Opening(post channels.Post) string {
	words := openings(post.Language)
	switch {
	case post.Action == channels.Delete:
		return ""
	case post.Withdraws != "":
		return words.withdrawn
	case post.Action == channels.Edit:
		return words.corrected
	case post.Corrects != "":
		return words.correction
	}
	return ""
}

type opening struct{ correction, corrected, withdrawn string }

func openings(language string) opening {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch base {
	case "cy":
		return opening{"Cywiriad: ", "Wedi’i gywiro: ", "Tynnwyd yn ôl: "}
	case "ar":
		return opening{"تصحيح: ", "نص مصحَّح: ", "سُحب: "}
	default:
		return opening{"Correction: ", "Corrected: ", "Withdrawn: "}
	}
}
