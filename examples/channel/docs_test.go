package filedrop

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentationQuotesTheCode holds every Go snippet of docs/channels.md
// against the sources: each stands in one of them, line for line.
func TestDocumentationQuotesTheCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/channels.md")
	if err != nil {
		t.Fatal(err)
	}
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	const least = 10
	if len(snippets) < least {
		t.Fatalf("%d snippets found, there were more than %d", len(snippets), least)
	}
	sources := read(t, "*.go", "../../channels/*.go", "../../channels/kinds/*.go", "../../channels/channeltest/*.go")
	for _, snippet := range snippets {
		if !strings.Contains(sources, "\n"+snippet[1]) {
			t.Errorf("this snippet is in no source:\n%s", snippet[1])
		}
	}
}

// TestDocumentationLinks finds what the page points to.
func TestDocumentationLinks(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/channels.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(page), -1) {
		if _, err := os.Stat(filepath.Join("../../docs", link[1])); err != nil {
			t.Errorf("a link leads nowhere: %v", err)
		}
	}
}

// read joins the files of some patterns.
func read(t *testing.T, patterns ...string) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all.WriteString("\n")
			all.Write(content)
		}
	}
	return all.String()
}
