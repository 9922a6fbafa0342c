package audience

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func small() Limits { return Limits{Bytes: 2_000, Rows: 10, Row: 200, Field: 40, Faults: 50} }

// show writes a reading as `line|address|name|language` and `line: fault`.
func show(rows []Subscriber, faults []Fault) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%d|%s|%s|%s\n", r.Line, r.Address, r.Name, r.Language)
	}
	for _, f := range faults {
		fmt.Fprintf(&b, "%s\n", f)
	}
	return b.String()
}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	const noColumn = "line 1: the first line names no column email; write email,name,language there\n"
	const badQuote = "a quote is not closed or not doubled; a row can't hold a line break\n"
	tests := []struct{ name, in, want string }{
		{"plain", "email\na@example.org\n", "2|a@example.org||\n"},
		{"no break at the end", "email\na@example.org", "2|a@example.org||\n"},
		{"BOM and CRLF", "\uFEFFemail,name\r\na@example.org,Ann\r\n", "2|a@example.org|Ann|\n"},
		{"any order, any case", "Name, EMAIL ,Language\nAnn,a@example.org,EN-gb\n", "2|a@example.org|Ann|en-GB\n"},
		{"semicolons", "email;name\na@example.org;\"Ann; and Co, Ltd\"\n", "2|a@example.org|Ann; and Co, Ltd|\n"},
		{"semicolons with a comma in a column's name", "email;\"x,y\"\na@example.org;1\n",
			"2|a@example.org||\nline 1: column 2 is not email, name or language; take it out\n"},
		{"quotes", "email,name\na@example.org, \"Ann \"\"Nan\"\" Lee\"\n", "2|a@example.org|Ann \"Nan\" Lee|\n"},
		{"a formula is kept", "email,name\na@example.org,=1+1\n", "2|a@example.org|=1+1|\n"},
		{"empty rows", "email,name\n\n  \n,\na@example.org,Ann\n,\n", "5|a@example.org|Ann|\n"},
		{"nothing", "", "line 1: the list is empty; its first line names the columns, as in email,name,language\n"},
		{"no header", "a@example.org\nb@example.org\n", noColumn},
		{"a header without email", "name,language\nAnn,en\n", noColumn},
		{"a column twice", "email,name,Name\n", "line 1: columns 2 and 3 have one name; take one out\n"},
		{"an open quote spoils one row", "email,name\na@example.org,\"Ann\nb@example.org,Bob\n",
			"3|b@example.org|Bob|\nline 2: " + badQuote},
		{"a lone quote", "email,name\na@example.org,A\"nn\n", "line 2: " + badQuote},
		{"too few, too many", "email,name\na@example.org\na@example.org,Ann,en\n",
			"line 2: the row has 1 fields where the header has 2\nline 3: the row has 3 fields where the header has 2\n"},
		{"a bad address", "email\nann\nb@example.org\n", "3|b@example.org||\nline 2: the address has no @ sign\n"},
		{"no address", "email,name\n,Ann\n", "line 2: the address has no @ sign\n"},
		{"a bad language", "email,language\na@example.org,xyzzy!\n",
			"line 2: the language is no BCP 47 tag such as en-GB or cy; mend it or leave it empty\n"},
		{"doubles", "email\na@example.org\nb@example.org\nA@EXAMPLE.org\n",
			"2|a@example.org||\n3|b@example.org||\nline 4: the address stands on line 2 already\n"},
		{"not UTF-8", "email,name\na@example.org,Si\xe2n\nb@example.org,Bob\n",
			"3|b@example.org|Bob|\nline 2: the row is not UTF-8 text, or holds a control character; save the list as CSV UTF-8\n"},
		{"UTF-16", "\xff\xfee\x00m\x00a\x00i\x00l\x00",
			"line 1: the row is not UTF-8 text, or holds a control character; save the list as CSV UTF-8\n"},
		{"a NUL", "email\na\x00@example.org\n",
			"line 2: the row is not UTF-8 text, or holds a control character; save the list as CSV UTF-8\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := show(ReadCSV(strings.NewReader(tt.in), small()))
			if got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
			if slow := show(ReadCSV(iotest.OneByteReader(strings.NewReader(tt.in)), small())); slow != got {
				t.Errorf("read byte by byte it differs:\n%s", slow)
			}
		})
	}
}

func TestReadCSVRowLimit(t *testing.T) {
	t.Parallel()
	for n, good := range map[int]bool{199: true, 200: true, 201: false, 202: false, 203: false, 900: false} {
		for _, ending := range []string{"\n", "\r\n", ""} {
			row := "a@example.org,Ann" + strings.Repeat(" ", n-17)
			in := "email,name\nb@example.org,Bob\n" + row + ending
			if ending != "" {
				in += "c@example.org,Cid\n"
			}
			rows, faults := ReadCSV(strings.NewReader(in), small())
			if (len(faults) == 0) != good {
				t.Errorf("%d bytes ending %q: %v, want good %v", n, ending, faults, good)
			}
			if !good && (faults[0].Line != 3 || faults[0].Says != "the row is longer than 200 bytes") {
				t.Errorf("%d bytes ending %q: %v", n, ending, faults)
			}
			if ending != "" && rows[len(rows)-1].Line != 4 {
				t.Errorf("%d bytes ending %q: the row after is lost", n, ending)
			}
		}
	}
}

func TestReadCSVFieldLimit(t *testing.T) {
	t.Parallel()
	for n, good := range map[int]bool{39: true, 40: true, 41: false} {
		_, faults := ReadCSV(strings.NewReader("email,name\na@example.org,"+strings.Repeat("n", n)), small())
		if (len(faults) == 0) != good {
			t.Errorf("%d bytes: %v, want good %v", n, faults, good)
		}
	}
}

func TestReadCSVRowsLimit(t *testing.T) {
	t.Parallel()
	for n, good := range map[int]bool{9: true, 10: true, 11: false} {
		rows, faults := ReadCSV(strings.NewReader(listOf(n)), small())
		if (len(faults) == 0) != good || len(rows) != min(n, 10) {
			t.Errorf("%d rows: got %d, %v; want good %v", n, len(rows), faults, good)
		}
	}
}

func TestReadCSVBytesLimit(t *testing.T) {
	t.Parallel()
	text := listOf(8)
	for over, good := range map[int]bool{-1: false, 0: true, 1: true} {
		limits := small()
		limits.Bytes = int64(len(text) + over)
		_, faults := ReadCSV(strings.NewReader(text), limits)
		if (len(faults) == 0) != good {
			t.Errorf("limit %+d: %v, want good %v", over, faults, good)
		}
	}
}

func TestReadCSVStopsAtTheLimit(t *testing.T) {
	t.Parallel()
	endless := io.MultiReader(strings.NewReader("email\n"), &counting{})
	_, faults := ReadCSV(endless, small())
	if len(faults) != 1 || !strings.Contains(faults[0].Says, "longer than 2000 bytes") {
		t.Errorf("got %v", faults)
	}
}

// counting is one endless line.
type counting struct{ read int }

func (c *counting) Read(p []byte) (int, error) {
	if c.read > 1<<20 {
		return 0, errors.New("read far beyond the limit")
	}
	c.read += len(p)
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

func TestReadCSVFaultsLimit(t *testing.T) {
	t.Parallel()
	limits := small()
	limits.Faults = 2
	rows, faults := ReadCSV(strings.NewReader("email\nx\ny\nz\nw\na@example.org\n"), limits)
	if len(rows) != 1 || len(faults) != 3 || faults[2].Says != "2 more faults are not listed; mend these first" {
		t.Errorf("got %v, %v", rows, faults)
	}
}

func TestReadCSVTellsOfABrokenRead(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader("email\na@example.org\n"), iotest.ErrReader(errors.New("disk gone")))
	rows, faults := ReadCSV(broken, small())
	if len(rows) != 1 || len(faults) != 1 || !strings.Contains(faults[0].Says, "disk gone") {
		t.Errorf("got %v, %v", rows, faults)
	}
}

func TestDefaultLimits(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	if l.Bytes != 64<<20 || l.Rows != 1_000_000 || l.Field != 1024 || l.Row < 3*l.Field {
		t.Errorf("got %+v", l)
	}
}

func listOf(n int) string {
	var b strings.Builder
	b.WriteString("email\n")
	for i := range n {
		fmt.Fprintf(&b, "p%d@example.org\n", i)
	}
	return b.String()
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{
		"email,name,language\na@example.org,Ann,cy\n", "\uFEFFemail;name\r\na@example.org;\"A\"\"B\"\r\n", "email\n\"a@example.org",
		"email\na@example.org\nA@example.org\n", "name\n", "email,email\n", "email\n\x00\n\xff\n", "email,x\nsecret-person@example.org,,,\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		limits := small()
		rows, faults := ReadCSV(bytes.NewReader(in), limits)
		total := bytes.Count(in, []byte("\n")) + 1
		if len(rows) > limits.Rows || len(faults) > limits.Faults+2 {
			t.Fatalf("%d rows, %d faults", len(rows), len(faults))
		}
		keys := map[string]bool{}
		for _, r := range rows {
			if r.Line < 2 || r.Line > total || len(r.Name) > limits.Field || !plain(r.Name) || keys[r.Address.Key()] {
				t.Fatalf("accepted %+v", r)
			}
			keys[r.Address.Key()] = true
			if slices.ContainsFunc(faults, func(f Fault) bool { return f.Line == r.Line }) && r.Line < total {
				t.Fatalf("line %d is both good and at fault", r.Line)
			}
		}
		for _, f := range faults {
			if f.Line < 1 || f.Line > total || f.Says == "" || strings.Contains(f.Says, "@e") {
				t.Fatalf("fault %+v of %d lines", f, total)
			}
		}
	})
}
