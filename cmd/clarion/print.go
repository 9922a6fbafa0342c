package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/rivo/uniseg"
)

// object writes one object as one line of JSON.
func (c *cli) object(v any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	if err == nil {
		_, err = c.out.Write(tameJSON(line.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// result writes one object with --json, else a sentence for people.
func (c *cli) result(v any, format string, args ...any) error {
	if c.json {
		return c.object(v)
	}
	_, err := fmt.Fprintf(c.out, format+"\n", args...)
	return err
}

// table writes rows under headings; each cell is made to show on one line.
type table struct{ rows [][]string }

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (c *cli) table(t table) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, row := range t.rows {
		for i, cell := range row {
			row[i] = oneLine(cell)
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t "))
	}
	return w.Flush()
}

// below writes a table with rows under its headings, after an empty line.
func (c *cli) below(t table) error {
	if len(t.rows) < 2 {
		return nil
	}
	fmt.Fprintln(c.out)
	return c.table(t)
}

// list writes all as JSON lines, or as a table.
func list[T any](c *cli, all []T, none string, headings []string, cells func(T) []string) error {
	if c.json {
		for _, v := range all {
			if err := c.object(v); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		fmt.Fprintln(c.out, none)
		return nil
	}
	t := table{}
	t.row(headings...)
	for _, v := range all {
		t.row(cells(v)...)
	}
	return c.table(t)
}

// oneLine keeps what a terminal would obey, and line breaks, out of a table.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// printable keeps what a terminal would obey out of a text of many lines.
func printable(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = oneLine(line)
	}
	return strings.Join(lines, "\n")
}

// short cuts a text to a number of characters as people see them: one that is
// joined of several is kept whole.
func short(s string, n int) string {
	if uniseg.GraphemeClusterCount(s) <= n {
		return s
	}
	end := 0
	characters := uniseg.NewGraphemes(s)
	for range n - 1 {
		characters.Next()
		_, end = characters.Positions()
	}
	return s[:end] + "…"
}

// dash stands for what is empty.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
