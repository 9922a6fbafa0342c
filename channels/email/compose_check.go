package email

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"clarion/channels"
	"clarion/channels/commonmark"
)

// check lists what an author must mend.
func check(post channels.Post) []channels.Problem {
	problems := checkLines(post)
	field, body := "body", post.Body
	if post.Variant.Text != "" {
		field, body = "variant.text", post.Variant.Text
	}
	problems = append(problems, inField(field, commonmark.Check(body, post.Assets))...)
	problems = append(problems, inField("notes", commonmark.Check(post.Notes, post.Assets))...)
	for _, a := range post.Assets {
		problems = append(problems, checkAsset(a)...)
	}
	return problems
}

func inField(field string, problems []channels.Problem) []channels.Problem {
	for i := range problems {
		problems[i].Field = field
	}
	return problems
}

// checkLines looks at the texts that stand on one line, in a header or at the
// top of the mail.
func checkLines(post channels.Post) []channels.Problem {
	lines := []struct{ field, text string }{
		{"title", post.Title}, {"variant.title", post.Variant.Title},
		{"department", post.Department}, {"corrects", post.Corrects}, {"withdraws", post.Withdraws}, {"language", post.Language},
	}
	for _, a := range post.Audiences {
		lines = append(lines, struct{ field, text string }{"audiences", a.Title})
	}
	var problems []channels.Problem
	for _, l := range lines {
		if !oneLine(l.text) {
			problems = append(problems, channels.Problem{
				Field: l.field, Says: "it holds a line break or control character, or is not valid UTF-8",
				Try: "write it on one line, in UTF-8",
			})
		}
	}
	if strings.TrimSpace(or(post.Variant.Title, post.Title)) == "" {
		problems = append(problems, channels.Problem{Field: "title", Says: "a mail needs a subject", Try: "write a title"})
	}
	return problems
}

func oneLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

func checkAsset(a channels.Asset) []channels.Problem {
	field := fmt.Sprintf("assets[%s]", a.Name)
	switch {
	case !oneLine(a.Name) || a.Name == "":
		return []channels.Problem{{Field: "assets", Says: "a file's name is empty, or holds a control character", Try: "rename the file"}}
	case len(a.Name) > maxFilename:
		return []channels.Problem{{
			Field: field, Says: fmt.Sprintf("the name has %d bytes, a mail carries at most %d", len(a.Name), maxFilename),
			Try: "give the file a shorter name",
		}}
	}
	return nil
}

func tooLarge(size int) channels.Problem {
	return channels.Problem{
		Field: "assets",
		Says:  fmt.Sprintf("the mail would have %d bytes, the limit is %d; files grow by a third in a mail", size, maxMail),
		Try:   "attach less, or put large files on the web and link to them",
	}
}
