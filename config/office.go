package config

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

const maxOfficeName = 100 // characters

func (r *reader) office() {
	t := r.section("office", &r.config.Office)
	office := r.config.Office
	t.officeName(office.Name)
	t.zone(office.Zone)
	t.language(office.Language)
}

func (t *table) officeName(name string) {
	switch {
	case !t.sound("name"):
	case !t.has("name"):
		t.fault("name", "is missing", `write the office's name as readers see it, name = "Press Office" under [office]`)
	case strings.TrimSpace(name) == "":
		t.fault("name", "is empty", "write the office's name as readers see it")
	case strings.ContainsFunc(name, unicode.IsControl):
		t.fault("name", "has a line break or control character", "write it on one line")
	case utf8.RuneCountInString(name) > maxOfficeName:
		t.fault("name", "is longer than 100 characters", "shorten it")
	}
}

// zone refuses "Local" and the empty name too: what they mean depends on the
// machine.
func (t *table) zone(zone string) {
	const try = `write an IANA zone, such as "Europe/London" or "UTC"`
	if zone == "" || zone == "Local" {
		t.fault("zone", "names no zone", try)
	} else if _, err := time.LoadLocation(zone); err != nil {
		t.fault("zone", "is not a known zone", try)
	}
}

func (t *table) language(tag string) {
	parsed, err := language.Parse(tag)
	if err != nil || parsed == language.Und || strings.Contains(tag, "_") {
		t.fault("language", "is not a BCP 47 language", `write one such as "en-GB" or "cy"`)
	}
}

func (r *reader) log() {
	t := r.section("log", &r.config.Log)
	t.oneOf("level", r.config.Log.Level, "debug", "info", "warn", "error")
	t.oneOf("format", r.config.Log.Format, "json", "text", "auto")
}
