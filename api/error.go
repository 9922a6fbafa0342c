package api

import (
	"fmt"
	"strings"
)

// Error is a refusal or fault as problem details (RFC 9457).
type Error struct {
	Title    string    `json:"title" doc:"The status in words."`
	Status   int       `json:"status" doc:"The HTTP status."`
	Detail   string    `json:"detail" doc:"What happened, to what."`
	Try      string    `json:"try,omitempty" doc:"What to do."`
	Problems []Problem `json:"problems,omitempty" doc:"Everything that is wrong with what was given."`
	ETag     string    `json:"etag,omitempty" doc:"Where what was seen has changed: the tag of what it is now."`
}

// Problem is one fault of what was given.
type Problem struct {
	File    string `json:"file,omitempty" doc:"The file, by the name it was given under."`
	Line    int    `json:"line,omitempty" doc:"The line in the file, from 1."`
	Field   string `json:"field,omitempty" doc:"The field, as in title, topics[2], assets[chart.png].alt."`
	Channel string `json:"channel,omitempty" doc:"The channel whose rules it breaks; absent if it breaks everybody's."`
	Says    string `json:"says" doc:"What is wrong."`
	Try     string `json:"try,omitempty" doc:"What to do."`
}

// Error gives the refusal as people read it: one line, and one more for each
// problem.
func (e *Error) Error() string {
	lines := []string{e.Detail}
	if e.Try != "" {
		lines[0] += "; " + e.Try
	}
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}

// GetStatus is the HTTP status.
func (e *Error) GetStatus() int { return e.Status }

// ContentType is the media type of problem details.
func (e *Error) ContentType(string) string { return "application/problem+json" }

func (p Problem) String() string {
	parts := []string{p.Field, p.Channel, p.Says}
	var named []string
	for _, part := range parts {
		if part != "" {
			named = append(named, part)
		}
	}
	s := strings.Join(named, ": ")
	if place := p.place(); place != "" {
		s = place + " " + s
	}
	if p.Try != "" {
		s += "; " + p.Try
	}
	return s
}

func (p Problem) place() string {
	switch {
	case p.File != "" && p.Line > 0:
		return fmt.Sprintf("%s:%d:", p.File, p.Line)
	case p.File != "":
		return p.File + ":"
	case p.Line > 0:
		return fmt.Sprintf("line %d:", p.Line)
	default:
		return ""
	}
}
