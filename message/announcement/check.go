package announcement

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
)

// MaxLateLimit bounds how late a send may still go by itself.
const MaxLateLimit = 7 * 24 * time.Hour

// Check gives every fault of a content as such, whoever wrote it; fields are
// named as in Announcement.Lines. Nothing is asked of the time of day, of
// whether audiences and channels exist, or of the assets' files. It does not
// look into the CommonMark.
func Check(c message.Content) []channels.Problem {
	p := problems{}
	p.oneLine("title", c.Title, message.MaxTitle)
	p.required("title", c.Title, "a title")
	p.text("summary", c.Summary, message.MaxSummary)
	p.language(c.Language)
	p.text("objective", c.Objective, message.MaxField)
	p.oneLine("department", c.Department, message.MaxField)
	p.required("department", c.Department, "a department")
	p.list("topics", c.Topics, message.MaxTopics, func(field, topic string) {
		p.required(field, topic, "a topic")
		p.oneLine(field, topic, message.MaxField)
	})
	p.plan(c.Plan)
	p.schedule(c.Schedule)
	p.text("contact", c.Contact, message.MaxField)
	p.block("notes", c.Notes, message.MaxNotes)
	p.assets(c.Assets)
	p.variants(c.Variants)
	p.original("corrects", c.Corrects)
	p.original("withdraws", c.Withdraws)
	if c.Corrects != "" && c.Withdraws != "" {
		p.add("withdraws", "a message can't both correct and withdraw another", "delete corrects or withdraws")
	}
	p.required("body", c.Body, "a body")
	p.block("body", c.Body, message.MaxBody)
	return p.found
}

// problems gathers what is wrong.
type problems struct{ found []channels.Problem }

func (p *problems) add(field, says, try string) {
	p.found = append(p.found, channels.Problem{Field: field, Says: says, Try: try})
}

func (p *problems) required(field, value, what string) {
	if strings.TrimSpace(value) == "" {
		p.add(field, "there is no "+strings.TrimPrefix(what, "a "), "add "+what)
	}
}

// text checks a text of any lines with a limit in characters.
func (p *problems) text(field, value string, limit int) {
	if says := unfit(value); says != "" {
		p.add(field, "the text "+says, "type it again")
	}
	p.length(field, utf8.RuneCountInString(value), limit, "characters")
}

func (p *problems) oneLine(field, value string, limit int) {
	if says := unfitLine(value); says != "" {
		p.add(field, "the text "+says, "type it again on one line")
	}
	p.length(field, utf8.RuneCountInString(value), limit, "characters")
}

// block checks a text of any lines with a limit in bytes.
func (p *problems) block(field, value string, limit int) {
	if says := unfit(value); says != "" {
		p.add(field, "the text "+says, "type it again")
	}
	p.length(field, len(value), limit, "bytes")
}

func (p *problems) length(field string, n, limit int, unit string) {
	if n > limit {
		p.add(field, fmt.Sprintf("it has %d %s; the limit is %d", n, unit, limit), "shorten it")
	}
}

// list checks a list's length and, if that can be borne, its items, none of
// which may stand twice.
func (p *problems) list(field string, values []string, limit int, each func(field, value string)) {
	if len(values) > limit {
		p.add(field, fmt.Sprintf("there are %d; the limit is %d", len(values), limit), "take some out")
		return
	}
	seen := map[string]bool{}
	for i, value := range values {
		each(item(field, i), value)
		if seen[value] {
			p.add(item(field, i), fmt.Sprintf("%s stands here twice", message.Quote(value)), "name it once")
		}
		seen[value] = true
	}
}

func (p *problems) language(tag string) {
	if tag == "" {
		p.add("language", "there is no language", "add one, such as en-GB or cy")
		return
	}
	if parsed, err := language.Parse(clip(tag)); err != nil || parsed == language.Und {
		p.add("language", fmt.Sprintf("%s is no language tag (BCP 47)", message.Quote(tag)), "write one such as en-GB, cy or ar")
	}
}

// canonicalLanguage gives a tag's usual spelling, or the tag if it is none.
func canonicalLanguage(tag string) string {
	parsed, err := language.Parse(clip(tag))
	if err != nil {
		return tag
	}
	return parsed.String()
}

// clip bounds what is handed to a parser; no tag is that long.
func clip(tag string) string { return tag[:min(len(tag), 100)] }

func (p *problems) plan(plan message.Plan) {
	if len(plan.Audiences) == 0 {
		p.add("audiences", "there is no audience", "say who it is for, as in audiences: [public]")
	}
	p.list("audiences", plan.Audiences, message.MaxAudiences, func(field, name string) {
		if err := audience.CheckName(name); err != nil {
			says, try := advice(err)
			p.add(field, says, try)
		}
	})
	p.list("channels", plan.Channels, message.MaxChannels, func(field, name string) {
		if says, try := unfitChannel(name); says != "" {
			p.add(field, says, try)
		}
	})
}

func unfitChannel(name string) (says, try string) {
	if audience.WellFormed(name) {
		return "", ""
	}
	return fmt.Sprintf("%s is no name of a channel", message.Quote(name)), "write it in lower case, as `clarion channel list` shows it"
}

func (p *problems) schedule(s message.Schedule) {
	switch {
	case s.LateLimit < 0 || s.LateLimit > MaxLateLimit:
		p.add("late_limit", "it is not between 0 and 7 days", "write a length of time such as 10m, 2h or 1d")
	case s.LateLimit%time.Second != 0:
		p.add("late_limit", "it is not in whole seconds", "write a length of time such as 10m, 2h or 1d")
	}
	if s.Expires != nil && s.Earliest != nil && !s.Expires.At.After(s.Earliest.At) {
		p.add("expires", "it would expire before it is published", "choose a time after that of publish")
	}
}

// original checks the id of the message that this one is about.
func (p *problems) original(field, id string) {
	if strings.ContainsFunc(id, notOfID) || len(id) > 100 {
		p.add(field, fmt.Sprintf("%s is no id of a message", message.Quote(id)), "copy it from `clarion message list`")
	}
}

func notOfID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}
