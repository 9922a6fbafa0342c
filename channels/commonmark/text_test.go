package commonmark

import "testing"

func TestReleaseAsText(t *testing.T) {
	t.Parallel()
	golden(t, "release.txt", Text(release(t), assets))
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"empty", "", ""},
		{"paragraph is one line", "a\nb\n\nc", "a b\n\nc"},
		{"hard break", "a\\\nb", "a\nb"},
		{"link", "see [the map](https://a.example/b) now", "see the map (https://a.example/b) now"},
		{"link is its own text", "[https://a.example](https://a.example/)", "https://a.example"},
		{"mailto", "[write](mailto:a@b.example) [a@b.example](mailto:a@b.example)", "write (a@b.example) a@b.example"},
		{"bad link", "[a](javascript:b)", "a"},
		{"escapes", `\*a\* \&amp; &amp; &copy; &#65;`, "*a* &amp; & © A"},
		{"code", "`a  &amp; \\*`", `a  &amp; \*`},
		{"emphasis", "a *b* **c** ~~d~~", "a b c ~~d~~"},
		{"image", "![own](bridge.jpg) ![](bridge.jpg)", `own The "new" bridge`},
		{"tight list", "- a\n- b\n  - c\n", "- a\n- b\n  - c"},
		{"loose list", "1. a\n\n   b\n2. c\n", "1. a\n\n   b\n\n2. c"},
		{"empty item", "-\n- a", "-\n- a"},
		{"quote", "> a\n>\n> b", "> a\n>\n> b"},
		{"table", "|a|b|\n|-|-|\n|c|d|", "a | b\nc | d"},
		{"code block", "```go\na\n\n  b\n```", "    a\n\n      b"},
		{"raw HTML is text", "a <b>c</b>\n\n<div>\n", "a <b>c</b>\n\n<div>"},
		{"control characters go", "a\x01&#2;b", "ab"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Text(tc.body, assets); got != tc.want {
				t.Errorf("Text of %q:\n%q\nwant\n%q", tc.body, got, tc.want)
			}
		})
	}
}
