package web

import (
	"bytes"
	_ "embed" // for the template
	"html/template"
	"strings"

	"clarion/channels/webfeed"
)

//go:embed templates/public_notice.html
var noticeTemplate string

// notices are the pages that say one thing, ready to be written.
type notices struct {
	ask    []byte // whether to unsubscribe
	done   []byte // it was done
	broken []byte // a fault of ours
}

// notice is what one of them says.
type notice struct {
	Title  string
	Text   string
	Button string // empty: nothing to press
}

// noticePage is a notice within its page.
type noticePage struct {
	notice
	Language, Office, Style string
	Field, Value            string // what the button sends
}

// newNotices makes the pages in Welsh or English.
func newNotices(officeName, language string) notices {
	t := template.Must(template.New("notice").Parse(noticeTemplate))
	language, ask, done, broken := noticesIn(language)
	page := func(n notice) []byte {
		var b bytes.Buffer
		p := noticePage{notice: n, Language: language, Office: officeName, Style: webfeed.StylesheetPath, Field: oneClickField, Value: oneClickValue}
		if err := t.Execute(&b, p); err != nil {
			panic("web: a notice always fits its template: " + err.Error())
		}
		return b.Bytes()
	}
	return notices{ask: page(ask), done: page(done), broken: page(broken)}
}

func noticesIn(language string) (tag string, ask, done, broken notice) {
	if base, _, _ := strings.Cut(language, "-"); strings.EqualFold(base, "cy") {
		return "cy",
			notice{"Dad-danysgrifio", "Pwyswch y botwm i beidio â derbyn rhagor o'r cyhoeddiadau hyn drwy'r e-bost.", "Dad-danysgrifio"},
			notice{"Rydych wedi dad-danysgrifio", "Ni fyddwch yn derbyn rhagor o'r cyhoeddiadau hyn drwy'r e-bost.", ""},
			notice{"Aeth rhywbeth o'i le", "Nid oedd modd dangos y dudalen hon. Rhowch gynnig arall arni ymhen ychydig funudau.", ""}
	}
	return "en",
		notice{"Unsubscribe", "Press the button to stop getting these announcements by email.", "Unsubscribe"},
		notice{"You are unsubscribed", "You will get no more of these announcements by email.", ""},
		notice{"Something went wrong", "This page could not be shown. Please try again in a few minutes.", ""}
}
