package announcement_test

import (
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"clarion/audience"
	"clarion/channels"
	"clarion/channels/commonmark"
	"clarion/message"
	"clarion/message/announcement"
)

const samples = "../../examples/announcements/"

func readSamples(t *testing.T) map[string]announcement.Announcement {
	t.Helper()
	files, err := filepath.Glob(samples + "*.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]announcement.Announcement{}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "README.md" {
			continue
		}
		text, err := os.ReadFile(file) // a sample
		if err != nil {
			t.Fatal(err)
		}
		if all[name], err = announcement.Parse(name, text, office()); err != nil {
			t.Errorf("%v", err)
		}
	}
	if len(all) < 12 {
		t.Fatalf("there are %d samples, want at least 12", len(all))
	}
	return all
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for name, a := range readSamples(t) {
		c := a.Content
		c.Assets = lookAtAssets(t, c.Assets)
		for _, text := range []string{c.Body, c.Notes} {
			for _, p := range commonmark.Check(text, c.Assets) {
				t.Errorf("%s: %+v", name, p)
			}
		}
		for _, audience := range c.Plan.Audiences {
			if !slices.Contains([]string{"public", "stakeholders", "press"}, audience) {
				t.Errorf("%s: audience %q is not of the demonstration", name, audience)
			}
		}
		for channel, v := range c.Variants {
			fits(t, name, channel, v.Text)
		}
	}
}

// lookAtAssets finds the files of assets and the size of images.
func lookAtAssets(t *testing.T, assets []channels.Asset) []channels.Asset {
	t.Helper()
	for i, a := range assets {
		file, err := os.Open(samples + a.Name)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := file.Stat(); err != nil || info.Size() > 60<<10 {
			t.Errorf("%s: %d bytes, %v", a.Name, info.Size(), err)
		}
		if a.Alt != "" {
			config, _, err := image.DecodeConfig(file)
			if err != nil {
				t.Errorf("%s: %v", a.Name, err)
			}
			assets[i].Width, assets[i].Height = config.Width, config.Height
		}
		_ = file.Close()
	}
	return assets
}

// fits holds a variant's text against the limit of its network.
func fits(t *testing.T, name, channel, text string) {
	t.Helper()
	limits := map[string]int{"web": message.MaxBody, "email": message.MaxBody, "mastodon": 500, "bluesky": 300, "x": 280}
	limit, ok := limits[channel]
	const link = 25 // characters that a link and the blank before it may take
	if n := uniseg.GraphemeClusterCount(text); !ok || n > limit-link {
		t.Errorf("%s: the text for %s has %d characters", name, channel, n)
	}
}

// TestSamplesShowWhatTheyShould holds that no kind of announcement gets lost.
func TestSamplesShowWhatTheyShould(t *testing.T) {
	t.Parallel()
	all := readSamples(t)
	has := func(match func(message.Content) bool) bool {
		for _, a := range all {
			if match(a.Content) {
				return true
			}
		}
		return false
	}
	for kind, match := range map[string]func(message.Content) bool{
		"long":          func(c message.Content) bool { return len(strings.Fields(c.Body)) > 2_400 },
		"Welsh":         func(c message.Content) bool { return c.Language == "cy" },
		"right-to-left": func(c message.Content) bool { return c.Language == "ar" },
		"joined emoji":  func(c message.Content) bool { return strings.ContainsRune(c.Title, '\u200d') },
		"images": func(c message.Content) bool {
			return len(c.Assets) > 1 && c.Assets[0].Alt != "" && c.Assets[1].Alt != ""
		},
		"an attachment": func(c message.Content) bool { return len(c.Assets) == 1 && c.Assets[0].Alt == "" },
		"all variants":  func(c message.Content) bool { return len(c.Variants) == 5 },
		"an embargo": func(c message.Content) bool {
			return c.Embargo != nil && c.Schedule.Earliest != nil && c.Embargo.At.After(c.Schedule.Earliest.At) && slices.Equal(c.Plan.Audiences, []string{"press"})
		},
	} {
		if !has(match) {
			t.Errorf("no sample is %s", kind)
		}
	}
	welsh, english := all["warning-service.cy.md"].Content, all["warning-service.en.md"].Content
	if *welsh.Schedule.Earliest != *english.Schedule.Earliest {
		t.Error("the Welsh and the English one are not due at the same instant")
	}
}

func TestSampleSubscribers(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]int{"subscribers-stakeholders.csv": 40, "subscribers-press.csv": 15} {
		list, err := os.Open(samples + file)
		if err != nil {
			t.Fatal(err)
		}
		rows, faults := audience.ReadCSV(list, audience.DefaultLimits())
		_ = list.Close()
		if len(rows) != want || len(faults) > 0 {
			t.Errorf("%s: %d rows, want %d; %v", file, len(rows), want, faults)
		}
		for _, r := range rows {
			if d := r.Address.Domain(); !regexp.MustCompile(`(^|\.)example\.(org|net)$`).MatchString(d) || !utf8.ValidString(r.Name) {
				t.Errorf("%s line %d: the domain %q could be somebody's", file, r.Line, d)
			}
		}
	}
}

// TestDocumentedExample holds that the grammar's own example is right, and that
// every key is in its table.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/announcements.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```markdown\n")
	example, rest, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("there is no example")
	}
	mustParse(t, []byte(example))
	_, err = announcement.Parse("a.md", []byte("---\nno-such-key: x\n---\nBody"), office())
	_, list, _ := strings.Cut(err.Error(), "the keys here are ")
	line, _, _ := strings.Cut(list, "\n")
	keys := strings.Split(line, ", ")
	if len(keys) != 18 {
		t.Fatalf("there are %d keys in %v", len(keys), err)
	}
	for _, key := range keys {
		if !strings.Contains(rest, "| `"+key+"` |") {
			t.Errorf("the key %s is not in the table", key)
		}
	}
}
