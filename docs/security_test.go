// Package docs holds the documentation to what is there.
package docs

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// line is one line of security.md.
type line struct {
	requirements []string
	state, says  string
	proofs       []string // tests and pages
}

// read gives the lines of the list, and what its head counts.
func read(t *testing.T) (lines []line, counted map[string]string) {
	t.Helper()
	f, err := os.Open("security.md")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	counted = map[string]string{}
	for all := bufio.NewScanner(f); all.Scan(); {
		cells := strings.Split(strings.Trim(all.Text(), "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch requirements := regexp.MustCompile(`^V\d+\.\d+\.\d+`).FindString(cells[0]); {
		case len(cells) == 3 && regexp.MustCompile(`^\d+$`).MatchString(cells[2]):
			counted[cells[0]] = cells[2]
		case requirements != "" && len(cells) < 3:
			t.Errorf("a line is short of cells: %q", all.Text())
		case requirements != "":
			l := line{strings.Split(cells[0], ", "), cells[1], cells[2], nil}
			if len(cells) > 3 {
				l.proofs = regexp.MustCompile("`[^`]+`|\\]\\([^)]+\\)").FindAllString(cells[3], -1)
			}
			lines = append(lines, l)
		}
	}
	return lines, counted
}

// TestSecurity holds that every requirement stands in the list once, with a
// state and what shows it.
func TestSecurity(t *testing.T) {
	t.Parallel()
	asked, err := os.ReadFile("testdata/asvs-5.0-levels-1-2.txt")
	if err != nil {
		t.Fatal(err)
	}
	stands := map[string]int{}
	for _, id := range regexp.MustCompile(`(?m)^V[\d.]+`).FindAllString(string(asked), -1) {
		stands[id] = 0
	}
	if len(stands) < 250 {
		t.Fatalf("only %d requirements are asked for", len(stands))
	}
	lines, counted := read(t)
	states := map[string]int{}
	for _, l := range lines {
		for _, id := range l.requirements {
			if _, ok := stands[id]; !ok {
				t.Errorf("%s is no requirement of these levels", id)
			}
			stands[id]++
			states[l.state]++
		}
		if l.says == "" || l.state == "yes" && len(l.proofs) == 0 {
			t.Errorf("%v: nothing is said or shown", l.requirements)
		}
	}
	for id, n := range stands {
		if n != 1 {
			t.Errorf("%s stands there %d times", id, n)
		}
	}
	for _, state := range []string{"yes", "no", "n.a."} {
		if counted[state] != fmt.Sprint(states[state]) {
			t.Errorf("%s: the head counts %s, there are %d", state, counted[state], states[state])
		}
		delete(states, state)
	}
	if len(states) > 0 {
		t.Errorf("states that are none: %v", states)
	}
}

// TestProofs holds that each test and page that the list names is there.
func TestProofs(t *testing.T) {
	t.Parallel()
	tests := map[string]string{} // of a folder, all of them
	lines, _ := read(t)
	for _, l := range lines {
		for _, proof := range l.proofs {
			name := strings.Trim(proof, "`")
			if page, ok := strings.CutPrefix(proof, "]("); ok {
				pageIsThere(t, strings.TrimSuffix(page, ")"))
				continue
			}
			if name == "make lint" {
				continue
			}
			i := strings.LastIndex(name, ".")
			if i < 0 {
				t.Errorf("%v: %q is no test", l.requirements, name)
				continue
			}
			folder := name[:i]
			if tests[folder] == "" {
				tests[folder] = testsOf(t, folder)
			}
			if !strings.Contains(tests[folder], "\nfunc "+name[i+1:]+"(") {
				t.Errorf("%v: there is no test %s", l.requirements, name)
			}
		}
	}
}

func testsOf(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("\n" + string(text))
	}
	return all.String()
}

// pageIsThere checks a page and the heading that is named in it.
func pageIsThere(t *testing.T, address string) {
	t.Helper()
	page, heading, _ := strings.Cut(address, "#")
	if page == "" {
		page = "security.md"
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Errorf("%s: %v", address, err)
		return
	}
	words := strings.ReplaceAll(heading, "-", " ")
	if heading != "" && !regexp.MustCompile(`(?mi)^#+ `+regexp.QuoteMeta(words)+`$`).Match(text) {
		t.Errorf("%s has no such heading", address)
	}
}
