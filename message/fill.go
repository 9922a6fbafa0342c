package message

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"clarion/channels"
)

// Original is a message as a template that is about it sees it.
type Original struct {
	ID         string
	Department string
	Content    Content   // that readers have now: of its last correction, or its own
	Audiences  []string  // that it, or a correction of it, was for
	First      time.Time // when it first left, in the office's zone
	Channels   []string  // that the office has; a wording for another is left out
}

// The placeholders. The body is for corrections: a withdrawal must not publish
// again what it takes away.
const (
	PlaceTitle      = "{title}"      // that readers know it by
	PlaceDate       = "{date}"       // on which it first left, as in 2027-05-01 (ISO 8601)
	PlaceTime       = "{time}"       // at which it first left, as in 09:00
	PlaceDepartment = "{department}" // whose it is
	PlaceBody       = "{body}"       // its text
)

// bodyLine is the body as the last line of a template's, where nothing before
// it can change how it reads.
const bodyLine = "\n\n" + PlaceBody

// Misplaced is a fault of a template's placeholders.
type Misplaced struct{ Field, Says, Try string }

// Placeholders gives what is wrong with a template's placeholders. A brace
// stands for nothing else, so that a slip of the pen is not published.
func (t Template) Placeholders() []Misplaced {
	anywhere := []string{PlaceTitle, PlaceDate, PlaceTime, PlaceDepartment}
	var all []Misplaced
	look := func(field, text string, known ...string) {
		if brace := stray(text, known); brace != "" {
			all = append(all, Misplaced{field, fmt.Sprintf("%s is no placeholder here", Quote(brace)), "those that are: " + strings.Join(known, ", ")})
		}
	}
	look("title", t.Title, anywhere...)
	look("summary", t.Summary, anywhere...)
	body := strings.TrimSuffix(t.Body, bodyLine)
	switch {
	case t.Kind == Withdrawal && strings.Contains(t.Body, PlaceBody):
		all = append(all, Misplaced{"body", "a withdrawal would publish again what it withdraws", "leave " + PlaceBody + " out"})
	case strings.Contains(body, PlaceBody):
		all = append(all, Misplaced{"body", PlaceBody + " does not stand last as a paragraph of its own", "put it at the end, after a text and a blank line"})
	default:
		look("body", body, anywhere...)
	}
	for _, channel := range slices.Sorted(maps.Keys(t.Variants)) {
		v, field := t.Variants[channel], "variants["+channel+"]."
		look(field+"title", v.Title, anywhere...)
		look(field+"summary", v.Summary, anywhere...)
		look(field+"warning", v.Warning, anywhere...)
		look(field+"text", v.Text, PlaceDate, PlaceTime) // some channels read it as CommonMark, others as it is
		look(field+"visibility", v.Visibility)
	}
	return all
}

// stray gives the first piece with a brace that is none of the placeholders; ""
// if there is none.
func stray(text string, known []string) string {
	for _, p := range known {
		text = strings.ReplaceAll(text, p, " ")
	}
	return regexp.MustCompile(`[{}][^\s{}]{0,20}}?`).FindString(text)
}

// Unfit says why a template can't be about a message, and what to do; both are
// empty if it can.
func (t Template) Unfit(o Original) (says, try string) {
	switch {
	case t.Department != "" && t.Department != o.Department:
		return fmt.Sprintf("the template %s is for %s, and message %s is of %s", t.Name, t.Department, o.ID, o.Department), "choose a template of that department, or of every one"
	case base(t.Language) != base(o.Content.Language):
		return fmt.Sprintf("the template %s is in %s, and message %s in %s", t.Name, t.Language, o.ID, o.Content.Language), "choose a template in the language that its readers know"
	case o.First.IsZero():
		return fmt.Sprintf("nothing of message %s has left", o.ID), "edit or cancel it instead"
	default:
		return "", ""
	}
}

func base(tag string) string {
	b, _ := language.Make(tag).Base()
	return b.String()
}

// Fill makes the message that a template gives about an original. It depends
// on these two alone. What is filled in is never searched for placeholders, and
// in CommonMark no markup of it counts.
func (t Template) Fill(o Original) Content {
	plain, escaped := filler(o, func(s string) string { return s }), filler(o, escape)
	c := Content{
		Title: plain.Replace(t.Title), Summary: plain.Replace(t.Summary), Language: t.Language, Department: o.Department,
		Contact: o.Content.Contact, Plan: Plan{Audiences: slices.Clone(o.Audiences)}, Schedule: Schedule{LateLimit: DefaultLateLimit},
	}
	if t.Kind == Withdrawal {
		c.Withdraws = o.ID
	} else {
		c.Corrects, c.Topics = o.ID, slices.Clone(o.Content.Topics)
	}
	body, whole := strings.CutSuffix(t.Body, bodyLine)
	if c.Body = escaped.Replace(body); whole && t.Kind == Correction {
		c.Body += "\n\n" + o.Content.Body
		c.Notes, c.Assets = o.Content.Notes, slices.Clone(o.Content.Assets)
	}
	for channel, v := range t.Variants {
		if !slices.Contains(o.Channels, channel) {
			continue
		}
		if c.Variants == nil {
			c.Variants = map[string]channels.Variant{}
		}
		c.Variants[channel] = channels.Variant{
			Title: plain.Replace(v.Title), Summary: plain.Replace(v.Summary), Text: plain.Replace(v.Text), Warning: plain.Replace(v.Warning), Visibility: v.Visibility,
		}
	}
	return c
}

// filler puts an original's values in place of placeholders, in one go.
func filler(o Original, as func(string) string) *strings.Replacer {
	return strings.NewReplacer(
		PlaceTitle, as(o.Content.Title), PlaceDate, as(o.First.Format(time.DateOnly)), PlaceTime, as(o.First.Format("15:04")),
		PlaceDepartment, as(o.Department),
	)
}

// escape takes any meaning from a text's punctuation (CommonMark 0.31.2, 2.4).
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
