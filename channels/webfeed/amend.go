package webfeed

import (
	"strings"

	"clarion/channels"
)

// DocCorrection is a line of the public list of corrections, a Correction as
// JSON. Only a rendering that changes or withdraws a message holds it.
const DocCorrection = "correction"

// tombstones is the namespace of RFC 6721.
const tombstones = "http://purl.org/atompub/tombstones/1.0"

// withdraws reports whether the article takes the place of what it withdraws.
func (a article) withdraws() bool { return a.Action == channels.Delete }

// corrects reports whether the article takes the place of what it corrects.
func (a article) corrects() bool { return a.Action == channels.Edit }

// replaces reports whether the article takes the place of another. Its summary
// then says why.
func (a article) replaces() bool { return a.corrects() || a.withdraws() }

// standing says above the text that it is not the first that stood here, or
// what earlier announcement it corrects.
func (a article) standing(b *builder) {
	switch {
	case a.withdraws():
		b.raw(`<p class="withdrawn">`)
		a.instant(b, a.tongue.words.withdrawnOn, channels.UpdatedAt)
		if a.Summary != "" {
			b.put(". %s", a.Summary)
		}
		b.raw("</p>\n")
	case a.corrects():
		b.raw(`<p class="correction">`)
		a.instant(b, a.tongue.words.correctedOn, channels.UpdatedAt)
		b.put(": %s</p>\n", a.Summary)
	case a.Corrects != "":
		b.raw(`<p class="correction">`)
		a.tongue.label(b, "strong", a.tongue.words.correction)
		b.put(" <bdi>%s</bdi></p>\n", a.Corrects)
	}
}

// tombstone tells feed readers that know RFC 6721 that the entry beside it was
// taken back.
func (a article) tombstone(b *builder) {
	if !a.withdraws() {
		return
	}
	b.put(`<at:deleted-entry xmlns:at="%s" ref="`, tombstones)
	b.slot(channels.EntryID, channels.XML)
	b.raw(`" when="`)
	b.slot(channels.UpdatedAt, channels.TimeRFC3339)
	b.put(`"><at:comment xml:lang="%s">%s</at:comment></at:deleted-entry>`+"\n", a.tongue.tag, strings.TrimSpace(a.Title+". "+a.Summary))
}

// Correction is what Corrections shows of a message that was corrected or
// withdrawn: the filled document "correction" is one, as JSON.
type Correction struct {
	Item           // published when it was corrected or withdrawn
	Withdrawn bool `json:"withdrawn"`
}

// line is the document "correction".
func (a article) line() []channels.Part {
	b := &builder{}
	b.raw(`{"url":"`)
	b.slot(channels.PageAddress, channels.JSON)
	b.raw(`","published":"`)
	b.slot(channels.UpdatedAt, channels.TimeRFC3339)
	b.raw(`",` + members(struct {
		Title     string `json:"title"` // of the original
		Summary   string `json:"summary,omitempty"`
		Language  string `json:"language"`
		Withdrawn bool   `json:"withdrawn"`
	}{firstOf(a.Withdraws, a.Corrects), a.Summary, a.tongue.tag, a.withdraws()}))
	return b.done()
}

// CorrectionsPath is where the public list of corrections stands, below the
// path of the installation's address.
const CorrectionsPath = "/corrections"

// MaxCorrections is how many lines the public list of corrections has, the
// newest.
const MaxCorrections = 500

// Corrections gives the public list of corrections in the order given.
func Corrections(f Feed, all []Correction) []byte {
	b := &builder{}
	s := shellOf(f, tongueOf(f.Language).words.corrections)
	s.about = ""
	s.head(b, func() { b.put("<link rel=\"canonical\" href=\"%s\">\n", s.base+CorrectionsPath) })
	s.tongue.label(b, "h1", s.tongue.words.corrections)
	b.raw("\n")
	if len(all) == 0 {
		s.tongue.label(b, "p", s.tongue.words.nothingCorrected)
		b.raw("\n")
	} else {
		b.raw("<ul class=\"news\">\n")
		for _, c := range all {
			s.entry(b, c.Item, c.label)
		}
		b.raw("</ul>\n")
	}
	s.foot(b)
	return b.text()
}

// label says on which day the message was corrected, or withdrawn.
func (c Correction) label(w words) string {
	if c.Withdrawn {
		return w.withdrawn
	}
	return w.corrected
}
