package email

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clarion/channels"
)

// wording is what a mail says besides its author's text, in the language of
// its post where it is English or Welsh, and in English otherwise.
type wording struct {
	language    string
	embargo     string // empty without an embargo
	about       string // what it corrects or withdraws; empty if it does neither
	subject     string // how the subject of a correction begins; all of that of a withdrawal
	web         string
	notes       string
	contact     string
	sentBy      string // with a %s for the office
	unsubscribe string
}

func wordingOf(p channels.Post) wording {
	w := wording{
		language: "en",
		web:      "Read this on the web", notes: "Notes to editors", contact: "Press contact",
		sentBy: "This mail was sent to you by %s.", unsubscribe: "Unsubscribe",
	}
	embargo, correction, withdrawal, form := "EMBARGOED until %s", "Correction to: %s", "Withdrawn: %s", channels.TimeLong
	corrected := "Correction: "
	if base, _, _ := strings.Cut(strings.ToLower(p.Language), "-"); base == "cy" {
		w = wording{
			language: "cy",
			web:      "Darllenwch hwn ar y we", notes: "Nodiadau i olygyddion", contact: "Cyswllt i’r wasg",
			sentBy: "Anfonwyd y neges hon atoch gan %s.", unsubscribe: "Dad-danysgrifio",
		}
		embargo, correction, withdrawal, form = "EMBARGO tan %s", "Cywiriad i: %s", "Tynnwyd yn ôl: %s", channels.TimeLongWelsh
		corrected = "Cywiriad: "
	}
	if !p.Embargo.IsZero() {
		w.embargo = fmt.Sprintf(embargo, instant(p.Embargo, p.Zone, form))
	}
	switch {
	case p.Corrects != "":
		w.about, w.subject = fmt.Sprintf(correction, p.Corrects), corrected
	case p.Withdraws != "":
		w.about = fmt.Sprintf(withdrawal, p.Withdraws)
		w.subject = w.about
	}
	return w
}

// instant writes a time that is no slot in the way of the slots' forms, in the
// zone of readers, or in UTC if that is not known.
func instant(at time.Time, zone string, form channels.Form) string {
	location, err := time.LoadLocation(zone)
	if err != nil {
		location = time.UTC
	}
	doc := channels.Document{Parts: []channels.Part{{Slot: channels.PublishedAt, Form: form}}}
	b, _ := doc.Fill(channels.Values{PublishedAt: at, Zone: location}) // fails only without an instant
	return string(b)
}

// direction is the way a language is written: by its script if the tag names
// one, or else by its usual one.
func direction(language string) string {
	parts := strings.Split(strings.ToLower(language), "-")
	for _, part := range parts[1:] {
		switch {
		case slices.Contains([]string{"arab", "hebr", "syrc", "thaa", "nkoo", "adlm", "rohg"}, part):
			return "rtl"
		case len(part) == 4 && part[0] >= 'a':
			return "ltr"
		}
	}
	if slices.Contains([]string{"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}, parts[0]) {
		return "rtl"
	}
	return "ltr"
}
