package accounts_test

import (
	"fmt"
	"testing"

	"clarion/accounts"
	"clarion/office"
)

func TestHandoff(t *testing.T) {
	b := outsideSetup(t)
	s := b.from(zoe("authors"))
	h, err := b.BeginHandoff("ada on\r\n\u202emars")
	b.no(err)
	if h.Address != "https://news.example.org/signin/cli?code="+h.Code || h.Machine != "ada on mars" || len(h.Code) != 9 || len(h.Secret) < 26 {
		t.Errorf("it is %+v", h)
	}
	if _, confirmed, err := b.CollectHandoff(h.Code, h.Secret); err != nil || confirmed {
		t.Errorf("before it is confirmed: %v, %v", confirmed, err)
	}
	shown, err := b.Handoff(" " + h.Code + " ")
	b.no(err)
	if shown.Secret != "" || shown.Machine != "ada on mars" {
		t.Errorf("the page is told %+v", shown)
	}
	b.no(b.ConfirmHandoff(h.Code, s))
	b.refused(b.ConfirmHandoff(h.Code, accounts.Session{Person: "eve"}), office.NotFound, "no command line waits")
	_, _, err = b.CollectHandoff(h.Code, "guess")
	b.refused(err, office.NotFound, "nobody confirmed")
	got, confirmed, err := b.CollectHandoff(h.Code, h.Secret)
	if err != nil || !confirmed || got != s {
		t.Errorf("collected %+v, %v, %v", got, confirmed, err)
	}
	_, _, err = b.CollectHandoff(h.Code, h.Secret)
	b.refused(err, office.NotFound, "nobody confirmed")
	_, err = b.Handoff("ABCD-EFGH")
	b.refused(err, office.NotFound, "no command line waits")
}

func TestHandoffsAreBounded(t *testing.T) {
	b := outsideSetup(t)
	for i := range 200 {
		_, err := b.BeginHandoff(fmt.Sprint(i))
		b.no(err)
	}
	_, err := b.BeginHandoff("one more")
	b.refused(err, office.Conflict, "too many sign-ins wait")
	_, err = accounts.New(b.store, accounts.Settings{}).BeginHandoff("no daemon")
	b.refused(err, office.Conflict, "the daemon does not run")
}
