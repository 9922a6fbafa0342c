package export

import (
	"strings"
	"unicode"
)

// Disarm makes of a text a cell that no spreadsheet reads as a formula
// (https://owasp.org/www-community/attacks/CSV_Injection). A text that could
// be read as one, begins with an apostrophe or holds a carriage return gets an
// apostrophe in front; in it a backslash stands before each backslash and each
// character with which a formula could begin, and \r is a carriage return.
// Every other text is the cell as it is. Undo gives the text back.
func Disarm(text string) string {
	armed := triggers(text)
	if len(armed) == 0 && !strings.HasPrefix(text, "'") && !strings.ContainsRune(text, '\r') {
		return text
	}
	var b strings.Builder
	b.WriteByte('\'')
	for i, r := range text {
		switch {
		case r == '\r':
			b.WriteString(`\r`)
			continue
		case r == '\\' || armed[i]:
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Undo gives the text of a cell.
func Undo(cell string) string {
	marked, ok := strings.CutPrefix(cell, "'")
	if !ok {
		return cell
	}
	var b strings.Builder
	escaped := false
	for _, r := range marked {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case escaped && r == 'r':
			r = '\r'
		}
		escaped = false
		b.WriteRune(r)
	}
	return b.String()
}

// triggers finds where a formula could begin: at the start of a text and
// behind what some spreadsheet takes for the border of two cells, whatever
// blanks, quotes and invisible characters come before it.
func triggers(text string) map[int]bool {
	var found map[int]bool
	begins := true
	for i, r := range text {
		switch {
		case begins && startsFormula(r):
			if found == nil {
				found = map[int]bool{}
			}
			found[i] = true
			begins = r == '\t'
		case strings.ContainsRune(";,|\t\n\r", r):
			begins = true
		default:
			begins = begins && passedOver(r)
		}
	}
	return found
}

// startsFormula reports whether a formula can begin with a character, of full
// width and other forms that spreadsheets fold into it included.
func startsFormula(r rune) bool {
	return strings.ContainsRune("=+-@\t＝＋－＠﹦﹢﹣﹫−‐‑﹘", r)
}

// passedOver reports whether a character may come before a formula.
func passedOver(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.C, unicode.Z, unicode.Mn) || strings.ContainsRune("\"'`‘’“”«»＂＇", r)
}
