package config_test

import (
	"testing"

	"clarion/config"
)

func TestOffice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, key, fault string }{
		{"", "office.name", "clarion.toml:1: office.name: is missing"},
		{"\n\n[office]\nzone = \"UTC\"", "office.name", "clarion.toml:3: office.name: is missing"},
		{"office.name = \"A\"", "", ""},
		{"[office]\nname = \" \"", "office.name", "is empty"},
		{"[office]\nname = \"a\\nb\"", "office.name", "line break"},
		{"[office]\nname = 5", "office.name", "is a whole number"},
		{"[[office]]\nname = \"A\"", "office", "is a list"},
		{office + `zone = "Europe/London"`, "", ""},
		{office + `zone = "Europe/Londn"`, "office.zone", "is not a known zone"},
		{office + `zone = "../zoneinfo/UTC"`, "office.zone", "is not a known zone"},
		{office + `zone = "Local"`, "office.zone", "names no zone"},
		{office + `zone = ""`, "office.zone", "names no zone"},
		{office + `language = "cy-GB"`, "", ""},
		{office + `language = "en_GB"`, "office.language", "BCP 47"},
		{office + `language = "und"`, "office.language", "BCP 47"},
		{office + `language = ""`, "office.language", "BCP 47"},
		{office + `language = "english!"`, "office.language", "BCP 47"},
		{"\ufeff" + office, "", ""},
	} {
		expect(t, faults(t, c.text), c.key, c.fault)
	}
}

func TestExportEvery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, fault string }{
		{"@hourly", ""},
		{"*/15 * * * *", ""},
		{"30 1 * * MON-FRI", ""},
		{"0 0 29 2 *", ""},
		{"0 0 30 2 *", "a day that never comes"},
		{"TZ=UTC * * * * *", "names a zone"},
		{"CRON_TZ=UTC", "names a zone"},
		{" CRON_TZ=UTC", "names a zone"},
		{"@every 1h", "uses @every"},
		{"@sometimes", "is not a cron line"},
		{"* * * *", "is not a cron line"},
		{"* * * * * *", "is not a cron line"},
		{"61 * * * *", "is not a cron line"},
		{"", "is not a cron line"},
	} {
		key := "ledger.export_every"
		if c.fault == "" {
			key = ""
		}
		expect(t, faults(t, office+"[ledger]\nexport_every = \""+c.line+"\""), key, c.fault)
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	const mail = "[[channel]]\nname=\"m\"\nkind=\"email\"\nhost=\"h\"\n"
	for _, c := range []struct{ alerts, key, fault string }{
		{"", "", ""},
		{`channel = ""` + "\nto = []", "", ""},
		{`channel = "m"` + "\n" + `to = ["a@example.org"]`, "", ""},
		{`channel = "m"`, "alerts.channel", "stands without to"},
		{`channel = "m"` + "\nto = []", "alerts.channel", "stands without to"},
		{`to = ["a@example.org"]`, "alerts.to", "stands without channel"},
		{`channel = 5` + "\n" + `to = ["a@example.org"]`, "alerts.channel", "is a whole number"},
		{`channel = "n"` + "\n" + `to = ["a@example.org"]`, "alerts.channel", "did you mean m?"},
		{`channel = "elsewhere"` + "\n" + `to = ["a@example.org"]`, "alerts.channel", "is no channel of this file"},
		{`channel = "m"` + "\n" + `to = ["a@example.org", 5]`, "alerts.to[1]", "is a whole number"},
		{`channel = "m"` + "\n" + `to = ["A <a@example.org>"]`, "alerts.to[0]", "is not a mail address"},
		{`channel = "m"` + "\n" + `to = ["a"]`, "alerts.to[0]", "is not a mail address"},
		{`channel = "m"` + "\n" + `to = ["a@example.org\r\nBcc: b@example.org"]`, "alerts.to[0]", "is not a mail address"},
	} {
		expect(t, faults(t, office+"[alerts]\n"+c.alerts+"\n"+mail), c.key, c.fault)
	}
}

func TestChannelNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, fault string }{
		{"a", ""}, {"news-2", ""},
		{"", "is not a channel name"}, {"News", "is not a channel name"}, {"a b", "is not a channel name"},
		{"a_b", "is not a channel name"}, {"café", "is not a channel name"}, {"a/b", "is not a channel name"},
	} {
		key := "channel[0].name"
		if c.fault == "" {
			key = ""
		}
		expect(t, faults(t, office+"[[channel]]\nkind = \"webfeed\"\nname = \""+c.name+"\""), key, c.fault)
	}
}

// What the kind is given, and what zero stands for, is settled by the file.
func TestChannelIsBuilt(t *testing.T) {
	t.Parallel()
	c := parse(t, office+"[[channel]]\nname = \"newsroom\"\nkind = \"webfeed\"\nentries = 7\nmin_interval = \"2s\"")
	if len(c.Channels) != 1 {
		t.Fatal(c.Channels)
	}
	channel := c.Channels[0]
	if want := (fake{feedSettings{Title: "Press Office", Entries: 7}}); channel.Built != want {
		t.Errorf("built %#v, want %#v", channel.Built, want)
	}
	if channel.MinInterval.String() != "2s" || channel.Attempts != 0 || channel.Concurrency != 0 {
		t.Errorf("limits of %+v", []any{channel.MinInterval, channel.Attempts, channel.Concurrency})
	}
}

// A password that could not be read is one fault, not also a missing password.
func TestOneFaultForOneCause(t *testing.T) {
	t.Parallel()
	expect(t, faults(t, office+"[[channel]]\nname = \"m\"\nkind = \"email\"\nhost = 5"), "channel[m].host", "is a whole number")
}

func TestInitFile(t *testing.T) {
	t.Parallel()
	c := parse(t, string(config.InitFile()))
	if len(c.Channels) != 1 || c.Office.Zone != "Europe/London" {
		t.Error(c)
	}
}
