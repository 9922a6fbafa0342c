package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	real "clarion/channels/kinds"
	"clarion/config"
)

const exampleFile = "../examples/clarion.toml"

func exampleText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The example has every key: whatever is in effect with it stands in its own
// table there.
func TestExampleShowsEveryKey(t *testing.T) {
	t.Parallel()
	c, err := config.Load(exampleFile, real.All())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Channels) != len(real.All()) {
		t.Errorf("%d channels for %d kinds", len(c.Channels), len(real.All()))
	}
	written := keysByTable(exampleText(t))
	for table, keys := range keysByTable(string(c.Show())) {
		for key := range keys {
			if !written[table][key] && !written["[[channel]] 0"][key] {
				t.Errorf("%s of %s is not in %s", key, table, exampleFile)
			}
		}
	}
}

// keysByTable lists the keys of each table of a text, commented out or not.
// Channels are counted.
func keysByTable(text string) map[string]map[string]bool {
	tables, table := map[string]map[string]bool{}, ""
	key := regexp.MustCompile(`^#?([a-z_]+) = `)
	seen := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "[") {
			table = strings.TrimSpace(line)
			if table == "[[channel]]" {
				table += " " + string(rune('0'+seen))
				seen++
			}
			tables[table] = map[string]bool{}
		} else if m := key.FindStringSubmatch(line); m != nil {
			tables[table][m[1]] = true
		}
	}
	return tables
}

func TestInitFileLoadsWithTheRealKinds(t *testing.T) {
	t.Parallel()
	if _, err := config.Parse("init", config.InitFile(), real.All()); err != nil {
		t.Error(err)
	}
}

// What the starting file shows in its comments is true: with every # taken off
// it loads, and the keys said to show a default change nothing.
func TestInitFileCommentsAreTrue(t *testing.T) {
	t.Parallel()
	text := string(config.InitFile())
	whole := regexp.MustCompile(`(?m)^#(\w|\[\[)`).ReplaceAllString(text, "$1")
	if _, err := config.Parse("init", []byte(whole), real.All()); err != nil {
		t.Errorf("with every key:\n%v", err)
	}
	notDefault := regexp.MustCompile(`^#(base_url|tls_cert|tls_key|channel|to) = `)
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#[[channel]]") {
			break
		}
		if !notDefault.MatchString(line) {
			line = regexp.MustCompile(`^#(\w)`).ReplaceAllString(line, "$1")
		}
		b.WriteString(line)
	}
	if b.String() == text {
		t.Fatal("nothing is commented out")
	}
	if got, want := string(parse(t, b.String()).Show()), string(parse(t, text).Show()); got != want {
		t.Errorf("with the defaults written out:\n%s\nwithout:\n%s", got, want)
	}
}
