package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clarion/api"
	"clarion/message"
)

// token writes a secret file and gives its path.
func (b *bundle) token(value string) string {
	b.Helper()
	path := filepath.Join(filepath.Dir(b.dir), "token")
	b.no(os.WriteFile(path, []byte(value), 0o600))
	return path
}

// withAccount prepares a daemon with an account that has a token.
func withAccount(t *testing.T, token, more string) *bundle {
	t.Helper()
	b := prepare(t, usual)
	b.write(usual + accountChannel("acct", "net.example", b.token(token), more))
	var err error
	b.config, err = b.read()
	b.no(err)
	return b
}

// listed gives a channel as the API lists it.
func (b *bundle) listed(name string) api.Channel {
	b.Helper()
	all, err := b.api("ann").Channels(b.Context())
	b.no(err)
	for _, c := range all.Channels {
		if c.Name == name {
			return c
		}
	}
	b.Fatalf("there is no channel %s", name)
	return api.Channel{}
}

// checked waits until a channel was checked.
func (b *bundle) checked(name string) api.Standing {
	b.Helper()
	b.await("the check of "+name, func() bool { return b.listed(name).Check != nil })
	return *b.listed(name).Check
}

func TestACheckAtTheStart(t *testing.T) {
	b := withAccount(t, "good", "").start()
	b.hire("ann")
	got := b.checked("acct")
	if !got.OK || got.Account != "@office" || got.Quota == "" || !got.ExpiresAt.IsZero() || time.Since(got.At.Time) > patience {
		t.Errorf("it stands as %+v", got)
	}
	if n := b.figuresNow()[`clarion_channel_check_ok{mechanism="acct"}`]; n != 1 {
		t.Errorf("the figure is %v", n)
	}
	if b.listed("web").Check != nil || b.listed("wire").Check != nil {
		t.Error("what has no account was checked")
	}
}

// TestACheckThatFindsAnAccountUnusable pauses the channel; only a person resumes
// it.
func TestACheckThatFindsAnAccountUnusable(t *testing.T) {
	b := withAccount(t, "bad", "").start().furnish()
	b.audience("followers", "acct")
	b.logged(line{"event": "channel_paused", "mechanism": "acct", "reason": "401 the token was revoked"})
	got := b.checked("acct")
	if got.OK || got.Class != "unavailable" || !b.listed("acct").Paused {
		t.Errorf("it stands as %+v", got)
	}
	status, err := b.api("ann").Status(t.Context())
	b.no(err)
	if len(status.Warnings) != 1 || status.Warnings[0].Channel != "acct" || !strings.Contains(status.Warnings[0].Says, "revoked") {
		t.Errorf("the status warns of %+v", status.Warnings)
	}
	id := b.approve("followers")
	b.token("good")
	_, err = b.Reload(t.Context())
	b.no(err)
	b.await("a good check", func() bool { s := b.listed("acct").Check; return s != nil && s.OK })
	if !b.listed("acct").Paused || b.posts.came(t, "net.example") != 0 {
		t.Error("a good check resumed the channel")
	}
	b.no(b.api("cat").ResumeChannel(t.Context(), "acct"))
	b.becomes(id, message.Released)
	if b.posts.came(t, "net.example") != 1 {
		t.Error("what waited did not come")
	}
}

func TestACheckThatCannotTell(t *testing.T) {
	b := withAccount(t, "busy", "").start()
	b.hire("ann")
	got := b.checked("acct")
	if got.OK || got.Class != "temporary" || b.listed("acct").Paused {
		t.Errorf("it stands as %+v, paused %t", got, b.listed("acct").Paused)
	}
	if n := b.figuresNow()[`clarion_channel_check_ok{mechanism="acct"}`]; n != 0 {
		t.Errorf("the figure is %v", n)
	}
}

// TestCredentialsThatExpire are warned of in the log and by mail, and pause the
// channel at their instant.
func TestCredentialsThatExpire(t *testing.T) {
	r := newRelay(t, false)
	b := prepare(t, usual)
	expires := time.Now().Add(5 * time.Second).UTC().Format(time.RFC3339)
	b.write(usual + accountChannel("acct", "net.example", b.token("good"), fmt.Sprintf("expires = %q", expires)) +
		emailChannel("duty", r.addr) + alertsTo)
	var err error
	b.config, err = b.read()
	b.no(err)
	b.start().hire("ann")
	warned := b.logged(line{"event": "credentials_expire", "mechanism": "acct", "level": "warn", "expired": false})
	if warned["expires_at"] != expires || warned["account"] != "@office" {
		t.Errorf("warned with %v", warned)
	}
	if left := b.figuresNow()[`clarion_channel_credential_expires_seconds{mechanism="acct"}`]; left > 5 || left < -patience.Seconds() {
		t.Errorf("they expire in %v seconds", left)
	}
	paused := b.logged(line{"event": "channel_paused", "mechanism": "acct"})
	if at := time.Now(); at.Before(b.listed("acct").Check.ExpiresAt.Time) || !strings.Contains(fmt.Sprint(paused["reason"]), "expired at "+expires) {
		t.Errorf("paused at %s with %v", at, paused)
	}
	b.logged(line{"event": "credentials_expire", "mechanism": "acct", "expired": true})
	b.no(b.stop()) // waits for the notices
	if all, _, _ := b.log.all(line{"event": "credentials_expire"}); len(all) != 2 {
		t.Errorf("warned %d times", len(all))
	}
	if mails := r.got("duty@staff.example.org"); len(mails) != 2 {
		t.Errorf("%d mails went to staff, want the warning and the pause", len(mails))
	}
}

// TestAnApprovalWarns of a channel that can't be used, and approves.
func TestAnApprovalWarns(t *testing.T) {
	b := withAccount(t, "busy", "").start().furnish()
	b.audience("followers", "acct")
	b.checked("acct")
	id, digest := b.submit("followers")
	approved, err := b.api("bob").Approve(t.Context(), id, digest)
	b.no(err)
	if len(approved.Warnings) != 1 || approved.Warnings[0].Channel != "acct" || !strings.Contains(approved.Warnings[0].String(), "503 busy") {
		t.Errorf("warned of %+v", approved.Warnings)
	}
	b.becomes(id, message.Released)
}
