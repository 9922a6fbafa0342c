package main

import (
	"time"

	"clarion/api"
)

// zoneOf is the zone of the office, in which people are shown times: what the
// configuration says, or UTC where it can't be read here.
func (c *cli) zoneOf() *time.Location {
	if c.zone != nil {
		return c.zone
	}
	c.zone = time.UTC
	if server, _ := c.remote(); server != "" {
		return c.zone // its configuration is elsewhere
	}
	cfg, err := c.loadConfig()
	if err != nil {
		return c.zone // the zone stands beside each time
	}
	if zone, err := time.LoadLocation(cfg.Office.Zone); err == nil {
		c.zone = zone
	}
	return c.zone
}

// when writes an instant for people, to the second, with its zone.
func (c *cli) when(t api.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(c.zoneOf()).Format("2006-01-02 15:04:05 MST")
}

// tidy writes a duration without the zeros at its end.
func tidy(s string) string {
	d, err := time.ParseDuration(s)
	if err != nil {
		return s
	}
	for _, unit := range []struct {
		length time.Duration
		zeros  string
	}{{time.Minute, "0s"}, {time.Hour, "0m0s"}} {
		if d > 0 && d%unit.length == 0 {
			s = d.String()[:len(d.String())-len(unit.zeros)]
		}
	}
	return s
}
