package office

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clarion/channels"
	"clarion/store"
)

// Code says what sort of refusal it is.
type Code uint8

// The codes of a refusal.
const (
	Invalid   Code = iota // what was given is wrong
	NotFound              // there is no such thing
	Conflict              // not in this state, or not any more
	Forbidden             // not by this person
	TooMany               // not before some time has passed
)

// Refusal is what a person can mend.
type Refusal struct { //nolint:errname // the word that people use for it
	Code     Code
	Says     string
	Try      string
	Problems []Problem
}

// Problem is one fault of what was given.
type Problem struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	channelProblem
}

// channelProblem keeps the embedded fields flat in JSON.
type channelProblem struct {
	Field   string `json:"field,omitempty"`
	Channel string `json:"channel,omitempty"` // whose rules it breaks; empty for all
	Says    string `json:"says"`
	Try     string `json:"try,omitempty"`
}

func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
		if p.Line > 0 {
			fmt.Fprintf(&b, "%d:", p.Line)
		}
		b.WriteByte(' ')
	}
	for _, part := range []string{p.Field, p.Channel} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(p.Says)
	if p.Try != "" {
		b.WriteString("; " + p.Try)
	}
	return b.String()
}

func (r *Refusal) Error() string {
	lines := []string{r.Says}
	if r.Try != "" {
		lines[0] += "; " + r.Try
	}
	for _, p := range r.Problems {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}

// Refuse says no in words: what happened, to what, and what to do.
func Refuse(code Code, says, try string) *Refusal {
	return &Refusal{Code: code, Says: says, Try: try}
}

// missing turns the store's word that there is no such thing into a refusal.
func missing(err error, what, try string) error {
	if errors.Is(err, store.ErrNotFound) {
		return Refuse(NotFound, "there is no "+what, try)
	}
	return err
}

// advice parts a rule's error into what is wrong and what to do, which stands
// after the semicolon.
func advice(err error) (says, try string) {
	says, try, _ = strings.Cut(err.Error(), "; ")
	return says, try
}

// tidy orders problems by their lines. What several channels say alike is said
// once, of none of them.
func tidy(problems []Problem) []Problem {
	var all []Problem
	for _, p := range problems {
		i := slices.IndexFunc(all, func(q Problem) bool {
			q.Channel = p.Channel
			return p == q
		})
		switch {
		case i < 0:
			all = append(all, p)
		case all[i].Channel != p.Channel:
			all[i].Channel = ""
		}
	}
	slices.SortStableFunc(all, byLine)
	return all
}

func byLine(a, b Problem) int { return cmp.Compare(a.Line, b.Line) }

// problemOf places a channel's problem within a file.
func problemOf(p channels.Problem, channel, file string, lines map[string]int) Problem {
	if part, ok := strings.CutPrefix(p.Field, "variant."); ok {
		p.Field = "variants[" + channel + "]." + part
	}
	out := Problem{File: file, channelProblem: channelProblem{Field: p.Field, Channel: channel, Says: p.Says, Try: p.Try}}
	if base, ok := lines[p.Field]; ok {
		out.Line = base
		if p.Field == "body" && p.Line > 0 {
			out.Line = base + p.Line - 1
		}
	}
	return out
}
