package xtext

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"
)

// vector reads one of twitter-text's conformance files: from the folder that
// CLARION_TEST_DATA names, or from ../shared/data beside the module.
func vector(t *testing.T, name string, into any) {
	t.Helper()
	folder := os.Getenv("CLARION_TEST_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "..", "shared", "data")
	}
	content, err := os.ReadFile(filepath.Join(folder, "twitter-text", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED: no twitter-text/%s in %s; set CLARION_TEST_DATA", name, folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, into); err != nil {
		t.Fatal(err)
	}
}

// found lists the links of a text as they stand there.
func found(text string) []string {
	all := []string{}
	for _, l := range New().Links(text) {
		all = append(all, text[l.Start:l.End])
	}
	return all
}

func TestExtractVectors(t *testing.T) {
	t.Parallel()
	type one struct {
		Description, Text string
		Expected          []string
	}
	type placed struct {
		Description, Text string
		Expected          []struct {
			URL     string
			Indices [2]int
		}
	}
	var vectors struct {
		Tests struct {
			URLs   []one    `yaml:"urls"`
			Tco    []one    `yaml:"tco_urls_with_params"`
			Placed []placed `yaml:"urls_with_indices"`
			Marked []placed `yaml:"urls_with_directional_markers"`
		}
	}
	vector(t, "extract.yml", &vectors)
	plain := slices.Concat(vectors.Tests.URLs, vectors.Tests.Tco)
	if len(plain) < 90 {
		t.Fatalf("only %d vectors were read", len(plain))
	}
	for _, v := range plain {
		if got := found(v.Text); !slices.Equal(got, v.Expected) {
			t.Errorf("%s: %q: got %q, want %q", v.Description, v.Text, got, v.Expected)
		}
	}
	for _, v := range slices.Concat(vectors.Tests.Placed, vectors.Tests.Marked) {
		links := New().Links(v.Text)
		if len(links) != len(v.Expected) {
			t.Errorf("%s: got %q", v.Description, found(v.Text))
			continue
		}
		for i, l := range links {
			want := v.Expected[i]
			at := [2]int{units(v.Text[:l.Start]), units(v.Text[:l.End])}
			if v.Text[l.Start:l.End] != want.URL || at != want.Indices {
				t.Errorf("%s: got %q at %v, want %q at %v", v.Description, v.Text[l.Start:l.End], at, want.URL, want.Indices)
			}
		}
	}
}

// units counts as JavaScript does.
func units(text string) int { return len(utf16.Encode([]rune(text))) }

func TestLengthVectors(t *testing.T) {
	t.Parallel()
	type one struct {
		Description, Text string
		Expected          struct {
			Length int `yaml:"weightedLength"`
			Valid  bool
		}
	}
	var vectors struct {
		Tests struct {
			Discounted []one `yaml:"WeightedTweetsWithDiscountedEmojiCounterTest"`
			Marked     []one `yaml:"UnicodeDirectionalMarkerCounterTest"`
		}
	}
	vector(t, "validate.yml", &vectors)
	all := slices.Concat(vectors.Tests.Discounted, vectors.Tests.Marked)
	if len(all) < 15 {
		t.Fatalf("only %d vectors were read", len(all))
	}
	for _, v := range all {
		n := New().Count(v.Text)
		if n != v.Expected.Length {
			t.Errorf("%s: got %d, want %d", v.Description, n, v.Expected.Length)
		}
		if valid := n > 0 && n <= Limit && !slices.ContainsFunc([]rune(v.Text), Refused); valid != v.Expected.Valid {
			t.Errorf("%s: valid %t", v.Description, valid)
		}
	}
}

func TestValidateVectors(t *testing.T) {
	t.Parallel()
	var vectors struct {
		Tests struct {
			Bare []struct {
				Description, Text string
				Expected          bool
			} `yaml:"urls_without_protocol"`
		}
	}
	vector(t, "validate.yml", &vectors)
	if len(vectors.Tests.Bare) == 0 {
		t.Fatal("no vectors were read")
	}
	for _, v := range vectors.Tests.Bare {
		if got := slices.Equal(found(v.Text), []string{v.Text}); got != v.Expected {
			t.Errorf("%s: got %q", v.Description, found(v.Text))
		}
	}
}

// TestConfiguration holds the weights against the published configuration.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	var config struct {
		Max     int `yaml:"maxWeightedTweetLength"`
		Scale   int
		Default int `yaml:"defaultWeight"`
		Link    int `yaml:"transformedURLLength"`
		Ranges  []struct{ Start, End, Weight int }
	}
	vector(t, "v3.json", &config) // JSON is YAML
	if config.Max != Limit || config.Link != LinkWeight || config.Default != heavy*config.Scale || len(config.Ranges) != 4 {
		t.Errorf("got %+v", config)
	}
	for _, r := range config.Ranges {
		for _, edge := range []int{r.Start, r.End} {
			if weight(rune(edge))*config.Scale != r.Weight {
				t.Errorf("%U weighs %d", edge, weight(rune(edge)))
			}
		}
		if r.Start > 0 && weight(rune(r.Start-1)) != heavy || weight(rune(r.End+1)) != heavy {
			t.Errorf("beside %U..%U", r.Start, r.End)
		}
	}
}
