package web

import (
	"strconv"
	"strings"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

func evidenceOf(e office.Evidence, out *api.SendDetail) {
	out.NextLook, out.Decide, out.Advice = api.At(e.NextLook), e.Decide, e.Advice
	out.Steps, out.Looks = make([]api.Step, len(e.Steps)), make([]api.Look, len(e.Looks))
	for i, s := range e.Steps {
		out.Steps[i] = api.Step{Name: s.Name, Value: s.Value, Cost: decimal(s.Cost), At: api.At(s.At)}
	}
	for i, l := range e.Looks {
		out.Looks[i] = api.Look{At: api.At(l.At), Verdict: l.Verdict, Evidence: l.Evidence, NextAt: api.At(l.NextAt)}
	}
}

// lookOf is a look that was asked for.
func lookOf(l message.Look) api.Look {
	out := api.Look{At: api.At(l.At), Verdict: l.Verdict.String(), Evidence: l.Evidence, NextAt: api.At(l.NextAt), State: string(l.To)}
	if l.Failed {
		out.Verdict = ""
	}
	return out
}

// decimal writes millionths as a decimal, without zeros at its end.
func decimal(millionths int64) string {
	const digits = 6
	sign := ""
	if millionths < 0 {
		sign, millionths = "-", -millionths
	}
	text := strconv.FormatInt(millionths, 10)
	if short := digits + 1 - len(text); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	whole, part := text[:len(text)-digits], strings.TrimRight(text[len(text)-digits:], "0")
	if part == "" {
		return sign + whole
	}
	return sign + whole + "." + part
}
