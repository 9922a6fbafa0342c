package webfeed

import (
	"slices"

	"golang.org/x/text/language"

	"clarion/channels"
)

// tongue is how a document speaks: its language, direction, dates and labels.
type tongue struct {
	tag   string // BCP 47
	dir   string // "ltr" or "rtl"
	dates channels.Form
	words words
	own   bool // the labels are in the language itself
}

// words are the labels that a page carries beside the author's text.
type words struct {
	lang, skip, published, updated, from, attachments, notes, contact, topics, correction, feeds string

	corrected, correctedOn, withdrawn, withdrawnOn, corrections, nothingCorrected string

	notFound, nothingHere, nothingYet, news string
}

func english() words {
	return words{
		lang: "en", skip: "Skip to the main content", published: "Published", updated: "Last updated",
		from: "From", attachments: "Attachments", notes: "Notes to editors", contact: "Press contact",
		topics: "Topics", correction: "Correction of an earlier announcement:", feeds: "Follow the news:",
		corrected: "Corrected", correctedOn: "Corrected on",
		withdrawn: "Withdrawn", withdrawnOn: "This announcement was withdrawn on",
		corrections: "Corrections", nothingCorrected: "Nothing has been corrected or withdrawn.",
		notFound: "Page not found", nothingHere: "There is no page at this address.",
		nothingYet: "Nothing has been published yet.", news: "News",
	}
}

func welsh() words {
	return words{
		lang: "cy", skip: "Neidio i'r prif gynnwys", published: "Cyhoeddwyd", updated: "Diweddarwyd ddiwethaf",
		from: "Gan", attachments: "Atodiadau", notes: "Nodiadau i olygyddion", contact: "Cyswllt â'r wasg",
		topics: "Pynciau", correction: "Cywiriad i gyhoeddiad cynharach:", feeds: "Dilyn y newyddion:",
		corrected: "Cywirwyd", correctedOn: "Cywirwyd ar",
		withdrawn: "Tynnwyd yn ôl", withdrawnOn: "Tynnwyd y cyhoeddiad hwn yn ôl ar",
		corrections: "Cywiriadau", nothingCorrected: "Nid oes dim wedi'i gywiro na'i dynnu'n ôl.",
		notFound: "Heb ddod o hyd i'r dudalen", nothingHere: "Nid oes tudalen yn y cyfeiriad hwn.",
		nothingYet: "Nid oes dim wedi'i gyhoeddi eto.", news: "Newyddion",
	}
}

// tongueOf speaks a language. Labels are English where we have none in it, and
// dates are then written in figures. What is no language tag counts as English.
func tongueOf(lang string) tongue {
	tag, err := language.Parse(lang)
	if err != nil {
		tag = language.English
	}
	t := tongue{tag: tag.String(), dir: direction(tag), dates: channels.TimeISOMinute, words: english()}
	switch base, _ := tag.Base(); base.String() {
	case "en":
		t.dates, t.own = channels.TimeLong, true
	case "cy":
		t.dates, t.own, t.words = channels.TimeLongWelsh, true, welsh()
	}
	return t
}

func direction(tag language.Tag) string {
	rightToLeft := []string{"Adlm", "Arab", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}
	if script, _ := tag.Script(); slices.Contains(rightToLeft, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// label writes a label as an element, with its language where that is not the
// document's.
func (t tongue) label(b *builder, element, text string) {
	if t.own {
		b.put("<%s>%s</%s>", element, text, element)
		return
	}
	b.put(`<%s lang="%s" dir="ltr">%s</%s>`, element, t.words.lang, text, element)
}
