package web

import (
	"clarion/api"
	"clarion/message"
	"clarion/office"
)

func sendOf(s message.Send) api.Send {
	out := api.Send{
		ID: s.ID, Message: s.Message, Title: s.Title, Audience: s.Audiences, Mechanism: s.Channel, State: string(s.State), Hold: string(s.Hold),
		Run: s.Run, Revision: s.Revision, Rehearsal: s.Rehearsal, Addressed: s.Addressed, Attempts: s.Attempts,
		ScheduledFor: api.At(s.Due), NextAt: api.At(s.NextAt), SentAt: api.At(s.SentAt), RemoteID: s.RemoteID, RemoteURL: s.RemoteURL,
		Class: s.Class, Reason: s.Reason, Digest: s.Digest,
	}
	if s.Addressed {
		out.Tally = map[string]int{}
		for state, n := range s.Tally {
			out.Tally[string(state)] = n
		}
	}
	return out
}

func sendsOf(all []message.Send) []api.Send {
	out := make([]api.Send, len(all))
	for i, s := range all {
		out[i] = sendOf(s)
	}
	return out
}

func attemptOf(t message.Attempt) api.Attempt {
	return api.Attempt{
		ID: t.ID, Recipient: t.Recipient, Number: t.Number, OpenedAt: api.At(t.OpenedAt), ClosedAt: api.At(t.ClosedAt),
		Outcome: string(t.Outcome), Class: t.Class, Reason: t.Reason, RemoteID: t.RemoteID, RemoteURL: t.RemoteURL, Detail: t.Detail,
	}
}

func recipientsOf(all []office.Recipient) []api.Recipient {
	out := make([]api.Recipient, len(all))
	for i, r := range all {
		out[i] = api.Recipient{
			ID: r.ID, Address: r.Address, Name: r.Name, State: string(r.State), Class: r.Class, Reason: r.Reason,
			Attempts: r.Attempts, SentAt: api.At(r.SentAt), RemoteID: r.RemoteID,
		}
	}
	return out
}
