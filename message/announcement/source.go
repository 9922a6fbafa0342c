package announcement

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const fence = "---"

// source is a file parted into front matter and body, with line breaks as
// \n and without characters that were refused.
type source struct {
	front     string
	frontLine int // of its first line
	body      string
	bodyLine  int // of its first line
}

// readSource parts a file. Characters that can't stay are blamed and replaced,
// so that the rest can still be read for its faults.
func readSource(name string, raw []byte) (source, *collector) {
	c := &collector{file: name, last: 1}
	if len(raw) > MaxFile {
		c.fatal = true
		c.add(1, "", fmt.Sprintf("the file has %d bytes; the limit is %d", len(raw), MaxFile), "shorten it, or attach what is long as an asset")
		return source{}, c
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(raw), "\uFEFF"), "\r\n", "\n")
	lines := strings.Split(text, "\n")
	c.last = len(lines)
	if c.last > 1 && lines[c.last-1] == "" {
		c.last-- // what follows the last line break is no line
	}
	for i, line := range lines {
		lines[i] = mend(c, i+1, line)
	}
	return part(c, lines), c
}

func part(c *collector, lines []string) source {
	if !isFence(lines[0]) {
		c.fatal = true
		c.add(1, "", "the file does not begin with front matter", "write --- on its first line, then the keys, then --- again")
		return source{}
	}
	end := 1
	for end < len(lines) && !isFence(lines[end]) {
		end++
	}
	if end == len(lines) {
		c.fatal = true
		c.add(1, "", "the front matter is not closed", "write --- on a line of its own after the last key")
		return source{}
	}
	start := end + 1
	for start < len(lines) && strings.TrimSpace(lines[start]) == "" {
		start++
	}
	return source{
		front: strings.Join(lines[1:end], "\n"), frontLine: 2,
		body: trimText(strings.Join(lines[start:], "\n")), bodyLine: start + 1,
	}
}

func isFence(line string) bool { return strings.TrimRight(line, " \t") == fence }

// mend blames what a line holds that can't stay, once a line, and replaces it.
func mend(c *collector, number int, line string) string {
	if !utf8.ValidString(line) {
		c.add(number, "", "the line is not UTF-8", "save the file as UTF-8")
		line = strings.ToValidUTF8(line, " ")
	}
	if i := strings.IndexFunc(line, hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(line[i:])
		c.add(number, "", fmt.Sprintf("the line holds the character U+%04X, which does not show", r), "delete it, or type the line again")
		line = strings.Map(func(r rune) rune {
			if hidden(r) {
				return ' '
			}
			return r
		}, line)
	}
	return line
}

// trimText takes blank lines off both ends and blanks off the last line. What
// the first line is indented by is kept: it can mean a code block.
func trimText(s string) string {
	s = strings.TrimRight(s, " \t\n")
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}
