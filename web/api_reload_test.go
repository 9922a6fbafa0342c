package web_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"clarion/api"
	"clarion/client"
	"clarion/office"
	"clarion/people"
	"clarion/web"
)

func TestReload(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	_, err := d.ada.Reload(t.Context())
	d.refused(err, http.StatusConflict, "no daemon runs")

	var reload func(context.Context) (api.Reloaded, error)
	d.serve(web.APISettings{Reload: func(ctx context.Context) (api.Reloaded, error) { return reload(ctx) }})
	for _, c := range []*client.Client{d.nobody, d.nobody.With(d.join("cid", "Cid", people.Everywhere, people.Author, people.Approver, people.Publisher, people.Emergency))} {
		_, err = c.Reload(t.Context())
		d.refused(err, http.StatusForbidden)
	}

	reload = func(context.Context) (api.Reloaded, error) {
		return api.Reloaded{Added: []string{"x"}, Restart: []string{"server.listen"}, Feed: true}, nil
	}
	got, err := d.ada.Reload(t.Context())
	d.no(err)
	if !slices.Equal(got.Added, []string{"x"}) || !slices.Equal(got.Restart, []string{"server.listen"}) || !got.Feed || got.Alerts {
		t.Errorf("got %+v", got)
	}

	fault := office.Problem{File: "clarion.toml", Line: 7}
	fault.Field, fault.Says, fault.Try = "queue.attempts", "101 is out of range", "write less"
	reload = func(context.Context) (api.Reloaded, error) {
		return api.Reloaded{}, &office.Refusal{Says: "it has a fault", Problems: []office.Problem{fault}}
	}
	_, err = d.ada.Reload(t.Context())
	d.refused(err, http.StatusBadRequest, "it has a fault", "clarion.toml:7: queue.attempts: 101 is out of range; write less")

	reload = func(context.Context) (api.Reloaded, error) { return api.Reloaded{}, errors.New("the disk is full") }
	_, err = d.ada.Reload(t.Context())
	d.refused(err, http.StatusInternalServerError, "look at Clarion's log")
}

// TestStandings: a channel shows how its account stood, a status what is wrong.
func TestStandings(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	checked, err := d.ada.CheckChannel(t.Context(), "email") // no relay is there
	d.no(err)
	all, err := d.ada.Channels(t.Context())
	d.no(err)
	status, err := d.ada.Status(t.Context())
	d.no(err)
	for _, c := range all.Channels {
		switch {
		case c.Name != "email" && c.Check != nil:
			t.Errorf("%s stands as %+v", c.Name, c.Check)
		case c.Name == "email" && (c.Check == nil || c.Check.OK || c.Check.Class != "temporary" || c.Check.At.IsZero()):
			t.Errorf("%s stands as %+v", c.Name, c.Check)
		}
	}
	if checked.OK || checked.Paused || len(status.Warnings) != 1 || status.Warnings[0].Channel != "email" {
		t.Errorf("checked %+v, warned of %+v", checked, status.Warnings)
	}
}
