package office_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
	"clarion/office"
)

// problem checks that a draft is refused by Check and by Add for one problem,
// that it is placed, and that nothing is stored.
func (b *bundle) problem(d office.Draft, field string, line int, parts ...string) {
	b.Helper()
	before := b.counts()
	_, checked := b.Check(b.ctx, d)
	_, added := b.Add(b.ctx, d, ann())
	for _, err := range []error{checked, added} {
		r := b.refused(err, office.Invalid, append(parts, d.File+" was not taken")...)
		if len(r.Problems) != 1 {
			b.Fatalf("%d problems, want one: %v", len(r.Problems), r)
		}
		p := r.Problems[0]
		file := d.File
		if strings.HasPrefix(field, "--") { // a flag is in no file
			file = ""
		}
		if p.Field != field || p.Line != line || p.File != file || p.Says == "" || p.Try == "" {
			b.Errorf("placed at %s:%d %s, want line %d of %s, and what to try: %v", p.File, p.Line, p.Field, line, field, r)
		}
	}
	for table, n := range b.counts() {
		if n != before[table] {
			b.Errorf("refused, and %s went from %d rows to %d", table, before[table], n)
		}
	}
}

// TestPlanProblems gives each its line: the drafts' own keys start on line 2
// with the title and audiences unless they are given again.
func TestPlanProblems(t *testing.T) {
	b := setup(t)
	released := b.approved()
	b.leave(message.Sent, "web", "mastodon")
	correction := b.approved("corrects: "+released, "summary: It opens.")
	b.leave(message.Sent, "web")
	pending := b.approved("publish: " + later(time.Hour))
	for name, tt := range map[string]struct {
		keys  []string
		field string
		line  int
		says  []string
	}{
		"unknown audience":            {[]string{"audiences: [public, pres]"}, "audiences[2]", 3, []string{`"pres"`, "clarion audience list"}},
		"unknown channel":             {[]string{"channels: [web, mastodont]"}, "channels[2]", 4, []string{`"mastodont"`, "web, mastodon, email"}},
		"channel reaches nobody":      {[]string{"channels: [web, email]"}, "channels[2]", 4, []string{"email", "reaches none"}},
		"no channel reaches":          {[]string{"audiences: [council]"}, "audiences", 3, []string{"no channel reaches"}},
		"press by web feed":           {[]string{"audiences: [press]", "channels: [web, email]"}, "channels[1]", 4, []string{"web", "reaches none"}},
		"variant for no channel":      {[]string{"variants:", "  webb: {title: Bridge}"}, "variants[webb]", 5, []string{`"webb"`, "web, mastodon, email"}},
		"embargo before public":       {[]string{"publish: 2999-05-01T09:00:00Z", "embargo: 2999-05-01T09:00:01Z"}, "embargo", 5, []string{"public", "embargo"}},
		"corrects nothing known":      {[]string{"corrects: m123"}, "corrects", 4, []string{`"m123"`, "clarion message list"}},
		"corrects what is not public": {[]string{"corrects: " + pending}, "corrects", 4, []string{pending, "approved", "edit it"}},
		"corrects a correction":       {[]string{"corrects: " + correction}, "corrects", 4, []string{correction, released}},
		"past":                        {[]string{"publish: 2020-05-01T09:00:00Z"}, "publish", 4, []string{"past", "when approved"}},
		"expired":                     {[]string{"expires: 2020-05-01T09:00:00Z"}, "expires", 4, []string{"expired", "later time"}},
		"too long for a channel":      {[]string{"variants:", "  mastodon:", "    text: " + strings.Repeat("long ", 120)}, "variants[mastodon].text", 6, []string{"limit is 500", "shorter"}},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			inner.problem(draft(tt.keys...), tt.field, tt.line, tt.says...)
		})
	}
}

func TestEmbargoBindsPublicAudiencesAlone(t *testing.T) {
	b := setup(t)
	embargo := "embargo: 2999-05-01T09:00:00Z"
	for name, keys := range map[string][]string{
		"press":        {"audiences: [press]", embargo},
		"public then":  {"publish: 2999-05-01T09:00:00Z", embargo},
		"public later": {"publish: 2999-05-01T09:00:01Z", embargo},
	} {
		if _, err := b.Check(b.ctx, draft(keys...)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSubmitAfterAnAudienceLostItsChannels(t *testing.T) {
	b := setup(t)
	id := b.add()
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "public", Title: "Everyone", Public: true}, ann()))
	before := b.counts()
	_, err := b.Submit(b.ctx, id, ann())
	b.refused(err, office.Invalid, id, "no channel reaches")
	if after := b.counts(); after["renderings"] != before["renderings"] || after["ledger_entries"] != before["ledger_entries"] {
		t.Error("a refused submit left something")
	}
}

// TestHasPage looks whether a network's post links to a page.
func TestHasPage(t *testing.T) {
	b := setup(t)
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "private", Title: "Private", Channels: []string{"web", "mastodon"}}, ann()))
	for name, tt := range map[string]struct {
		keys []string
		page bool
	}{
		"by the web as well":      {nil, true},
		"not by the web":          {[]string{"channels: [mastodon]"}, false},
		"the web serves others":   {[]string{"audiences: [public, partners]", "channels: [mastodon, web]"}, true},
		"an audience not public":  {[]string{"audiences: [private]"}, false},
		"both sorts of audiences": {[]string{"audiences: [private, public]"}, true},
	} {
		id := b.add(tt.keys...)
		r, err := b.Rendering(b.ctx, id, "mastodon")
		b.no(err)
		if got := strings.Contains(string(r.Documents[0].Text), "⟦page-address⟧"); got != tt.page {
			t.Errorf("%s: linked %t, want %t: %s", name, got, tt.page, r.Documents[0].Text)
		}
	}
}

// TestOneSendServesAllAudiencesOfAChannel holds that no audience is served
// that is not public where pages are made.
func TestOneSendServesAllAudiencesOfAChannel(t *testing.T) {
	b := setup(t)
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "board", Title: "Board", Channels: []string{"web", "email"}}, ann()))
	drafted, err := b.Check(b.ctx, draft("audiences: [public, partners, press, board]"))
	b.no(err)
	got := map[string]string{}
	for _, s := range drafted.Sends {
		for _, a := range s.Audiences {
			got[s.Channel] += a.Name + " "
		}
	}
	want := map[string]string{"web": "partners public ", "mastodon": "public ", "email": "board partners press "}
	for channel, names := range want {
		if got[channel] != names {
			t.Errorf("%s serves %q, want %q", channel, got[channel], names)
		}
	}
	if drafted.ID != "" || len(drafted.Sends) != 3 {
		t.Errorf("drafted %+v", drafted)
	}
}

func TestOverrides(t *testing.T) {
	b := setup(t)
	d := draft("publish: 2020-05-01T09:00:00Z", "expires: 2999-05-01T09:00:00Z")
	b.problem(d, "publish", 4, "past")
	d.Publish = "2999-05-01T09:00:00Z"
	b.problem(d, "expires", 5, "before it is published")
	d.Publish = "2998-05-01 09:00"
	b.problem(d, "--publish", 0, "names no zone", "2027-05-01 09:00 Europe/London")
	d.Publish, d.Corrects = "When approved", "../m1"
	b.problem(d, "--corrects", 0, "no id")
	d.Corrects = "m1"
	b.problem(d, "--corrects", 0, "no message")
	d.Publish, d.Corrects = "2020-05-01T09:00:00Z", ""
	b.problem(d, "--publish", 0, "past")
	d.Publish = "when approved"
	d.Corrects = ""
	added, err := b.Add(b.ctx, d, ann())
	b.no(err)
	if c := b.detail(added.ID).Content; c.Schedule.Earliest != nil {
		t.Errorf("publishes %v, want when approved", c.Schedule.Earliest)
	}
	d.Publish = "2998-05-01 09:00 Europe/London"
	added, err = b.Add(b.ctx, d, ann())
	b.no(err)
	if c := b.detail(added.ID).Content; c.Schedule.Earliest.String() != d.Publish {
		t.Errorf("publishes %s, want %s", c.Schedule.Earliest, d.Publish)
	}
}

// TestSourceComesBack holds that what Source writes is read as the same
// content.
func TestSourceComesBack(t *testing.T) {
	b := setup(t)
	id := b.add("publish: "+later(time.Hour), "summary: It opens.", "variants:", "  mastodon: {text: Open!}")
	text, err := b.Source(b.ctx, id)
	b.no(err)
	_, err = b.Edit(b.ctx, id, office.Draft{File: "source.md", Text: text}, ann())
	b.no(err)
	if digests := b.strings("SELECT DISTINCT digest FROM revisions"); len(digests) != 1 {
		t.Errorf("the source reads as another content:\n%s", text)
	}
	_, err = b.Source(b.ctx, "m0")
	b.refused(err, office.NotFound, "m0")
}

func TestCorrection(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.leave(message.Sent, "web", "mastodon")
	fixed := b.approved("title: Bridge opens on Tuesday", "summary: It opens on Tuesday.", "corrects: "+id)
	d := b.wants(fixed, message.Approved)
	if d.Message.Corrects != id {
		t.Errorf("corrects %q, want %q", d.Message.Corrects, id)
	}
	r, err := b.Rendering(b.ctx, fixed, "web")
	b.no(err)
	if !strings.Contains(string(r.Documents[0].Text), "Corrected on</span>") || !strings.Contains(string(r.Documents[5].Text), `"title":"Bridge opens"`) {
		t.Errorf("the page does not say that it was corrected, or the list does not name what: %s\n%s", r.Documents[0].Text, r.Documents[5].Text)
	}
}

// TestProblemsOfAllChannels gives what each channel finds at once, in the order
// of lines, and what several find alike once.
func TestProblemsOfAllChannels(t *testing.T) {
	b := setup(t)
	d := draft("audiences: [public, partners]", "summary: "+strings.Repeat("long ", 150))
	d.Text = append(d.Text, "\n[here](javascript:alert(1))\nand <b>bold</b>\n"...)
	_, err := b.Check(b.ctx, d)
	r := b.refused(err, office.Invalid)
	var found []string
	for _, p := range r.Problems {
		found = append(found, fmt.Sprintf("%s:%d", p.Channel, p.Line))
		if p.Says == "" || p.Try == "" {
			t.Errorf("%v", p)
		}
	}
	if want := []string{"mastodon:4", ":8", ":9"}; !slices.Equal(found, want) {
		t.Errorf("problems at %v, want %v: %v", found, want, r)
	}
}

func TestFrozenDestinations(t *testing.T) {
	b := setup(t)
	b.rehearse("mastodon")
	id := b.add("audiences: [public, partners]")
	b.submit(id)
	for _, p := range b.detail(id).Plan {
		var want channels.Destination
		for _, c := range b.settings.Channels {
			if c.Name == p.Channel {
				want = c.Channel.Destination()
			}
		}
		mode := message.Live
		if p.Channel == "mastodon" {
			mode = message.Rehearsal
		}
		if p.Destination != want || p.Mode != mode || p.Addressed != (p.Channel == "email") || len(p.Rendering) != 64 {
			t.Errorf("%s is frozen as %+v", p.Channel, p)
		}
	}
}
