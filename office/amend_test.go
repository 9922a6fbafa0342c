package office_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
	"clarion/office"
)

const why = "summary: It opens on Tuesday."

// everywhere are networks of every ability.
func everywhere() []scribe {
	return []scribe{
		{name: "all", can: channels.Capabilities{Edits: true, Replies: true, Deletes: true}},
		{name: "strict", refuses: channels.Edit, can: channels.Capabilities{Edits: true, Replies: true, Deletes: true}},
		{name: "editor", can: channels.Capabilities{Edits: true, Deletes: true}},
		{name: "replier", can: channels.Capabilities{Replies: true}},
		{name: "plain", can: channels.Capabilities{Deletes: true}},
	}
}

// TestWhatEachChannelDoes corrects and withdraws a message where it went, by
// the best means of each channel.
func TestWhatEachChannelDoes(t *testing.T) {
	b := connected(t, everywhere()...)
	b.importInto("press", birds)
	id := b.approved("audiences: [public, press]")
	b.leave(message.Sent, "web", "email", "all", "strict", "editor", "replier", "plain")
	for key, want := range map[string]map[string]string{
		"corrects":  {"web": "edit", "email": "", "all": "edit", "strict": "reply", "editor": "edit", "replier": "reply", "plain": ""},
		"withdraws": {"web": "delete", "email": "", "all": "delete", "strict": "delete", "editor": "delete", "replier": "reply", "plain": "delete"},
	} {
		about := b.add("audiences: [public, press]", why, key+": "+id)
		b.submit(about)
		for channel, action := range want {
			want[channel] = fmt.Sprintf("%s of %d", action, b.send(id, channel, 0).ID)
		}
		if got := b.does(about); !maps.Equal(got, want) {
			t.Errorf("%s: the plan is %v, want %v", key, got, want)
		}
		a := b.asked(about, "replier")
		if a.Action != channels.Reply || !a.Page || (a.Corrects == "Bridge opens") != (key == "corrects") || (a.Withdraws == "Bridge opens") != (key == "withdraws") {
			t.Errorf("%s: the network was asked to render %+v", key, a)
		}
	}
}

// TestAmendWhereItWent leaves channels out that did not carry the original,
// unless they are named: a correction is then new to them.
func TestAmendWhereItWent(t *testing.T) {
	b := connected(t, everywhere()...)
	id := b.approved("channels: [all, editor, plain]")
	b.leave(message.Sent, "all")
	b.leave(message.Failed, "editor")
	b.leave(message.SendUnknown, "plain")
	_, err := b.Resolve(b.ctx, b.send(id, "plain", 0).ID, message.Abandoned, "no use", ann())
	b.no(err)
	all := b.send(id, "all", 0).ID
	fixed := b.approved(why, "corrects: "+id, "channels: [all, replier, web]")
	if got, want := b.does(fixed), map[string]string{"all": fmt.Sprintf("edit of %d", all), "replier": " of 0", "web": " of 0"}; !maps.Equal(got, want) {
		t.Errorf("the plan is %v, want %v", got, want)
	}
	b.problem(draft(why, "withdraws: "+id, "channels: [all, replier]"), "withdraws", 5, fixed, "is approved", "clarion message cancel "+fixed)
	b.leave(message.Sent, "web", "all", "replier")

	// What a correction made known there first is withdrawn there as well.
	gone := b.add("withdraws: " + id)
	b.submit(gone)
	want := map[string]string{
		"all": fmt.Sprintf("delete of %d", all), "web": fmt.Sprintf("delete of %d", b.send(fixed, "web", 0).ID),
		"replier": fmt.Sprintf("reply of %d", b.send(fixed, "replier", 0).ID),
	}
	if got := b.does(gone); !maps.Equal(got, want) {
		t.Errorf("the plan is %v, want %v", got, want)
	}
	b.problem(draft("withdraws: "+id, "channels: [all, editor]"), "channels[2]", 5, "editor", "nothing to withdraw")
	b.problem(draft("withdraws: "+id, "audiences: [press]"), "audiences", 4, id, "did not go out")
}

// TestAmendedOnce lets a message be corrected many times and withdrawn once,
// and lets no correction come after that.
func TestAmendedOnce(t *testing.T) {
	b := setup(t)
	id := b.approved("channels: [web]")
	b.leave(message.Sent, "web")
	for range 2 {
		b.approved(why, "corrects: "+id)
		b.leave(message.Sent, "web")
	}
	late, twice, first := b.add(why, "corrects: "+id), b.add("withdraws: "+id), b.add("withdraws: "+id)
	digest, again := b.submit(late), b.submit(twice)
	b.no(b.Approve(b.ctx, first, b.submit(first), bob()))
	b.refused(b.Approve(b.ctx, late, digest, bob()), office.Conflict, id, "withdrawn by "+first)
	b.refused(b.Approve(b.ctx, twice, again, bob()), office.Conflict, id, "withdrawn by "+first)
	for _, state := range []message.State{message.Approved, message.Released} {
		b.wants(first, state)
		b.problem(draft(why, "corrects: "+id), "corrects", 5, "withdrawn by "+first)
		b.problem(draft("withdraws: "+id), "withdraws", 4, "withdrawn by "+first)
		b.problem(draft("withdraws: "+first), "withdraws", 4, first+" is a withdrawal itself", id)
		if state == message.Approved {
			b.leave(message.Sent, "web")
		}
	}
}

// TestCorrectionBarsWithdrawal holds the other order: while a correction waits,
// a withdrawal could be overtaken by it.
func TestCorrectionBarsWithdrawal(t *testing.T) {
	b := setup(t)
	id := b.approved("channels: [web]")
	b.leave(message.Sent, "web")
	gone := b.add("withdraws: " + id)
	digest := b.submit(gone)
	fixed := b.approved(why, "corrects: "+id)
	b.refused(b.Approve(b.ctx, gone, digest, bob()), office.Conflict, fixed, "clarion message cancel "+fixed)
	b.no(b.Cancel(b.ctx, fixed, "withdrawn instead", ann()))
	if all := b.detail(id).Amendments; len(all) != 2 || all[0].ID != gone || all[1].ID != fixed || all[1].State != message.Cancelled {
		t.Errorf("about it are %+v", all)
	}
	b.no(b.Approve(b.ctx, gone, digest, bob()))
}

// TestWithdrawalGoesByTheLastTitle holds that a headline which a correction
// mended is not published again.
func TestWithdrawalGoesByTheLastTitle(t *testing.T) {
	b := connected(t, everywhere()...)
	id := b.approved("title: Minister Jon opens bridge", "channels: [all, web]")
	b.leave(message.Sent, "all", "web")
	if got := b.asked(b.add("withdraws: "+id), "all").Withdraws; got != "Minister Jon opens bridge" {
		t.Errorf("before a correction it goes by %q", got)
	}
	fixed := b.approved(why, "corrects: "+id, "title: Minister Jane opens bridge", "channels: [web]")
	b.add(why, "corrects: "+id, "title: Never sent")
	b.leave(message.Sent, "web")
	b.wants(fixed, message.Released)
	if got := b.asked(b.add("withdraws: "+id), "all").Withdraws; got != "Minister Jane opens bridge" {
		t.Errorf("after a correction it goes by %q", got)
	}
}

func TestWhatCannotBeAmendedYet(t *testing.T) {
	b := connected(t, everywhere()...)
	id := b.approved("channels: [all, web]")
	b.leave(message.Sent, "web")
	waiting := b.begin("all")
	b.problem(draft(why, "corrects: "+id), "corrects", 5, "by all is still sending", "clarion message cancel "+id)
	b.end(waiting, message.Waiting)
	b.problem(draft("withdraws: "+id), "withdraws", 4, "by all is still waiting", "clarion message cancel "+id)
	b.leave(message.SendUnknown, "all")
	b.problem(draft("withdraws: "+id), "withdraws", 4, "nobody knows", fmt.Sprintf("clarion send resolve %d", b.send(id, "all", 0).ID))
	_, err := b.Resolve(b.ctx, b.send(id, "all", 0).ID, message.Sent, "it is there", ann())
	b.no(err)
	b.add("withdraws: " + id)
	b.reconnect(scribe{name: "all", account: "another", can: channels.Capabilities{Deletes: true}})
	b.problem(draft("withdraws: "+id), "withdraws", 4, "all", "another account", "by hand")
	b.reconnect(scribe{name: "all"})
	b.problem(draft("withdraws: "+id), "withdraws", 4, "all", "neither take a post away nor answer it", "by hand")
	b.add("withdraws: "+id, "channels: [web]")
}

// TestWhatIsWithdrawnIsNotSentAgain refuses to retry what failed of a message
// that was withdrawn meanwhile, and to approve its withdrawal while it is being
// retried.
func TestWhatIsWithdrawnIsNotSentAgain(t *testing.T) {
	b := connected(t, everywhere()...)
	id := b.approved("channels: [all, web]")
	b.leave(message.Sent, "web")
	b.leave(message.Failed, "all")
	fixed := b.approved(why, "corrects: "+id, "channels: [web, plain]")
	b.leave(message.Sent, "web")
	b.leave(message.SendUnknown, "plain")
	failed, unknown := b.send(id, "all", 0).ID, b.send(fixed, "plain", 0).ID
	b.problem(draft("withdraws: "+id), "withdraws", 4, "nobody knows", fmt.Sprintf("clarion send resolve %d", unknown))
	_, err := b.Resolve(b.ctx, unknown, message.Planned, "it is not there", ann())
	b.no(err)
	b.leave(message.Failed, "plain")

	gone := b.add("withdraws: " + id)
	digest := b.submit(gone)
	_, err = b.Retry(b.ctx, failed, false, "again", ann())
	b.no(err)
	b.refused(b.Approve(b.ctx, gone, digest, bob()), office.Conflict, "by all is still planned", "clarion message cancel "+id)
	b.leave(message.Failed, "all")
	b.no(b.Approve(b.ctx, gone, digest, bob()))
	for _, send := range []int64{failed, unknown} {
		_, err = b.Retry(b.ctx, send, false, "again", ann())
		b.refused(err, office.Conflict, id, "withdrawn by "+gone, "give send")
		_, err = b.Retry(b.ctx, send, true, "withdrawn", ann())
		b.no(err)
	}
	b.leave(message.Failed, "web")
	_, err = b.Retry(b.ctx, b.send(gone, "web", 0).ID, false, "it must go", ann())
	b.no(err)
}

// TestUnknownCorrectionBarsWithdrawal holds that what is looked for, and might
// be sent again by itself, comes to an end before a withdrawal. Another
// correction need not wait.
func TestUnknownCorrectionBarsWithdrawal(t *testing.T) {
	b := connected(t, everywhere()...)
	id := b.approved("channels: [replier]")
	b.leave(message.Sent, "replier")
	fixed := b.approved(why, "corrects: "+id)
	b.leave(message.SendUnknown, "replier")
	b.problem(draft("withdraws: "+id), "withdraws", 4, "nobody knows", fmt.Sprintf("clarion send resolve %d", b.send(fixed, "replier", 0).ID))
	b.add(why, "corrects: "+id)
}

// TestActionsThatDoNotGo gives the last way's problems.
func TestActionsThatDoNotGo(t *testing.T) {
	b := connected(t, scribe{name: "one", refuses: channels.Reply, can: channels.Capabilities{Replies: true}})
	id := b.approved("channels: [one]")
	b.leave(message.Sent, "one")
	b.problem(draft(why, "corrects: "+id), "body", 7, "does not like to reply")
}

// TestAmendedByMail reaches whom the original reached: not who failed, came
// later or left.
func TestAmendedByMail(t *testing.T) {
	b := setup(t)
	const list = "email,name,language\na@example.net,A,en\nb@example.net,B,en\nc@example.net,C,en\nd@example.net,D,en\n"
	b.importInto("press", list)
	id := b.approved("audiences: [press]")
	sent := b.begin("email")
	b.end(sent[:2], message.Sent)
	b.end(sent[2:3], message.SendUnknown)
	b.end(sent[3:], message.Failed)
	b.importInto("press", list+"e@example.net,E,en\n")
	b.no(b.Unsubscribe(b.ctx, sent[1].Item.Recipient))
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "board", Title: "Board", Channels: []string{"email"}}, ann()))
	b.importInto("board", "email,name,language\nf@example.net,F,en\n")

	about := b.add("audiences: [board, press]", "withdraws: "+id)
	submitted, err := b.Submit(b.ctx, about, ann())
	b.no(err)
	if len(submitted.Sends) != 1 || submitted.Sends[0].Recipients != 2 || submitted.Sends[0].Audiences[0].Name != "press" || len(submitted.Warnings) > 0 {
		t.Errorf("submitted %+v", submitted)
	}
	if plan := b.detail(about).Plan; plan[0].Recipients != 2 {
		t.Errorf("the approver sees %+v", plan)
	}
	b.no(b.Approve(b.ctx, about, submitted.Digest, bob()))
	var got []string
	for _, o := range b.begin("email") {
		got = append(got, o.Item.Address)
	}
	if strings.Join(got, " ") != sent[0].Item.Address+" "+sent[2].Item.Address {
		t.Errorf("written to %v", got)
	}
	if tally := b.send(about, "email", 0).Tally; tally[message.Suppressed] != 1 || tally.Total() != 3 {
		t.Errorf("tally %v", tally)
	}
}

func TestWhatAnAmendmentLeaves(t *testing.T) {
	b := connected(t, scribe{name: "both", can: channels.Capabilities{Replies: true, Deletes: true}})
	b.importInto("press", birds)
	id := b.approved("audiences: [public, press]")
	b.leave(message.Sent, "web", "both", "email")
	warns := func(want string, keys ...string) {
		t.Helper()
		drafted, err := b.Check(b.ctx, draft(keys...))
		b.no(err)
		var got []string
		for _, w := range drafted.Warnings {
			got = append(got, w.Channel+": "+w.Says)
		}
		if (len(got) != 1 || !strings.Contains(got[0], want)) && want+strings.Join(got, "") != "" {
			t.Errorf("warnings %q, want %q", got, want)
		}
	}
	warns("email: message "+id+" went out by email as well", "withdraws: "+id)
	warns("", "withdraws: "+id, "audiences: [public, press]")
	fixed := b.approved(why, "corrects: "+id, "audiences: [public, press]")
	b.leave(message.Sent, "web", "both", "email")
	warns("both: the correction "+fixed+" stays", "withdraws: "+id, "audiences: [public, press]")
	for _, r := range b.strings("SELECT id FROM recipients ORDER BY id LIMIT 2") {
		var recipient int64
		_, err := fmt.Sscan(r, &recipient)
		b.no(err)
		b.no(b.Unsubscribe(b.ctx, recipient))
	}
	warns("email: of the 2 people", why, "corrects: "+id, "audiences: [public, press]")
}

// TestEditKeepsTheWithdrawal holds what an edit leaves as it is.
func TestEditKeepsTheWithdrawal(t *testing.T) {
	b := setup(t)
	id := b.approved("channels: [web]")
	b.leave(message.Sent, "web")
	d := draft()
	d.Withdraws = id
	added, err := b.Add(b.ctx, d, ann())
	b.no(err)
	_, err = b.Edit(b.ctx, added.ID, draft("title: Bridge stays closed"), ann())
	b.no(err)
	if got := b.detail(added.ID); got.Message.Withdraws != id || got.Content.Withdraws != id || got.Message.Corrects != "" {
		t.Errorf("it withdraws %q and corrects %q", got.Message.Withdraws, got.Message.Corrects)
	}
	_, err = b.Edit(b.ctx, added.ID, draft(why, "corrects: "+id), ann())
	b.no(err)
	if got := b.detail(added.ID).Message; got.Corrects != id || got.Withdraws != "" {
		t.Errorf("it corrects %q and withdraws %q", got.Corrects, got.Withdraws)
	}
	d.Corrects = id
	b.problem(d, "--withdraws", 0, "both correct and withdraw")
	d.Corrects, d.Withdraws = "", "m1"
	b.problem(d, "--withdraws", 0, "no message", "withdraw")
}
