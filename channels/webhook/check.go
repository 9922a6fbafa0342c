package webhook

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
	problems := checkPlain(post)
	field := "body"
	if strings.TrimSpace(post.Variant.Text) != "" {
		field = "variant.text"
	}
	problems = append(problems, inField(field, commonmark.Check(post.Body, post.Assets))...)
	problems = append(problems, inField("notes", commonmark.Check(post.Notes, post.Assets))...)
	for _, a := range post.Assets {
		if a.Image() && strings.TrimSpace(a.Alt) == "" {
			problems = append(problems, channels.Problem{
				Field: "assets[" + a.Name + "]", Says: "the image has no description", Try: "write an alt text that says what it shows",
			})
		}
	}
	return problems
}

func inField(field string, problems []channels.Problem) []channels.Problem {
	for i := range problems {
		problems[i].Field = field
	}
	return problems
}

// plain is a text that is no CommonMark.
type plain struct{ field, text string }

func checkPlain(post channels.Post) []channels.Problem {
	var problems []channels.Problem
	if strings.TrimSpace(post.Title) == "" {
		problems = append(problems, channels.Problem{Field: "title", Says: "is empty", Try: "write a title"})
	}
	for _, p := range plainTexts(post) {
		if !utf8.ValidString(p.text) || strings.ContainsFunc(p.text, forbidden) {
			problems = append(problems, channels.Problem{
				Field: p.field, Says: "the text holds a control character or is not UTF-8", Try: "remove what cannot be read",
			})
		}
	}
	return problems
}

func plainTexts(post channels.Post) []plain {
	list := []plain{
		{"title", post.Title}, {"summary", post.Summary}, {"language", post.Language}, {"department", post.Department},
		{"contact", post.Contact}, {"corrects", post.Corrects}, {"withdraws", post.Withdraws},
	}
	for _, t := range post.Topics {
		list = append(list, plain{"topics", t})
	}
	for _, a := range post.Audiences {
		list = append(list, plain{"audiences", a.Name + a.Title})
	}
	for i, a := range post.Assets {
		list = append(list, plain{fmt.Sprintf("assets[%d]", i+1), a.Name + a.Alt + a.MediaType})
	}
	return list
}

func forbidden(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
