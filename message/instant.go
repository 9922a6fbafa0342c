package message

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Instant is a wall time, its IANA zone and the instant they mean, kept
// together.
type Instant struct {
	Wall string    `json:"wall"` // 2027-05-01 09:00, with seconds only if given
	Zone string    `json:"zone"` // an IANA name, or an offset as +01:00
	At   time.Time `json:"at"`   // UTC
}

func (i Instant) String() string { return i.Wall + " " + i.Zone }

// Bounds of what a schedule may name.
const (
	minYear = 2000
	maxYear = 9000
)

// ParseInstant reads `2027-05-01 09:00 Europe/London` or RFC 3339 with an
// offset. A time without zone, a wall time that a zone skips and one that it
// has twice are refused with what to write instead.
func ParseInstant(s string) (Instant, error) {
	s = strings.TrimSpace(s)
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return withOffset(at)
	}
	wall, zone, ok := cutZone(s)
	if !ok {
		return Instant{}, fmt.Errorf("%q names no zone; write it as `2027-05-01 09:00 Europe/London` or `2027-05-01T09:00:00+01:00`", s)
	}
	return Resolve(wall, zone)
}

func withOffset(at time.Time) (Instant, error) {
	if err := checkTime(at); err != nil {
		return Instant{}, err
	}
	return Instant{Wall: formatWall(at), Zone: at.Format("-07:00"), At: at.UTC()}, nil
}

// cutZone parts `DATE TIME ZONE`.
func cutZone(s string) (wall, zone string, ok bool) {
	fields := strings.Fields(s)
	if len(fields) != 3 {
		return "", "", false
	}
	return fields[0] + " " + fields[1], fields[2], true
}

// Resolve finds the instant of a wall time in an IANA zone.
func Resolve(wall, zone string) (Instant, error) {
	t, err := parseWall(wall)
	if err != nil {
		return Instant{}, err
	}
	if err := checkTime(t); err != nil {
		return Instant{}, err
	}
	loc, err := loadZone(zone)
	if err != nil {
		return Instant{}, err
	}
	candidates := instantsOf(t, loc)
	switch len(candidates) {
	case 1:
		return Instant{Wall: formatWall(t), Zone: zone, At: candidates[0].UTC()}, nil
	case 0:
		before, after := aroundGap(t, loc)
		return Instant{}, fmt.Errorf("%s does not exist in %s, where the clocks go forward; write %s or %s",
			formatWall(t), zone, formatWall(before), formatWall(after))
	default:
		return Instant{}, fmt.Errorf("%s happens twice in %s, where the clocks go back; write %s or %s",
			formatWall(t), zone, candidates[0].Format(time.RFC3339), candidates[1].Format(time.RFC3339))
	}
}

func loadZone(zone string) (*time.Location, error) {
	if ofMachine(zone) {
		return nil, fmt.Errorf("the zone %q depends on the machine; name one such as Europe/London", zone)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("%q is no IANA zone; name one such as Europe/London or UTC", zone)
	}
	return loc, nil
}

// ofMachine reports whether a name means something else from one machine to the
// next: its own zone, or a variant tree (right/ counts leap seconds) that some
// systems keep beside the IANA names.
func ofMachine(zone string) bool {
	switch zone {
	case "", "Local", "localtime", "posixrules", "Factory":
		return true
	default:
		return strings.HasPrefix(zone, "posix/") || strings.HasPrefix(zone, "right/")
	}
}

func parseWall(wall string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, wall); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date and time; write it as `2027-05-01 09:00`", wall)
}

func formatWall(t time.Time) string {
	if t.Second() == 0 {
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02 15:04:05")
}

func checkTime(t time.Time) error {
	if t.Year() < minYear || t.Year() > maxYear {
		return fmt.Errorf("the year %d is not between %d and %d; write the year in full", t.Year(), minYear, maxYear)
	}
	if t.Nanosecond() != 0 {
		return errors.New("the time has a fraction of a second; write whole seconds")
	}
	return nil
}

// instantsOf lists, in order, the instants at which a zone's clocks show a
// wall time (given as if UTC): none in a gap, two in an overlap.
func instantsOf(wall time.Time, loc *time.Location) []time.Time {
	var found []time.Time
	for _, offset := range offsetsAround(wall, loc) {
		at := wall.Add(-offset).In(loc)
		if formatFull(at) != formatFull(wall) {
			continue
		}
		if len(found) == 1 && found[0].Equal(at) {
			continue
		}
		found = append(found, at)
	}
	if len(found) == 2 && found[1].Before(found[0]) {
		found[0], found[1] = found[1], found[0]
	}
	return found
}

// offsetsAround gives the zone's offsets a day and a half before and after,
// further than any zone ever jumped.
func offsetsAround(wall time.Time, loc *time.Location) [2]time.Duration {
	const far = 36 * time.Hour
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(loc).Zone()
		return time.Duration(seconds) * time.Second
	}
	return [2]time.Duration{offset(wall.Add(-far)), offset(wall.Add(far))}
}

// aroundGap gives the last minute before a gap and the first instant after it.
func aroundGap(wall time.Time, loc *time.Location) (before, after time.Time) {
	offsets := offsetsAround(wall, loc)
	late := wall.Add(-offsets[0]).In(loc) // read with the offset from before, it lies after the gap
	start, _ := late.ZoneBounds()
	return start.Add(-time.Minute).In(loc), start.In(loc)
}

func formatFull(t time.Time) string { return t.Format("2006-01-02 15:04:05") }
