package export

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// attacks are texts that some spreadsheet reads as a formula, and others that
// look like it.
func attacks() []string {
	return []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "'=1", "\"=1", "“=1", "''", "'",
		"＝1", "＋1", "－1", "＠x", "﹦1", "−1", "=cmd|' /C calc'!A0", `=HYPERLINK("http://x","y")`, "a;=1", "a,=1", "a\t=1", "a|=1", "a\n=1",
		"a\r\n=1", "a\r=1", "a; \"=1", "a;;;@x", "1,-5", "say \\ this", "'\\r", "\\r", "\x00=1", "\u202e=1", "a\tb", "\t", "\t\t=1", "",
		"Ymddiheurwn am hyn", "مرحبا", "=\\", "\u0301=1", "x=1", "a b=c", "don't", `"quoted"`, "\\.", "é;＝2",
	}
}

// read back as a spreadsheet with each border of cells would take it apart.
func formulas(text string) []string {
	var found []string
	for _, cell := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";,|\t\n\r", r) }) {
		seen := strings.TrimLeftFunc(cell, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.In(r, unicode.C, unicode.Z, unicode.Mn) || strings.ContainsRune("\"`‘’“”«»＂", r)
		})
		if strings.IndexFunc(seen, func(r rune) bool { return strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫−", r) }) == 0 {
			found = append(found, cell)
		}
	}
	if strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") {
		found = append(found, text)
	}
	return found
}

// throughFile writes cells to a file and reads them back.
func throughFile(t *testing.T, cells []string) []string {
	t.Helper()
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	w.UseCRLF = true
	if err := w.Write(cells); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	back, err := csv.NewReader(&file).Read()
	if err != nil {
		t.Fatalf("%q: %v", cells, err)
	}
	return back
}

func checkCell(t *testing.T, text string) {
	t.Helper()
	cell := Disarm(text)
	if f := formulas(cell); len(f) > 0 {
		t.Errorf("%q becomes %q, which is a formula at %q", text, cell, f)
	}
	back := throughFile(t, []string{"first", cell})[1]
	if Undo(back) != text {
		t.Errorf("%q becomes %q, and back %q", text, back, Undo(back))
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for _, text := range attacks() {
		checkCell(t, text)
	}
}

func TestPlainTextStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "ann", "a b=c", "2027-05-01T08:00:00Z", `{"by":"x"}`, `C:\x`, "one, two", "don't", "don't - wait"} {
		if got := Disarm(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, text := range attacks() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) { // the ledger holds JSON
			checkCell(t, text)
		}
	})
}
