package office_test

import (
	"errors"
	"net"
	"testing"

	"clarion/audience"
	"clarion/office"
)

func TestChannelsAreDecidedAbout(t *testing.T) {
	b := setup(t)
	b.no(b.PauseChannel(b.ctx, "web", "the page is wrong", ann()))
	b.no(b.RehearseChannel(b.ctx, "email", true, bob()))
	all, err := b.Channels(b.ctx)
	b.no(err)
	if len(all) != 3 || all[0].Name != "web" || all[1].Name != "mastodon" || all[2].Name != "email" {
		t.Fatalf("channels %+v", all)
	}
	if s := all[0].State; !s.Paused || s.By != "ann" || s.Reason != "the page is wrong" {
		t.Errorf("web is %+v", s)
	}
	if all[1].State.Paused || !all[2].State.Rehearsal {
		t.Errorf("mastodon is %+v, email %+v", all[1].State, all[2].State)
	}
	b.no(b.ResumeChannel(b.ctx, "web", bob()))
	b.no(b.RehearseChannel(b.ctx, "email", false, ann()))
	all, err = b.Channels(b.ctx)
	b.no(err)
	if all[0].State.Paused || all[2].State.Rehearsal || b.queue.reloaded.Load() != 4 {
		t.Errorf("web is %+v, email %+v, the queue reloaded %d times", all[0].State, all[2].State, b.queue.reloaded.Load())
	}
}

func TestChannelsThatAreRefused(t *testing.T) {
	b := setup(t)
	for _, err := range []error{
		b.PauseChannel(b.ctx, "pigeon", "", ann()), b.ResumeChannel(b.ctx, "pigeon", ann()), b.RehearseChannel(b.ctx, "pigeon", true, ann()),
	} {
		b.refused(err, office.NotFound, "pigeon", "web, mastodon, email")
	}
	_, err := b.CheckChannel(b.ctx, "pigeon")
	b.refused(err, office.NotFound, "pigeon")
	b.refused(b.PauseChannel(b.ctx, "web", "", as("mallory")), office.Forbidden, "mallory")
	b.refused(b.RehearseChannel(b.ctx, "mastodon", false, ann()), office.Conflict, "mastodon", "only rehearse")
	if b.queue.reloaded.Load() != 0 {
		t.Error("the queue was told of what was refused")
	}
}

// TestDecisionReachesTheQueueAfterTheCallerLeft says so where it does not.
func TestDecisionReachesTheQueueAfterTheCallerLeft(t *testing.T) {
	b := setup(t)
	b.queue.fails = errors.New("busy")
	err := b.PauseChannel(b.ctx, "web", "", ann())
	if !errors.Is(err, b.queue.fails) || len(b.strings("SELECT name FROM channels WHERE paused")) != 1 {
		t.Errorf("got %v", err)
	}
}

// TestCheckChannel asks a relay that is not there.
func TestCheckChannel(t *testing.T) {
	b := setup(t)
	taken, err := (&net.ListenConfig{}).Listen(b.ctx, "tcp", "127.0.0.1:0")
	b.no(err)
	b.no(taken.Close()) // its port refuses now
	_, port, err := net.SplitHostPort(taken.Addr().String())
	b.no(err)
	o := b.reconfigured(func(s *office.Settings) {
		s.Channels[2] = configured(t, "email", "email", `host = "127.0.0.1"
			port = `+port+`
			security = "none"
			from = "press@example.org"`)
	})
	checked, err := o.View(office.Owner()).CheckChannel(b.ctx, "email")
	b.no(err)
	if checked.OK || checked.Says == "" || checked.Name != "email" {
		t.Errorf("checked %+v", checked)
	}
	checked, err = o.View(office.Owner()).CheckChannel(b.ctx, "web")
	b.no(err)
	if !checked.OK || checked.Says == "" {
		t.Errorf("checked %+v", checked)
	}
}

func TestSetAudience(t *testing.T) {
	b := setup(t)
	for _, tt := range []struct {
		a    audience.Audience
		says []string
	}{
		{audience.Audience{Name: "No Name", Title: "Title"}, []string{"No Name"}},
		{audience.Audience{Name: "name"}, []string{"title is missing"}},
		{audience.Audience{Name: "name", Title: "Title", Channels: []string{"pigeon"}}, []string{"pigeon", "web, mastodon, email"}},
		{audience.Audience{Name: "name", Title: "a\nb"}, []string{"control character"}},
	} {
		before := b.counts()
		b.refused(b.SetAudience(b.ctx, tt.a, ann()), office.Invalid, tt.says...)
		if b.counts()["audiences"] != before["audiences"] || b.counts()["ledger_entries"] != before["ledger_entries"] {
			t.Errorf("%+v was refused and stored", tt.a)
		}
	}
	b.refused(b.SetAudience(b.ctx, audience.Audience{Name: "name", Title: "Title"}, office.Actor{}), office.Forbidden)
	all, err := b.Audiences(b.ctx)
	b.no(err)
	if len(all) != 4 || all[3].Name != "public" || all[3].Size != 0 {
		t.Errorf("audiences %+v", all)
	}
}
