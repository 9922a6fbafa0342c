package config

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const maxCronLine = 100 // bytes

func (r *reader) ledger() {
	t := r.section("ledger", &r.config.Ledger)
	if says := cronFault(r.config.Ledger.ExportEvery); says != "" {
		t.fault("export_every", says, `write five fields, such as "30 * * * *", or "@hourly"`)
	}
}

// cronFault says what is wrong with a cron line. Zones are refused before
// parsing, because the parser panics on some and mistakes the change of
// summer time; @every, because it counts from the start of the process.
func cronFault(line string) string {
	line = strings.TrimSpace(line)
	switch {
	case len(line) > maxCronLine:
		return "is longer than 100 bytes"
	case strings.HasPrefix(line, "TZ="), strings.HasPrefix(line, "CRON_TZ="):
		return "names a zone, which is not supported"
	case strings.HasPrefix(line, "@every"):
		return "uses @every, which is not supported"
	}
	schedule, err := cron.ParseStandard(line)
	if err != nil {
		return "is not a cron line"
	}
	if schedule.Next(time.Unix(0, 0).UTC()).IsZero() {
		return "names a day that never comes"
	}
	return ""
}
