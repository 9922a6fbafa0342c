package web

import (
	"clarion/api"
	"clarion/office"
)

func decisionsOf(all []office.Decision) []api.Decided {
	out := make([]api.Decided, len(all))
	for i, d := range all {
		out[i] = api.Decided{
			At: api.At(d.At), Kind: string(d.Kind), By: d.By, With: d.With, Verified: d.Verified, Reason: d.Reason, Why: d.Why,
			Revision: d.Revision, Run: d.Run, Digest: d.Digest, Hold: string(d.Hold), To: string(d.To), Send: d.Send, Mechanism: d.Mechanism,
		}
		if d.Send != 0 {
			out[i].To = string(d.Outcome)
		}
	}
	return out
}

func firstsOf(all []office.FirstDecision) []api.First {
	out := make([]api.First, len(all))
	for i, f := range all {
		out[i] = api.First{Act: f.Act, Subject: f.Subject, By: f.By, At: api.At(f.At)}
	}
	return out
}

func problemsOf(all []office.Problem) []api.Problem {
	var out []api.Problem
	for _, p := range all {
		out = append(out, api.Problem{File: p.File, Line: p.Line, Field: p.Field, Channel: p.Channel, Says: inWords(p.Says), Try: p.Try})
	}
	return out
}
