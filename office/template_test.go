package office_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"clarion/ledger"
	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// template is the file of a withdrawal; keys given again take the place of the
// usual ones.
func template(name string, keys ...string) office.TemplateFile {
	text := "---\nname: " + name + "\n"
	for _, usual := range []string{"kind: withdrawal", `title: "{title}"`, "summary: It was sent in error."} {
		key, _, _ := strings.Cut(usual, ":")
		given := false
		for _, k := range keys {
			given = given || strings.HasPrefix(k, key+":")
		}
		if !given {
			text += usual + "\n"
		}
	}
	return office.TemplateFile{File: "t.md", Text: []byte(text + strings.Join(append(keys, "---"), "\n") + "\n*{title}* was sent in error on {date}.\n")}
}

// propose adds a template by ann and submits it.
func (b *bundle) propose(name string, keys ...string) (digest string) {
	b.Helper()
	_, err := b.AddTemplate(b.ctx, template(name, keys...), ann())
	b.no(err)
	digest, err = b.SubmitTemplate(b.ctx, name, ann())
	b.no(err)
	return digest
}

// ready adds a template by ann that bob approved.
func (b *bundle) ready(name string, keys ...string) {
	b.Helper()
	missing, err := b.ApproveTemplate(b.ctx, name, b.propose(name, keys...), bob())
	b.no(err)
	if missing != "" {
		b.Fatalf("the template takes %s", missing)
	}
}

// public is a message that went out by the web.
func (b *bundle) public(keys ...string) string {
	b.Helper()
	id := b.approved(append([]string{"channels: [web]"}, keys...)...)
	b.leave(message.Sent, "web")
	return id
}

func (b *bundle) use(name, id string, by office.Actor) office.Used {
	b.Helper()
	used, err := b.UseTemplate(b.ctx, name, id, by)
	b.no(err)
	return used
}

func (b *bundle) templateState(name string) message.TemplateState {
	b.Helper()
	d, err := b.Template(b.ctx, name)
	b.no(err)
	return d.State
}

// TestOneApproverReleasesATemplate takes a withdrawal out by the very person who
// made it from the template, where a message takes three.
func TestOneApproverReleasesATemplate(t *testing.T) {
	b := setup(t)
	b.ready("oops")
	id := b.public(`title: "Bridge *opens* on {date}"`, "contact: Desk")
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 3, Role: people.Admin}, ann()))
	b.hire("bob", people.Everywhere, people.Approver, people.Author)
	tried, err := b.Office.View(bob()).TryTemplate(b.ctx, "oops", id)
	b.no(err)
	before := b.counts()
	used := b.use("oops", id, bob())
	if tried.ID != "" || string(tried.Source) != string(used.Source) || !strings.Contains(string(used.Source), `*Bridge \*opens\* on \{date\}* was sent in error on `+strings.ReplaceAll(time.Now().Format(time.DateOnly), "-", `\-`)) {
		t.Errorf("tried %s\nused %s", tried.Source, used.Source)
	}
	if after := b.counts(); after["messages"] != before["messages"]+1 || after["revisions"] != before["revisions"]+1 {
		t.Errorf("rows before %v, after %v", before, after)
	}
	d := b.wants(used.ID, message.InReview)
	if !d.Beforehand.Counts() || d.Missing != "one approval more" || d.Message.SubmittedBy != "bob" || d.Content.Contact != "Desk" || d.Message.SubmittedDigest != used.Digest {
		t.Errorf("shown: %+v", d)
	}
	b.no(b.Approve(b.ctx, used.ID, used.Digest, bob()))
	d = b.wants(used.ID, message.Approved)
	b.leave(message.Sent, "web")
	b.wants(used.ID, message.Released)
	last := d.Decisions[len(d.Decisions)-1]
	if last.Kind != ledger.MessageApproved || last.By != "bob" || !strings.Contains(last.Why, "the template oops was approved beforehand") {
		t.Errorf("the decision is %+v", last)
	}
	x, err := b.Template(b.ctx, "oops")
	b.no(err)
	for _, kind := range []string{"added", "submitted", "approved"} {
		got := b.strings("SELECT body ->> 'template' || ' ' || (body ->> 'template_digest') FROM ledger_entries WHERE kind = 'message." + kind + "' AND body ->> 'message' = '" + used.ID + "'")
		if len(got) != 1 || got[0] != "oops "+x.Digest {
			t.Errorf("%s: the ledger has %q", kind, got)
		}
	}
}

// TestATemplateLapses goes through what ends the right of one approver. The
// ordinary rules count then, and the refusal says why.
func TestATemplateLapses(t *testing.T) {
	tests := map[string]struct {
		change func(b *bundle, id, original string)
		why    string
	}{
		"template edited": {func(b *bundle, _, _ string) {
			_, err := b.EditTemplate(b.ctx, "oops", template("oops", "summary: Gone."), cat())
			b.no(err)
		}, "the template oops was edited since"},
		"template edited and approved": {func(b *bundle, _, _ string) {
			_, err := b.EditTemplate(b.ctx, "oops", template("oops", "summary: Gone."), cat())
			b.no(err)
			digest, err := b.SubmitTemplate(b.ctx, "oops", cat())
			b.no(err)
			_, err = b.ApproveTemplate(b.ctx, "oops", digest, bob())
			b.no(err)
		}, "the template oops was edited since"},
		"template dropped": {func(b *bundle, _, _ string) {
			b.no(b.DropTemplate(b.ctx, "oops", "not true any more", bob()))
		}, "the template oops was dropped since"},
		"original corrected": {func(b *bundle, _, original string) {
			fixed := b.approved(why, "channels: [web]", "title: Bridge opens late", "corrects: "+original)
			b.no(b.Approve(b.ctx, fixed, b.detail(fixed).Message.SubmittedDigest, cat()))
			b.leave(message.Sent, "web")
		}, "is not what it was"},
		"message edited": {func(b *bundle, id, _ string) {
			_, err := b.Edit(b.ctx, id, draft("title: Bridge closes", "channels: [web]"), bob())
			b.no(err)
			b.submitBy(id, bob())
		}, ""},
		"message returned and submitted again": {func(b *bundle, id, _ string) {
			b.no(b.Return(b.ctx, id, "wait", cat()))
			b.submitBy(id, bob())
		}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.ready("oops")
			b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 2}, ann()))
			original := b.published()
			used := b.use("oops", original, bob())
			test.change(b, used.ID, original)
			d := b.detail(used.ID)
			if d.Beforehand.Counts() || d.Beforehand.Why != "" && !strings.Contains(d.Beforehand.Why, test.why) {
				t.Errorf("shown: %+v", d.Beforehand)
			}
			digest := d.Message.SubmittedDigest
			b.refused(b.Approve(b.ctx, used.ID, digest, bob()), office.Forbidden, "bob submitted message "+used.ID, test.why)
			first, err := b.Office.Approve(b.ctx, used.ID, digest, cat())
			b.no(err)
			if !strings.HasPrefix(first.Missing, "one approval more") || !strings.Contains(first.Missing, test.why) {
				t.Errorf("missing %q", first.Missing)
			}
			second, err := b.Office.Approve(b.ctx, used.ID, digest, as("dan"))
			b.no(err)
			if second.Missing != "" {
				t.Errorf("still missing %q", second.Missing)
			}
		})
	}
}

// published is a public message in an office whose policy asks for two.
func (b *bundle) published() string {
	b.Helper()
	id := b.add("channels: [web]")
	digest := b.submit(id)
	b.no(b.Approve(b.ctx, id, digest, bob()))
	b.no(b.Approve(b.ctx, id, digest, cat()))
	b.leave(message.Sent, "web")
	return id
}

// TestWhatATemplateDoesNotGrant holds the rules that stay.
func TestWhatATemplateDoesNotGrant(t *testing.T) {
	b := setup(t)
	b.ready("oops")
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 2, SecondFactor: true}, ann()))
	b.hireNewcomers()
	fresh := func(name string) office.Actor {
		a := as(name)
		a.Proved = time.Now()
		return a
	}
	id := b.publicBy(fresh("bob"), fresh("cat"))
	used := b.use("oops", id, as("author"))
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, as("author")), office.Forbidden, "author may not approve")
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, as("system")), office.Forbidden, "is a system")
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, as("elsewhere")), office.NotFound, used.ID)
	b.refused(b.Approve(b.ctx, used.ID, strings.Repeat("0", 64), fresh("bob")), office.Conflict, "what you saw")
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, bob()), office.Forbidden, "clarion prove")
	other := b.use("oops", id, as("system"))
	b.refused(b.Approve(b.ctx, other.ID, used.Digest, fresh("bob")), office.Conflict, "what you saw")
	b.hire("bob", people.Everywhere, people.Author)
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, fresh("bob")), office.Forbidden, "bob may not approve")
	b.no(b.Approve(b.ctx, used.ID, used.Digest, fresh("cat")))
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, fresh("dan")), office.Conflict, "only one in review")
	b.refused(b.Approve(b.ctx, other.ID, other.Digest, fresh("cat")), office.Conflict, "withdrawn by "+used.ID)
}

func (b *bundle) publicBy(approvers ...office.Actor) string {
	b.Helper()
	id := b.add("channels: [web]")
	digest := b.submit(id)
	for _, a := range approvers {
		b.no(b.Approve(b.ctx, id, digest, a))
	}
	b.leave(message.Sent, "web")
	return id
}

// TestApproveATemplate counts as the strictest message of the department would
// be counted, by people who neither edited nor submitted it.
func TestApproveATemplate(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Audience: "press", Approvals: 2, SecondFactor: true}, ann()))
	old := b.propose("oops")
	b.no(b.ReturnTemplate(b.ctx, "oops", "say sorry", bob()))
	_, err := b.EditTemplate(b.ctx, "oops", template("oops", "summary: Sorry."), cat())
	b.no(err)
	digest, err := b.SubmitTemplate(b.ctx, "oops", as("dan"))
	b.no(err)
	approve := func(digest, name string) (string, error) {
		a := as(name)
		a.Proved = time.Now()
		return b.ApproveTemplate(b.ctx, "oops", digest, a)
	}
	_, err = approve(old, "bob")
	b.refused(err, office.Conflict, "what you saw of the template oops")
	for name, says := range map[string]string{"ann": "edited", "cat": "edited", "dan": "submitted"} {
		_, err = approve(digest, name)
		b.refused(err, office.Forbidden, name+" "+says+" the template oops")
	}
	_, err = b.ApproveTemplate(b.ctx, "oops", digest, bob())
	b.refused(err, office.Forbidden, "clarion prove")
	missing, err := approve(digest, "bob")
	b.no(err)
	d, err := b.Template(b.ctx, "oops")
	b.no(err)
	if missing != "one approval more, with a fresh second factor" || d.Missing != missing || len(d.Approvals) != 1 || d.State != message.TemplateInReview {
		t.Errorf("after one: %q, %+v", missing, d)
	}
	_, err = approve(digest, "bob")
	b.refused(err, office.Conflict, "bob has approved the template oops already")
	b.hire("bob", people.Everywhere, people.Author)
	missing, err = approve(digest, "eve")
	b.no(err)
	if missing != "one approval more, with a fresh second factor" {
		t.Errorf("one who lost the role counts: %q", missing)
	}
	b.hire("bob", people.Everywhere, people.Approver)
	b.hire("fay", people.Everywhere, people.Approver)
	missing, err = approve(digest, "fay")
	b.no(err)
	if missing != "" || b.templateState("oops") != message.TemplateApproved {
		t.Errorf("still %q, %s", missing, b.templateState("oops"))
	}
}

// A return takes the first of two approvals away.
func TestAReturnVoidsTheFirstOfTwo(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 2}, ann()))
	digest := b.propose("oops")
	_, err := b.ApproveTemplate(b.ctx, "oops", digest, bob())
	b.no(err)
	b.no(b.ReturnTemplate(b.ctx, "oops", "wait", cat()))
	again, err := b.SubmitTemplate(b.ctx, "oops", ann())
	b.no(err)
	missing, err := b.ApproveTemplate(b.ctx, "oops", again, cat())
	b.no(err)
	if again != digest || missing != "one approval more" {
		t.Errorf("digest %s then %s, missing %q", digest, again, missing)
	}
}

// TestTemplateStates tries every use case on a template of every state. What is
// refused changes nothing, and what is done is in the ledger.
func TestTemplateStates(t *testing.T) {
	b := setup(t)
	digest := b.propose("in-review")
	_, err := b.AddTemplate(b.ctx, template("draft"), ann())
	b.no(err)
	b.ready("approved")
	b.ready("dropped")
	b.no(b.DropTemplate(b.ctx, "dropped", "", bob()))
	id := b.public()
	use := map[string]func(name string) error{
		"submit": func(name string) error { _, err := b.SubmitTemplate(b.ctx, name, ann()); return err },
		"approve": func(name string) error {
			d, err := b.Template(b.ctx, name)
			b.no(err)
			_, err = b.ApproveTemplate(b.ctx, name, d.Digest, bob())
			return err
		},
		"return": func(name string) error { return b.ReturnTemplate(b.ctx, name, "no", bob()) },
		"use":    func(name string) error { _, err := b.UseTemplate(b.ctx, name, id, bob()); return err },
		"try":    func(name string) error { _, err := b.View.TryTemplate(b.ctx, name, id); return err },
		"drop":   func(name string) error { return b.DropTemplate(b.ctx, name, "", bob()) },
	}
	refused := map[string][]string{
		"draft": {"approve", "return", "use", "try"}, "in-review": {"submit", "use", "try"},
		"approved": {"submit", "approve", "return"}, "dropped": {"submit", "approve", "return", "use", "try", "drop"},
	}
	for name, verbs := range refused {
		for _, verb := range verbs {
			before := b.counts()
			b.refused(use[verb](name), office.Conflict, "template "+name)
			if !maps.Equal(before, b.counts()) {
				t.Errorf("%s of one %s was refused and changed the database", verb, name)
			}
		}
	}
	for name := range refused {
		before := b.counts()["ledger_entries"]
		_, err := b.EditTemplate(b.ctx, name, template(name, "summary: Other."), ann())
		b.no(err)
		if b.templateState(name) != message.TemplateDraft || b.counts()["ledger_entries"] != before+1 {
			t.Errorf("an edit made the one %s %s", name, b.templateState(name))
		}
	}
	_, err = b.ApproveTemplate(b.ctx, "in-review", digest, bob())
	b.refused(err, office.Conflict, "is draft")
	var got []string
	got = append(got, b.strings("SELECT kind FROM ledger_entries WHERE body ->> 'subject' = 'dropped' ORDER BY seq")...)
	if want := "template.added template.submitted template.approved template.dropped template.edited"; strings.Join(got, " ") != want {
		t.Errorf("the ledger tells %q", got)
	}
}

func TestBadTemplateFiles(t *testing.T) {
	b := setup(t)
	b.ready("oops")
	before := b.counts()
	_, err := b.AddTemplate(b.ctx, template("oops"), cat())
	b.refused(err, office.Conflict, "the name oops is taken", "clarion template edit oops")
	_, err = b.EditTemplate(b.ctx, "oops", template("other"), cat())
	b.refused(err, office.Invalid, `holds the template "other"`)
	_, err = b.EditTemplate(b.ctx, "other", template("other"), cat())
	b.refused(err, office.NotFound, `no template "other"`)
	_, err = b.AddTemplate(b.ctx, template("other", "department: Parks"), cat())
	b.refused(err, office.NotFound, "Parks")
	_, err = b.AddTemplate(b.ctx, template("other", "kind: apology"), cat())
	b.refused(err, office.Invalid, "t.md was not taken", "no kind of template")
	_, err = b.AddTemplate(b.ctx, template("other", "variants: {fax: {title: x}}"), cat())
	b.refused(err, office.Invalid, "variants[fax]", "no channel called")
	b.refused(b.ReturnTemplate(b.ctx, "oops", " ", bob()), office.Invalid, "with a reason")
	_, err = b.View.CheckTemplate(b.ctx, template("other"))
	b.no(err)
	if !maps.Equal(before, b.counts()) {
		t.Error("something was stored")
	}
}

// TestWhatATemplateCannotBeAbout refuses what would mislead.
func TestWhatATemplateCannotBeAbout(t *testing.T) {
	b := setup(t)
	b.no(b.AddDepartment(b.ctx, "Roads", ann()))
	b.ready("oops")
	b.ready("roads", "department: Roads")
	b.ready("welsh", "language: cy")
	waiting, id := b.add(), b.public()
	for _, c := range [][3]string{
		{"roads", id, "is for Roads"}, {"welsh", id, "is in cy"}, {"oops", waiting, "nothing of message " + waiting + " has left"},
	} {
		_, err := b.UseTemplate(b.ctx, c[0], c[1], bob())
		b.refused(err, office.Conflict, c[2])
	}
	_, err := b.UseTemplate(b.ctx, "oops", "m0", bob())
	b.refused(err, office.NotFound, "m0")
	_, err = b.UseTemplate(b.ctx, "none", id, bob())
	b.refused(err, office.NotFound, `no template "none"`)
	used := b.use("oops", id, bob())
	b.no(b.Approve(b.ctx, used.ID, used.Digest, bob()))
	_, err = b.UseTemplate(b.ctx, "oops", id, bob())
	b.refused(err, office.Invalid, "the template oops can't be used for message "+id, "withdrawn by "+used.ID)
	b.leave(message.Sent, "web")
	_, err = b.UseTemplate(b.ctx, "oops", used.ID, bob())
	b.refused(err, office.Invalid, "is a withdrawal itself")
}

// TestATemplateOfAnotherDepartment is not there for those who may not see it.
func TestATemplateOfAnotherDepartment(t *testing.T) {
	b := setup(t)
	b.no(b.AddDepartment(b.ctx, "Roads", ann()))
	b.hire("fay", "Roads", people.Roles()...)
	b.ready("rivers", "department: Rivers")
	b.ready("all")
	id := b.public()
	fay := b.Office.View(as("fay"))
	all, err := fay.Templates(b.ctx)
	b.no(err)
	if len(all) != 1 || all[0].Name != "all" {
		t.Errorf("fay sees %+v", all)
	}
	_, err = fay.Template(b.ctx, "all")
	b.no(err)
	_, err = fay.Template(b.ctx, "rivers")
	_, unknown := fay.Template(b.ctx, "never")
	if strings.ReplaceAll(err.Error(), "rivers", "never") != unknown.Error() {
		t.Errorf("%v, but of one that never was %v", err, unknown)
	}
	digest := strings.Repeat("0", 64)
	for verb, do := range map[string]func(name string) error{
		"edit":    func(name string) error { _, err := b.EditTemplate(b.ctx, name, template(name), as("fay")); return err },
		"submit":  func(name string) error { _, err := b.SubmitTemplate(b.ctx, name, as("fay")); return err },
		"approve": func(name string) error { _, err := b.ApproveTemplate(b.ctx, name, digest, as("fay")); return err },
		"return":  func(name string) error { return b.ReturnTemplate(b.ctx, name, "no", as("fay")) },
		"drop":    func(name string) error { return b.DropTemplate(b.ctx, name, "no", as("fay")) },
	} {
		b.refused(do("rivers"), office.NotFound, `there is no template "rivers"`)
		if r := b.refused(do("all"), office.Forbidden, "for the whole office"); r.Try == "" {
			t.Errorf("%s: nothing to try", verb)
		}
	}
	for _, name := range []string{"all", "rivers"} {
		_, err = b.UseTemplate(b.ctx, name, id, as("fay"))
		b.refused(err, office.NotFound, "there is no")
	}
	_, err = b.AddTemplate(b.ctx, template("mine", "department: Rivers"), as("fay"))
	b.refused(err, office.Forbidden, "in Rivers")
	_, err = b.AddTemplate(b.ctx, template("mine", "department: Roads"), as("fay"))
	b.no(err)
	_, err = b.EditTemplate(b.ctx, "mine", template("mine"), as("fay"))
	b.refused(err, office.Forbidden, "for the whole office")
}

// A template that is edited in the very moment in which it is used gives nothing
// that one approver releases.
func TestUseRacesEdit(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 1}, ann()))
	b.ready("oops")
	id := b.public()
	edited := make(chan error)
	go func() {
		_, err := b.EditTemplate(b.ctx, "oops", template("oops", "summary: Other."), cat())
		edited <- err
	}()
	used, err := b.UseTemplate(b.ctx, "oops", id, bob())
	b.no(<-edited)
	if err != nil {
		b.refused(err, office.Conflict, "oops")
		return
	}
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, bob()), office.Forbidden, "bob submitted", "was edited since")
}

// A stranger is told the same of a template that is there and of one that is not.
func TestAStrangerLearnsNoNames(t *testing.T) {
	b := setup(t)
	b.ready("oops")
	b.hire("none", people.Everywhere)
	for _, by := range []office.Actor{as(""), as("mallory"), as("none")} {
		_, there := b.Office.View(by).Template(b.ctx, "oops")
		_, absent := b.Office.View(by).Template(b.ctx, "never")
		b.refused(there, office.Forbidden)
		if there.Error() != absent.Error() {
			t.Errorf("%q is told %v, and %v", by.Name, there, absent)
		}
		there, absent = b.DropTemplate(b.ctx, "oops", "", by), b.DropTemplate(b.ctx, "never", "", by)
		b.refused(there, office.Forbidden)
		if strings.ReplaceAll(there.Error(), "oops", "never") != absent.Error() {
			t.Errorf("%q is told %v, and %v", by.Name, there, absent)
		}
	}
}

// The rights to use are those to add and submit a message.
func TestWhoUsesATemplate(t *testing.T) {
	b := setup(t)
	b.hireNewcomers()
	b.ready("oops")
	id := b.public()
	read := office.Actor{Name: "ann", Token: &people.Token{Scope: people.ScopeRead, ExpiresAt: time.Now().Add(time.Hour)}}
	drafts := office.Actor{Name: "ann", Token: &people.Token{Scope: people.ScopeDraft, ExpiresAt: time.Now().Add(time.Hour)}}
	for who, by := range map[string]office.Actor{"viewer": as("viewer"), "disabled": as("disabled"), "none": as("none"), "mallory": as("mallory"), "": as(""), "token": read, "owner": office.Owner()} {
		before := b.counts()
		if _, err := b.UseTemplate(b.ctx, "oops", id, by); err == nil || !maps.Equal(before, b.counts()) {
			t.Errorf("%q may use a template: %v", who, err)
		}
	}
	used := b.use("oops", id, drafts)
	b.refused(b.Approve(b.ctx, used.ID, used.Digest, drafts), office.Forbidden, "the token is for")
	b.no(b.Approve(b.ctx, used.ID, used.Digest, bob()))
}

// A template for the mistaken figure keeps the text, under a notice, with what
// belongs to it; as it was last corrected.
func TestACorrectionByTemplate(t *testing.T) {
	b := setup(t)
	f := template("figure", "kind: correction")
	f.Text = []byte(strings.Replace(string(f.Text), "*{title}* was sent", "**A figure is wrong**", 1) + "\n{body}\n")
	_, err := b.AddTemplate(b.ctx, f, ann())
	b.no(err)
	digest, err := b.SubmitTemplate(b.ctx, "figure", ann())
	b.no(err)
	_, err = b.ApproveTemplate(b.ctx, "figure", digest, bob())
	b.no(err)
	d := draft("channels: [web]", "topics: [bridges]", "assets:\n  - file: levels.csv")
	d.Assets = []office.Upload{{Name: "levels.csv", Content: []byte("a,b\n1,2\n")}}
	added, err := b.Add(b.ctx, d, ann())
	b.no(err)
	b.no(b.Approve(b.ctx, added.ID, b.submit(added.ID), bob()))
	b.leave(message.Sent, "web")
	used := b.use("figure", added.ID, bob())
	b.no(b.Approve(b.ctx, used.ID, used.Digest, bob()))
	b.leave(message.Sent, "web")
	got := b.wants(used.ID, message.Released)
	if got.Message.Corrects != added.ID || len(got.Content.Assets) != 1 || len(got.Content.Topics) != 1 || !strings.HasSuffix(got.Content.Body, "\n\nThe bridge opens on *Monday*.") {
		t.Errorf("the correction is %+v", got.Content)
	}
	again := b.use("figure", added.ID, bob())
	if n := strings.Count(string(again.Source), "A figure is wrong"); n != 2 {
		t.Errorf("the second keeps %d notices:\n%s", n, again.Source)
	}
}

// What went out by mail alone is withdrawn by mail, to those who got it, and its
// day is that of the first of them.
func TestAWithdrawalByMail(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	b.ready("oops")
	id := b.approved("audiences: [press]")
	sent := b.begin("email")
	b.end(sent[:1], message.Sent)
	_, err := b.UseTemplate(b.ctx, "oops", id, bob())
	b.refused(err, office.Invalid, "the template oops can't be used", "clarion message cancel "+id)
	b.end(sent[1:], message.Failed)
	used := b.use("oops", id, bob())
	if len(used.Sends) != 1 || used.Sends[0].Channel != "email" || used.Sends[0].Recipients != 1 {
		t.Errorf("it would go by %+v", used.Sends)
	}
	b.no(b.Approve(b.ctx, used.ID, used.Digest, bob()))
	b.wants(used.ID, message.Approved)
}

// What was stored of a filled template is nothing that a later revision has.
func TestOnlyTheFirstRevisionIsATemplates(t *testing.T) {
	b := setup(t)
	b.ready("oops")
	used := b.use("oops", b.public(), bob())
	_, err := b.Edit(b.ctx, used.ID, office.Draft{File: "same.md", Text: used.Source}, bob())
	b.no(err)
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error {
		first, err := t.Revision(used.ID, 1)
		b.no(err)
		second, err := t.Revision(used.ID, 2)
		b.no(err)
		if first.Template != "oops" || second.Template != "" || first.Digest != second.Digest {
			b.Errorf("revisions %+v and %+v", first, second)
		}
		return nil
	}))
	b.refused(b.Approve(b.ctx, used.ID, b.submitBy(used.ID, bob()), bob()), office.Forbidden, "bob submitted")
}
