package message

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func TestParseInstant(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, wall, zone, at string }{
		{"2027-05-01 09:00 Europe/London", "2027-05-01 09:00", "Europe/London", "2027-05-01T08:00:00Z"},
		{"  2027-01-01\t09:00   Europe/London ", "2027-01-01 09:00", "Europe/London", "2027-01-01T09:00:00Z"},
		{"2027-05-01 09:00:30 UTC", "2027-05-01 09:00:30", "UTC", "2027-05-01T09:00:30Z"},
		{"2027-05-01 9:00 Asia/Kathmandu", "2027-05-01 09:00", "Asia/Kathmandu", "2027-05-01T03:15:00Z"},
		{"2027-05-01T09:00:00+01:00", "2027-05-01 09:00", "+01:00", "2027-05-01T08:00:00Z"},
		{"2027-05-01T09:00:05-09:30", "2027-05-01 09:00:05", "-09:30", "2027-05-01T18:30:05Z"},
		{"2027-05-01T09:00:00Z", "2027-05-01 09:00", "+00:00", "2027-05-01T09:00:00Z"},
		{"2000-01-01 00:00 UTC", "2000-01-01 00:00", "UTC", "2000-01-01T00:00:00Z"},
		{"9000-12-31 23:59:59 UTC", "9000-12-31 23:59:59", "UTC", "9000-12-31T23:59:59Z"},
		{"2028-02-29 12:00 UTC", "2028-02-29 12:00", "UTC", "2028-02-29T12:00:00Z"},
	}
	for _, tt := range tests {
		got, err := ParseInstant(tt.in)
		if err != nil || got.Wall != tt.wall || got.Zone != tt.zone || got.At.Format(time.RFC3339) != tt.at || got.At.Location() != time.UTC {
			t.Errorf("ParseInstant(%q) = %+v, %v", tt.in, got, err)
		}
	}
}

func TestParseInstantRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                  "names no zone",
		"2027-05-01 09:00":                  "names no zone",
		"2027-05-01T09:00:00":               "names no zone",
		"2027-05-01":                        "names no zone",
		"09:00 Europe/London":               "names no zone",
		"1 May 2027 09:00 Europe/London":    "names no zone",
		"2027-05-01 09:00 Europe/Cardiff":   "no IANA zone",
		"2027-05-01 09:00 +01:00":           "no IANA zone",
		"2027-05-01 09:00 ../../etc/passwd": "no IANA zone",
		"2027-05-01 09:00 /etc/localtime":   "no IANA zone",
		"2027-05-01 09:00 Local":            "depends on the machine",
		"2027-05-01 09:00 localtime":        "depends on the machine",
		"2027-05-01 09:00 right/UTC":        "depends on the machine",
		"2027-05-01 09:00 posix/UTC":        "depends on the machine",
		"2027-02-29 09:00 UTC":              "no date and time",
		"2027-13-01 09:00 UTC":              "no date and time",
		"2027-05-01 24:00 UTC":              "no date and time",
		"2027-05-01 09:60 UTC":              "no date and time",
		"2027-05-01 09:00:60 UTC":           "no date and time",
		"2027-05-01 09:00:00.5 UTC":         "fraction of a second",
		"2027-05-01T09:00:00.5Z":            "fraction of a second",
		"1999-12-31 23:59 UTC":              "year 1999",
		"9001-01-01 00:00 UTC":              "year 9001",
		"1999-12-31T23:59:59Z":              "year 1999",
		"9001-01-01T00:00:00Z":              "year 9001",
	} {
		if got, err := ParseInstant(in); err == nil || !strings.Contains(err.Error(), want) || got != (Instant{}) {
			t.Errorf("ParseInstant(%q) = %+v, %v; want %q in the error", in, got, err, want)
		}
	}
}

// TestGapsAndOverlaps spells out what a person is told.
func TestGapsAndOverlaps(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2027-03-28 01:30 Europe/London":       "write 2027-03-28 00:59 or 2027-03-28 02:00",
		"2027-03-28 01:00 Europe/London":       "write 2027-03-28 00:59 or 2027-03-28 02:00",
		"2027-03-28 01:59:59 Europe/London":    "write 2027-03-28 00:59 or 2027-03-28 02:00",
		"2027-10-31 01:30 Europe/London":       "write 2027-10-31T01:30:00+01:00 or 2027-10-31T01:30:00Z",
		"2027-04-04 01:45 Australia/Lord_Howe": "write 2027-04-04T01:45:00+11:00 or 2027-04-04T01:45:00+10:30",
		"2027-10-03 02:15 Australia/Lord_Howe": "write 2027-10-03 01:59 or 2027-10-03 02:30",
		"2011-12-30 12:00 Pacific/Apia":        "write 2011-12-29 23:59 or 2011-12-31 00:00",
	} {
		if _, err := ParseInstant(in); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("ParseInstant(%q): %v, want it to end %q", in, err, want)
		}
	}
	for _, in := range []string{
		"2027-03-28 00:59:59 Europe/London", "2027-03-28 02:00 Europe/London",
		"2027-10-31 00:59:59 Europe/London", "2027-10-31 02:00 Europe/London",
	} {
		if _, err := ParseInstant(in); err != nil {
			t.Errorf("ParseInstant(%q): %v", in, err)
		}
	}
}

func zones() []string {
	return []string{
		"Europe/London", "Europe/Dublin", "America/New_York", "America/Santiago", "America/St_Johns", "Australia/Lord_Howe", "Australia/Adelaide",
		"Pacific/Auckland", "Pacific/Chatham", "Africa/Casablanca", "Asia/Gaza", "Asia/Beirut", "Africa/Cairo", "Antarctica/Troll",
		"America/Havana", "Pacific/Apia", "Asia/Kathmandu", "UTC",
	}
}

// transition is one change of a zone's clocks.
type transition struct {
	at            time.Time
	before, after time.Duration // offsets
}

func transitions(zone string, from, to int) []transition {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	offset := func(t time.Time) time.Duration {
		_, s := t.In(loc).Zone()
		return time.Duration(s) * time.Second
	}
	var all []transition
	for at := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC); ; {
		_, end := at.In(loc).ZoneBounds()
		if end.IsZero() || end.Year() > to {
			return all
		}
		if b, a := offset(end.Add(-1)), offset(end); a != b {
			all = append(all, transition{end, b, a})
		}
		at = end
	}
}

// TestEveryTransition walks through every change of clocks of every zone over
// twelve years: what is skipped and what happens twice is refused with what to
// write instead, which is then taken; everything beside it is taken.
func TestEveryTransition(t *testing.T) {
	t.Parallel()
	for _, zone := range zones() {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			all := transitions(zone, 2024, 2035)
			if changes := zone != "UTC" && zone != "Asia/Kathmandu" && zone != "Pacific/Apia"; changes != (len(all) > 0) {
				t.Fatalf("%d transitions", len(all))
			}
			for _, tr := range all {
				tryTransition(t, zone, tr)
			}
		})
	}
}

func tryTransition(t *testing.T, zone string, tr transition) {
	t.Helper()
	first, second := tr.at.UTC().Add(tr.before), tr.at.UTC().Add(tr.after) // walls on both sides, as if UTC
	low, high := first, second
	if high.Before(low) {
		low, high = high, low
	}
	for wall := low.Add(-10 * time.Minute); wall.Before(high.Add(10 * time.Minute)); wall = wall.Add(5 * time.Minute) {
		inside := !wall.Before(low) && wall.Before(high)
		at, err := Resolve(formatWall(wall), zone)
		switch {
		case !inside:
			holdSame(t, at, err, wall, zone)
		case first.Before(second):
			holdAdvice(t, err, "does not exist", formatWall(first.Add(-time.Minute)), formatWall(second), zone)
		default:
			offset := func(d time.Duration) string {
				return wall.Add(-d).In(time.FixedZone("", int(d/time.Second))).Format(time.RFC3339)
			}
			holdAdvice(t, err, "happens twice", offset(tr.before), offset(tr.after), "")
		}
	}
}

// holdSame holds that an instant shows, in its zone, the wall time it was made
// of.
func holdSame(t *testing.T, at Instant, err error, wall time.Time, zone string) {
	t.Helper()
	if err != nil {
		t.Errorf("%s %s: %v", formatWall(wall), zone, err)
		return
	}
	loc, err := time.LoadLocation(at.Zone)
	if err != nil {
		t.Fatal(err)
	}
	if at.Zone != zone || at.Wall != formatWall(wall) || formatWall(at.At.In(loc)) != formatWall(wall) {
		t.Errorf("%s %s became %+v", formatWall(wall), zone, at)
	}
}

// holdAdvice holds that an error names both ways out and that both are taken.
func holdAdvice(t *testing.T, err error, says, one, other, zone string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), says) || !strings.HasSuffix(err.Error(), "write "+one+" or "+other) {
		t.Errorf("got %v, want %q and write %s or %s", err, says, one, other)
		return
	}
	for _, way := range []string{one, other} {
		if _, err := ParseInstant(strings.TrimSpace(way + " " + zone)); err != nil {
			t.Errorf("the way out is refused: %v", err)
		}
	}
}

func TestInstantProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_000_000_000, 10_000_000_000).Draw(t, "at"), 0)
		in := formatWall(at.In(loc)) + " " + zone
		got, err := ParseInstant(in)
		if err != nil { // a wall time that was shown exists; it can only be one of two
			if !strings.Contains(err.Error(), "happens twice") || !strings.Contains(err.Error(), at.In(loc).Format(time.RFC3339)) {
				t.Fatalf("%s: %v", in, err)
			}
			return
		}
		if !got.At.Equal(at) || got.String() != in {
			t.Fatalf("%s became %+v, want %s", in, got, at)
		}
		again, err := ParseInstant(got.String())
		if err != nil || again != got {
			t.Fatalf("%s reads again as %+v, %v", got, again, err)
		}
	})
}

func FuzzParseInstant(f *testing.F) {
	for _, seed := range []string{
		"2027-05-01 09:00 Europe/London", "2027-05-01T09:00:00+01:00", "2027-03-28 01:30 Europe/London", "2027-10-31 01:30 Europe/London",
		"2027-05-01 09:00", "2011-12-30 12:00 Pacific/Apia", "9000-12-31 23:59:59 UTC", "2027-05-01T9:00:00,5Z", "0000-00-00 00:00 UTC", "x y z",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := ParseInstant(in)
		if err != nil {
			if got != (Instant{}) {
				t.Fatalf("%+v beside %v", got, err)
			}
			return
		}
		loc := locationOf(t, got.Zone)
		if formatWall(got.At.In(loc)) != got.Wall || got.At.Nanosecond() != 0 || got.At.Year() < minYear-1 || got.At.Year() > maxYear+1 {
			t.Fatalf("%q became %+v", in, got)
		}
	})
}

// locationOf gives the location of an instant's zone, be it a name or an
// offset.
func locationOf(t *testing.T, zone string) *time.Location {
	t.Helper()
	if offset, err := time.Parse("-07:00", zone); err == nil {
		_, seconds := offset.Zone()
		return time.FixedZone("", seconds)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
