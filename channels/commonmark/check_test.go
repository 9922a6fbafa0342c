package commonmark

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheckReleaseHasNoProblem(t *testing.T) {
	t.Parallel()
	if got := Check(release(t), assets); len(got) != 0 {
		t.Errorf("problems of a sound body: %+v", got)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"plain", "Hello *world*.", ""},
		{"html block", "Hello\n\n<script>alert(1)</script>\n", "3: the text holds raw HTML"},
		{"html inline", "a\nb <b>bold</b>", "2: the text holds raw HTML"},
		{"html comment", "a <!-- b -->", "1: the text holds raw HTML"},
		{"code is no html", "a `<b>`\n\n    <script>\n", ""},
		{"unknown image", "\n\n![x](none.jpg)", `3: the image "none.jpg" is no asset`},
		{"remote image", "![x](https://evil.example/x.jpg)", `1: the image "https://evil.example/x.jpg" lies elsewhere`},
		{"remote image without scheme", "![x](//evil.example/x.jpg)", "lies elsewhere"},
		{"data image", "![x](data:image/png;base64,AA)", "lies elsewhere"},
		{"attachment as image", "![x](report.pdf)", "is an attachment and no image"},
		{"no description", "![](<my photo.png>)", `the image "my photo.png" has no description`},
		{"own description", "![A bridge](<my photo.png>)", ""},
		{"the asset's description", "![](bridge.jpg)", ""},
		{"javascript", "[x](javascript:alert(1))", `has the scheme "javascript"`},
		{"javascript in capitals", "[x](JaVaScRiPt:alert(1))", `has the scheme "javascript"`},
		{"javascript by entity", "[x](javascript&colon;alert(1))", `has the scheme "javascript"`},
		{"javascript as autolink", "<javascript:alert(1)>", `has the scheme "javascript"`},
		{"javascript by reference", "[x]\n\n[x]: javascript:alert(1)", `has the scheme "javascript"`},
		{"data", "[x](data:text/html,hi)", `has the scheme "data"`},
		{"ftp", "<ftp://files.example/a>", `has the scheme "ftp"`},
		{"relative", "[x](/about)", "is not a whole address"},
		{"fragment", "[x](#top)", "is not a whole address"},
		{"no host", "[x](https:///a)", "names no host"},
		{"not an address", "[x](https://a:b)", "is not a valid address"},
		{"empty mailto", "[x](mailto:)", "names no one"},
		{"no text", "a\n[](https://a.example)", "2: the link to \"https://a.example\" has no text"},
		{"image as text", "[![](bridge.jpg)](https://a.example)", ""},
		{"mailto and tel", "[x](mailto:a@b.example) [y](tel:+44163296) <https://c.example>", ""},
		{"control character", "a\nb\x01", "2: the text holds the control character U+0001"},
		{"no character", "a\uFFFE", "1: the text holds the control character U+FFFE"},
		{"invalid UTF-8", "a\xffb", "0: the text is not valid UTF-8"},
		{"nested 16", strings.Repeat(">", 16) + "a", ""},
		{"nested 15 and 1", strings.Repeat(">", 15) + "*a*", ""},
		{"nested 17", strings.Repeat(">", 17) + "a", "1: the text is nested more than 16 deep"},
		{"markers 100", strings.Repeat(">", 100) + "a", "nested more than 16 deep"},
		{"markers 101", "\n" + strings.Repeat("> ", 101) + "a", "2: the line opens with more than 100"},
		{"numbers 101", strings.Repeat("1. ", 101) + "a", "1: the line opens with more than 100"},
		{"links 999", strings.Repeat("[a](https://b.example) ", 999), ""},
		{"links 1000", strings.Repeat("[a](https://b.example) ", 1000), ""},
		{"links 1001", strings.Repeat("[a](https://b.example) ", 1001), "holds 1001 links and images, the limit is 1000"},
		{"references 1000", strings.Repeat("[a] ", 1000) + "\n\n[a]: https://b.example", ""},
		{"references 1001", strings.Repeat("[a] ", 1001) + "\n\n[a]: https://b.example", "holds 1001 links and images"},
		{"address 1999", "<https://b.example/" + strings.Repeat("c", 1999-18) + ">", ""},
		{"address 2000", "<https://b.example/" + strings.Repeat("c", 2000-18) + ">", ""},
		{"address 2001", "<https://b.example/" + strings.Repeat("c", 2001-18) + ">", "ccc…\" is longer than 2000 bytes"},
		{"cells 99900", "|a|\n|-|\n" + strings.Repeat("a\n", 33_298), ""},
		{"cells 99999", "|a|\n|-|\n" + strings.Repeat("a\n", 33_331), ""},
		{"cells 100002", "|a|\n|-|\n" + strings.Repeat("a\n", 33_332), "a table of 100002 cells, the limit is 100000"},
		{"cells 100000", strings.Repeat("|", 9999) + strings.Repeat("\n", 10), ""},
		{"no table", strings.Repeat("a\n", 100_001), ""},
		{"emphases 9999", strings.Repeat("*a ", 9_999), ""},
		{"emphases 10000", strings.Repeat("*a ", 10_000), ""},
		{"emphases 10001", strings.Repeat("*a ", 10_001), "holds 10001 marks of emphasis, the limit is 10000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var said []string
			for _, p := range Check(tc.body, assets) {
				if p.Field != "body" || p.Try == "" {
					t.Errorf("problem without field or remedy: %+v", p)
				}
				said = append(said, fmt.Sprintf("%d: %s", p.Line, p.Says))
			}
			got := strings.Join(said, "\n")
			if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("Check says %q, want %q", got, tc.want)
			}
		})
	}
}

func TestCheckStopsAtMaxProblems(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{MaxProblems - 1: MaxProblems - 1, MaxProblems: MaxProblems, MaxProblems + 1: MaxProblems} {
		if got := len(Check(strings.Repeat("<br>\n", n), nil)); n > 1 && got != 1 {
			t.Errorf("one HTML block gives %d problems", got)
		}
		if got := len(Check(strings.Repeat("a <br>\n", n), nil)); got != want {
			t.Errorf("%d faults give %d problems, want %d", n, got, want)
		}
		if got := len(Check(strings.Repeat("\x02", n), nil)); got != want {
			t.Errorf("%d control characters give %d problems, want %d", n, got, want)
		}
	}
}
