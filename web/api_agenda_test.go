package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"clarion/api"
)

// at is the sample, to leave at an instant.
func at(i time.Time) string {
	return fmt.Sprintf("---\ntitle: The gauges are new\naudiences: [public, press]\npublish: %s\n---\n\nText\n", i.UTC().Format(time.RFC3339))
}

func TestAPIAgenda(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	const within, beyond = 24*time.Hour - time.Minute, 24*time.Hour + time.Minute
	now := time.Now()
	beyondDay := d.approved(at(now.Add(beyond)))
	withinDay := d.approved(at(now.Add(within)))
	held := d.approved(at(now.Add(within - time.Hour)))
	d.no(d.ada.Hold(ctx, held, "a doubt"))
	review := d.add(at(now.Add(within - 2*time.Hour)))
	_, err := d.ada.Submit(ctx, review)
	d.no(err)
	timeless := d.add(sample)
	_, err = d.ada.Submit(ctx, timeless)
	d.no(err)
	d.add(at(now.Add(time.Hour))) // a draft

	day, err := d.ada.Agenda(ctx, 1)
	d.no(err)
	if got, want := ids(day.Agenda), []string{review, held, withinDay}; !slices.Equal(got, want) {
		t.Errorf("a day holds %v, want %v", got, want)
	}
	if first := day.Agenda[1]; first.State != "held" || first.Hold != "manual" || first.Department != "Test Office" ||
		!slices.Equal(first.Audience, []string{"public", "press"}) || !slices.Equal(first.Mechanism, []string{"email", "mastodon", "web"}) {
		t.Errorf("what is held is %+v", first)
	}
	for _, days := range []int{0, 366} { // 0 is not sent, so that it is seven
		all, err := d.ada.Agenda(ctx, days)
		d.no(err)
		if got := ids(all.Agenda); len(got) != 4 || got[3] != beyondDay {
			t.Errorf("%d days hold %v", days, got)
		}
	}
	for _, days := range []int{-1, 367} {
		_, err = d.ada.Agenda(ctx, days)
		d.refused(err, http.StatusUnprocessableEntity, "days")
	}
}

func ids(agenda []api.Due) []string {
	all := make([]string, len(agenda))
	for i, due := range agenda {
		all[i] = due.Message
	}
	return all
}
