package main

import (
	"testing"
	"time"

	"clarion/api"
)

func TestWhen(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	summer, winter := api.At(time.Date(2027, 7, 1, 8, 0, 0, 0, time.UTC)), api.At(time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC))
	for want, c := range map[string]struct {
		at   api.Time
		zone *time.Location
	}{
		"2027-07-01 09:00:00 BST": {summer, london}, "2027-01-01 08:00:00 GMT": {winter, london}, "2027-07-01 08:00:00 UTC": {summer, time.UTC}, "-": {api.Time{}, london},
	} {
		if got := (&cli{zone: c.zone}).when(c.at); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestZoneWithoutConfiguration is of a daemon whose configuration can't be read
// here.
func TestZoneWithoutConfiguration(t *testing.T) {
	t.Parallel()
	c := &cli{config: "testdata/none.toml"}
	if got := c.zoneOf(); got != time.UTC {
		t.Errorf("the zone is %s", got)
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"10m0s": "10m", "1h0m0s": "1h", "1h30m0s": "1h30m", "1m30s": "1m30s", "20s": "20s", "0s": "0s", "48h0m0s": "48h", "soon": "soon",
	} {
		if got := tidy(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
