package config_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimits tries each limit at, below and above: good values give no fault,
// bad ones exactly one, at their key.
func TestLimits(t *testing.T) {
	t.Parallel()
	const channel = "[[channel]]\nname = \"newsroom\"\nkind = \"webfeed\"\n"
	for _, limit := range []struct {
		table, key string
		good, bad  string // values, apart by spaces
	}{
		{"[queue]\n", "attempts", "1 2 99 100", "0 101 -1"},
		{"[queue]\n", "backoff_first", `"10ms" "11ms" "59m" "1h"`, `"9ms" "61m" "0s" "-1s"`},
		{"[queue]\nbackoff_first = \"10ms\"\n", "backoff_max", `"10ms" "11ms" "24h"`, `"9ms" "24h1ms"`},
		{"[queue]\nbackoff_first = \"30s\"\n", "backoff_max", `"30s" "31s"`, `"29s"`},
		{"[queue]\n", "give_up_after", `"1s" "719h" "720h"`, `"999ms" "720h1s"`},
		{"[queue]\n", "publish_timeout", `"1s" "599s" "10m"`, `"999ms" "601s"`},
		{"[queue]\n", "stop_timeout", `"1s" "599s" "10m"`, `"999ms" "601s"`},
		{"[queue]\n", "materialise_before", `"0s" "1s" "24h"`, `"-1s" "24h1s"`},
		{"[queue]\n", "read_back_first", `"100ms" "5s" "1h"`, `"99ms" "1h1ms"`},
		{"[queue]\n", "read_back_for", `"1s" "24h" "720h"`, `"999ms" "720h1s"`},
		{"[oidc]\nissuer = \"https://login.example.org\"\nclient_id = \"c\"\n", "session_age", `"5m" "301s" "12h"`, `"299s" "12h1s" "0s" "-1s"`},
		{"[server]\n", "api_rate_per_minute", "1 600 100000", "0 -1 100001"},
		{"[server]\n", "api_burst", "1 60 10000", "0 -1 10001"},
		{channel, "concurrency", "0 1 100", "-1 101"},
		{channel, "ahead", "0 1 1000", "-1 1001"},
		{channel, "rate_per_minute", "0 1 1000000", "-1 1000001"},
		{channel, "min_interval", `"0s" "1ms" "24h"`, `"-1ms" "24h1ms"`},
		{channel, "attempts", "0 1 100", "-1 101"},
		{channel, "timeout", `"0s" "1s" "10m"`, `"-1s" "999ms" "10m1s"`},
	} {
		label := strings.Trim(strings.SplitN(limit.table, "\n", 2)[0], "[]")
		if limit.table == channel {
			label = "channel[newsroom]"
		}
		for _, value := range strings.Fields(limit.good) {
			found := faults(t, office+limit.table+limit.key+" = "+value)
			expect(t, found, "", "")
		}
		for _, value := range strings.Fields(limit.bad) {
			found := faults(t, office+limit.table+limit.key+" = "+value)
			expect(t, found, label+"."+limit.key, "")
		}
	}
}

func TestLimitsOfLength(t *testing.T) {
	t.Parallel()
	channel := func(name string) string { return "[[channel]]\nname = \"" + name + "\"\nkind = \"webfeed\"\n" }
	list := func(n int, item string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(item, i)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	channels := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(channel(fmt.Sprintf("c-%d", i)))
		}
		return office + b.String()
	}
	mail := "[[channel]]\nname=\"m\"\nkind=\"email\"\nhost=\"h\"\n"
	alerts := func(to string) string { return office + "[alerts]\nchannel=\"m\"\nto=" + to + "\n" + mail }
	address := func(n int) string { return `["` + strings.Repeat("a", n-len("@example.org")) + `@example.org"]` }
	cron := func(n int) string {
		return office + "[ledger]\nexport_every = \"0" + strings.Repeat(",0", (n-9)/2) + strings.Repeat("0", (n-9)%2) + " * * * *\""
	}
	for _, limit := range []struct {
		key  string
		most int
		text func(n int) string
	}{
		{"office.name", 100, func(n int) string { return "[office]\nname = \"" + strings.Repeat("é", n) + "\"" }},
		{"server.trusted_proxies", 64, func(n int) string { return office + "[server]\ntrusted_proxies = " + list(n, `"10.0.0.%d"`) }},
		{"alerts.to", 20, func(n int) string { return alerts(list(n, `"duty%d@example.org"`)) }},
		{"alerts.to[0]", 254, func(n int) string { return alerts(address(n)) }},
		{"ledger.export_every", 100, cron},
		{"channel", 100, channels},
		{"channel[0].name", 40, func(n int) string { return office + channel(strings.Repeat("a", n)) }},
	} {
		t.Run(limit.key, func(t *testing.T) {
			t.Parallel()
			expect(t, faults(t, limit.text(limit.most-1)), "", "")
			expect(t, faults(t, limit.text(limit.most)), "", "")
			expect(t, faults(t, limit.text(limit.most+1)), limit.key, "")
		})
	}
}

func TestLimitsOfTheFile(t *testing.T) {
	t.Parallel()
	ofSize := func(n int) string { return office + "#" + strings.Repeat("x", n-len(office)-1) }
	expect(t, faults(t, ofSize(1<<20-1)), "", "")
	expect(t, faults(t, ofSize(1<<20)), "", "")
	if found := faults(t, ofSize(1<<20+1)); !strings.Contains(found.Error(), "longer than 1048576 bytes") {
		t.Error(found)
	}

	// The office's table and name are two entries, and the list's key is one.
	entries := func(n int) string { return office + "list = [" + strings.Repeat("1,", n-3) + "]" }
	expect(t, faults(t, entries(9999)), "office.list", "is not a known key")
	expect(t, faults(t, entries(10_000)), "office.list", "is not a known key")
	if found := faults(t, entries(10_001)); len(found) != 1 || !strings.Contains(found.Error(), ":3: has more than 10000 keys") {
		t.Error(found)
	}

	// A list directly in the file is one level deep itself.
	nested := func(n int) string {
		return "a = " + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + "\n" + office
	}
	for _, text := range []string{nested(7), nested(8), "a.b.c.d.e.f.g.h = 1\n" + office} {
		expect(t, faults(t, text), "a", "is not a known key")
	}
	for _, text := range []string{
		nested(10), "a.b.c.d.e.f.g.h.i = 1\n" + office, "[a.b.c.d.e.f.g.h.i]",
		nested(1000), nested(500_000), "a" + strings.Repeat(".a", 500_000) + " = 1",
		"a = " + strings.Repeat("{a = ", 10) + "1" + strings.Repeat("}", 10),
	} {
		found := faults(t, text)
		if len(found) != 1 || found[0].Line != 1 || !strings.Contains(found.Error(), "nested more than") {
			t.Error(found)
		}
	}
}
