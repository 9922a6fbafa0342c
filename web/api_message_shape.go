package web

import (
	"unicode/utf8"

	"clarion/api"
	"clarion/channels"
	"clarion/message"
	"clarion/office"
	"clarion/people"
)

func messageOf(m message.Message) api.Message {
	return api.Message{
		ID: m.ID, State: string(m.State), Hold: string(m.Hold), Title: m.Title, Department: m.Department, Revision: m.Revision, Corrects: m.Corrects, Withdraws: m.Withdraws,
		Digest: m.SubmittedDigest, SubmittedBy: m.SubmittedBy, ApprovedDigest: m.ApprovedDigest,
		CreatedAt: api.At(m.CreatedAt), ApprovedAt: api.At(m.ApprovedAt), ScheduledFor: api.At(m.Schedule.Earliest), ExpiresAt: api.At(m.Schedule.Expires),
	}
}

func detailOf(d office.Detail) api.MessageDetail {
	out := api.MessageDetail{
		Message: messageOf(d.Message), Content: contentOf(d.Content), EditedBy: d.EditedBy, EditedAt: api.At(d.EditedAt),
		Plan: planOf(d.Plan), Sends: make([]api.Send, len(d.Sends)), People: d.ReleaseBy,
		Accepts: accepted(d.Accepts), Decisions: decisionsOf(d.Decisions), Missing: d.Missing,
	}
	for i, s := range d.Sends {
		out.Sends[i] = sendOf(s)
	}
	out.Approvals = approversOf(d.Approvals)
	if b := d.Beforehand; b.Template != "" {
		out.Beforehand = &api.Beforehand{Template: b.Template, Counts: b.Counts(), Why: b.Why}
	}
	for _, c := range d.Comments {
		out.Comments = append(out.Comments, api.Comment{Revision: c.Revision, By: c.By, At: api.At(c.At), Text: c.Text})
	}
	for _, m := range d.Amendments {
		out.Amendments = append(out.Amendments, api.Amendment{ID: m.ID, State: string(m.State), Withdraws: m.Withdraws != ""})
	}
	return out
}

func approversOf(all []people.Approval) []api.Approver {
	var out []api.Approver
	for _, a := range all {
		out = append(out, api.Approver{By: a.By, At: api.At(a.At), Proved: a.Proved})
	}
	return out
}

func contentOf(c message.Content) api.Content {
	out := api.Content{
		Summary: c.Summary, Body: c.Body, Language: c.Language, Objective: c.Objective, Topics: c.Topics,
		Audiences: c.Plan.Audiences, Channels: c.Plan.Channels, Publish: "when approved", LateLimit: c.Schedule.LateLimit.String(),
		Expires: written(c.Schedule.Expires), Embargo: written(c.Embargo), Contact: c.Contact, Notes: c.Notes,
	}
	if c.Schedule.Earliest != nil {
		out.Publish = written(c.Schedule.Earliest)
	}
	for _, a := range c.Assets {
		out.Assets = append(out.Assets, api.Asset{Name: a.Name, Alt: a.Alt, Focus: a.Focus, MediaType: a.MediaType, Size: a.Size, SHA256: a.SHA256})
	}
	return out
}

func written(i *message.Instant) string {
	if i == nil {
		return ""
	}
	return i.String()
}

func planOf(plan []office.PlannedSend) []api.PlannedSend {
	out := make([]api.PlannedSend, len(plan))
	for i, p := range plan {
		out[i] = plannedOf(p)
	}
	return out
}

func plannedOf(p office.PlannedSend) api.PlannedSend {
	out := api.PlannedSend{
		Mechanism: p.Channel, Audience: make([]string, len(p.Audiences)), Rehearsal: p.Mode == message.Rehearsal,
		Addressed: p.Addressed, Digest: p.Rendering, Length: p.Length, Posts: p.Posts, Limit: p.Limit,
		Action: string(p.Action), Original: p.Of, Recipients: p.Recipients,
	}
	for i, a := range p.Audiences {
		out.Audience[i] = a.Name
	}
	return out
}

func previewsOf(posts []channels.Preview) []api.Preview {
	var out []api.Preview
	for _, p := range posts {
		shown := api.Preview{Text: p.Text, Length: p.Length, Limit: p.Limit, Language: p.Language, Warning: p.Warning, Card: p.Card}
		for _, i := range p.Images {
			shown.Images = append(shown.Images, api.PreviewImage{SHA256: i.SHA256, Alt: i.Alt})
		}
		out = append(out, shown)
	}
	return out
}

func documentsOf(docs []office.Shown) []api.Document {
	out := make([]api.Document, len(docs))
	for i, d := range docs {
		out[i] = api.Document{Name: d.Name, MediaType: d.MediaType}
		if utf8.Valid(d.Text) {
			out[i].Text = string(d.Text)
		} else {
			out[i].Base64 = d.Text
		}
	}
	return out
}
