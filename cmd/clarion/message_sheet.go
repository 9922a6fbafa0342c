package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"clarion/api"
)

// sheet is all that an approver decides from, on one page.
type sheet struct {
	*cli
	message   api.MessageDetail
	audiences []api.Audience
	channels  []api.Channel
	full      bool
}

func (s *sheet) show() error {
	return errors.Join(s.facts(), s.assets(), s.comments(), s.decisions(), s.plan(), s.texts())
}

func (s *sheet) facts() error {
	m, content := s.message, s.message.Content
	t := table{}
	t.row("Message", m.ID)
	t.row("Title", m.Title)
	t.row("State", s.state()+people(m.People))
	t.row("Revision", fmt.Sprintf("%d, by %s at %s", m.Revision, m.EditedBy, s.when(m.EditedAt)))
	for _, optional := range [][2]string{
		{"Department", m.Department},
		{"Objective", content.Objective}, {"Summary", content.Summary}, {"Audiences", s.reach()}, {"Channels", strings.Join(content.Channels, ", ")},
		{"Topics", strings.Join(content.Topics, ", ")}, {"Language", content.Language}, {"Embargo", content.Embargo}, {"Publish", content.Publish},
		{"Late limit", tidy(content.LateLimit)}, {"Expires", content.Expires}, {"Contact", content.Contact}, {"Corrects", m.Corrects},
		{"Withdraws", m.Withdraws}, {"Corrected by", amendedBy(m, false)}, {"Withdrawn by", amendedBy(m, true)},
		{"Text", s.length(content.Body)}, {"Notes", s.length(content.Notes)}, {"Release accepts", strings.Join(m.Accepts, "; ")}, {"Submitted by", m.SubmittedBy},
		{"From template", beforehand(m.Beforehand)},
		{"Approved by", s.approvers(m.Approvals)}, {"Still takes", m.Missing}, {"Owes", owes(m.Decisions)},
		{"Digest", m.Digest},
	} {
		if optional[1] != "" {
			t.row(optional[0], optional[1])
		}
	}
	return s.table(t)
}

// approvers names who approved something.
func (c *cli) approvers(given []api.Approver) string {
	var all []string
	for _, a := range given {
		how := ""
		if a.Proved {
			how = ", with a fresh second factor"
		}
		all = append(all, a.By+" at "+c.when(a.At)+how)
	}
	return strings.Join(all, "; ")
}

// beforehand tells what a message was filled in from, and whether that counts.
func beforehand(b *api.Beforehand) string {
	switch {
	case b == nil:
		return ""
	case b.Counts:
		return b.Template + ", approved beforehand: one approver is enough"
	default:
		return b.Template + ", which does not count: " + b.Why
	}
}

// comments writes what people said.
func (s *sheet) comments() error {
	t := table{}
	t.row("COMMENTS", "BY", "AT", "REVISION")
	for _, c := range s.message.Comments {
		t.row(oneLine(c.Text), c.By, s.when(c.At), number(c.Revision))
	}
	return s.below(t)
}

// amendedBy names the corrections of a message, or its withdrawals.
func amendedBy(m api.MessageDetail, withdraws bool) string {
	var all []string
	for _, a := range m.Amendments {
		if a.Withdraws == withdraws {
			all = append(all, a.ID+" ("+words(a.State, "")+")")
		}
	}
	return strings.Join(all, ", ")
}

// state tells that a part is held also of a message under way.
func (s *sheet) state() string { return partlyHeld(s.message.Message, s.message.Sends) }

// partlyHeld gives a message's state in words. Of one under way it is the sends
// that are held.
func partlyHeld(m api.Message, sends []api.Send) string {
	var holds []string
	for _, send := range sends {
		if send.Hold != "" && send.Run == 0 && !slices.Contains(holds, send.Hold) {
			holds = append(holds, send.Hold)
		}
	}
	if m.State != "releasing" || len(holds) == 0 {
		return words(m.State, m.Hold)
	}
	slices.Sort(holds)
	return "releasing, some held (" + strings.Join(holds, ", ") + ")"
}

// people tells how many must release what is held.
func people(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (one person can release it)"
	default:
		return fmt.Sprintf(" (%d people must release it)", n)
	}
}

// reach names the audiences with how many people mail reaches.
func (s *sheet) reach() string {
	all := make([]string, len(s.message.Content.Audiences))
	for i, name := range s.message.Content.Audiences {
		all[i] = name
		for _, a := range s.audiences {
			if a.Name == name {
				all[i] += fmt.Sprintf(" (%s, %s on its list)", openness(a.Public), persons(a.Size))
			}
		}
	}
	return strings.Join(all, ", ")
}

func openness(public bool) string {
	if public {
		return "public"
	}
	return "not public"
}

func persons(n int) string {
	if n == 1 {
		return "1 person"
	}
	return number(n) + " people"
}

// length tells how long a text is that stands below, or would with --full.
func (s *sheet) length(text string) string {
	if text == "" {
		return ""
	}
	says := number(utf8.RuneCountInString(text)) + " characters"
	if s.full {
		return says + ", below"
	}
	return says + "; --full shows it"
}

func (s *sheet) assets() error {
	t := table{}
	t.row("ASSET", "TYPE", "BYTES", "FOCUS", "ALT TEXT")
	for _, a := range s.message.Content.Assets {
		t.row(a.Name, a.MediaType, strconv.FormatInt(a.Size, 10), dash(a.Focus), dash(a.Alt))
	}
	return s.below(t)
}

// plan shows what was frozen, and the sends once there are any.
func (s *sheet) plan() error {
	t, about := table{}, s.message.Corrects+s.message.Withdraws != ""
	heads := []string{"MECHANISM", "AUDIENCE", "MODE", "LENGTH", "DIGEST"}
	if about {
		heads = append(heads, "WHAT IT DOES")
	}
	t.row(heads...)
	for _, p := range s.message.Plan {
		row := []string{p.Mechanism, strings.Join(p.Audience, ","), mode(p.Rehearsal), s.measure(p), p.Digest[:12]}
		if about {
			row = append(row, cmp.Or(amends(p), "publishes"))
		}
		t.row(row...)
	}
	if err := s.below(t); err != nil || len(s.message.Sends) == 0 {
		return err
	}
	fmt.Fprintln(s.out)
	return s.sends(s.message.Sends)
}

// measure gives a length in the channel's unit, with its limit where it has
// one.
func (s *sheet) measure(p api.PlannedSend) string {
	i := slices.IndexFunc(s.channels, func(c api.Channel) bool { return c.Name == p.Mechanism })
	switch {
	case i < 0:
		return number(p.Length)
	case p.Posts > 1:
		return fmt.Sprintf("%d posts, the longest %d of %d %s", p.Posts, p.Length, p.Limit, s.channels[i].Unit)
	case p.Limit > 0:
		return fmt.Sprintf("%d of %d %s", p.Length, p.Limit, s.channels[i].Unit)
	case s.channels[i].Limit > 0:
		return fmt.Sprintf("%d of %d %s", p.Length, s.channels[i].Limit, s.channels[i].Unit)
	case s.channels[i].Addressed:
		return number(p.Length) + " bytes"
	default:
		return number(p.Length) + " characters"
	}
}

func (s *sheet) texts() error {
	if !s.full {
		return nil
	}
	return errors.Join(s.text("Text", s.message.Content.Body), s.text("Notes to editors", s.message.Content.Notes))
}

func (s *sheet) text(heading, text string) error {
	if text == "" {
		return nil
	}
	_, err := fmt.Fprintf(s.out, "\n== %s\n%s\n", heading, printable(strings.TrimRight(text, "\n")))
	return err
}

func mode(rehearsal bool) string {
	if rehearsal {
		return "rehearsal"
	}
	return "live"
}

func number(n int) string { return strconv.Itoa(n) }
