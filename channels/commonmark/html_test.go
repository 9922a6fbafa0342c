package commonmark

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"clarion/channels"
)

func release(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/release.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReleaseAsHTML(t *testing.T) {
	t.Parallel()
	golden(t, "release.html", markup(t, release(t)))
}

func TestHTML(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"raw block is shown", "<script>alert(1)\n</script>", "<pre>&lt;script&gt;alert(1)\n&lt;/script&gt;</pre>\n"},
		{"raw inline is shown", "a <b onclick=x>", "<p>a &lt;b onclick=x&gt;</p>\n"},
		{"bad link keeps its text", "[a *b*](javascript:c)", "<p>a <em>b</em></p>\n"},
		{"bad autolink keeps its text", "<data:text/html,x>", "<p>data:text/html,x</p>\n"},
		{"unknown image keeps its description", "![a](https://evil.example/b.png)", "<p>a</p>\n"},
		{"headings from h2", "# a\n\n### b", "<h2>a</h2>\n<h4>b</h4>\n"},
		{"headings are raised", "### a\n\n#### b", "<h2>a</h2>\n<h3>b</h3>\n"},
		{"headings end at h6", "# a\n\n###### b", "<h2>a</h2>\n<h6>b</h6>\n"},
		{"control characters go", "a\x01b &#1; c", "<p>ab  c</p>\n"},
		{"a link's quotes", `[a](https://b.example/"onclick=c)`, `<p><a href="https://b.example/%22onclick=c">a</a></p>` + "\n"},
		{
			"a bare address", "see https://b.example/a_(b)?c=d#e, and (https://b.example)",
			`<p>see <a href="https://b.example/a_(b)?c=d#e">https://b.example/a_(b)?c=d#e</a>, and (<a href="https://b.example">https://b.example</a>)</p>` + "\n",
		},
		{
			"a bare address in Arabic", "https://b.example/خريطة?q=1",
			`<p><a href="https://b.example/%D8%AE%D8%B1%D9%8A%D8%B7%D8%A9?q=1">https://b.example/خريطة?q=1</a></p>` + "\n",
		},
		{
			"a bare address with an umlaut", "https://bücher.example/straße.",
			`<p><a href="https://b%C3%BCcher.example/stra%C3%9Fe">https://bücher.example/straße</a>.</p>` + "\n",
		},
		{
			"a bare address within Japanese", "https://b.example/aをご覧ください",
			`<p><a href="https://b.example/a">https://b.example/a</a>をご覧ください</p>` + "\n",
		},
		{"too long an address", "[a](https://b.example/" + strings.Repeat("c", MaxAddress) + ")", "<p>a</p>\n"},
		{"out of bounds", strings.Repeat(">", 101) + "<b>", "<pre><code>" + strings.Repeat("&gt;", 101) + "&lt;b&gt;</code></pre>\n"},
		{"the body's direction is not repeated", "مرحبا\n\nאב", "<p>مرحبا</p>\n<p>אב</p>\n"},
		{"an Arabic paragraph in English", "Hello there everyone\n\nمرحبا Car", `<p>Hello there everyone</p>` + "\n" + `<p dir="rtl">مرحبا Car</p>` + "\n"},
		{"a Latin name opens an Arabic paragraph", "Cardiff مرحبا بكم اليوم", "<p>Cardiff مرحبا بكم اليوم</p>\n"},
		{"an English paragraph in Arabic", "مرحبا بكم اليوم\n\nHello", `<p>مرحبا بكم اليوم</p>` + "\n" + `<p dir="ltr">Hello</p>` + "\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := markup(t, tc.body); got != tc.want {
				t.Errorf("HTML of %q:\n%s\nwant\n%s", tc.body, got, tc.want)
			}
		})
	}
}

func TestHTMLBelow(t *testing.T) {
	t.Parallel()
	parts := HTMLBelow(2, "# a\n\n## b", nil, address)
	if got, want := string(parts[0].Literal), "<h3>a</h3>\n<h4>b</h4>\n"; len(parts) != 1 || got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestImageIsAPart(t *testing.T) {
	t.Parallel()
	parts := HTML("a ![b](bridge.jpg) c", assets, address)
	if len(parts) != 3 || parts[1].Slot != channels.AssetAddress || parts[1].Arg != bridge.SHA256 {
		t.Errorf("parts %+v, want literal, asset address, literal", parts)
	}
}

// FuzzHTML holds any body to the promises of the package comment.
func FuzzHTML(f *testing.F) {
	f.Add(release(f))
	for _, s := range []string{
		"", "<script>x</script>", "[a](javascript:b)", "![a](https://evil.example/b)", "<img src=x onerror=y>",
		"![<script>](bridge.jpg)", "\xff\x00&#0;&#1;", "[a]: b\n[a]", "> - 1. *_a_*", "|a|\n|-|\n|<b>|", "``` \"onclick=x\na",
		"](" + strings.Repeat(">", 120), "[a](https://b.example/\"onmouseover=\"c)", "<a\nb>", "&#xD800;&#x110000;",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		Check(body, assets)
		if strings.ContainsFunc(Text(body, assets), func(r rune) bool { return !legal(r) }) {
			t.Error("text holds an illegal character")
		}
		got := markup(t, body)
		if got != markup(t, body) {
			t.Error("two renderings differ")
		}
		if strings.ContainsFunc(got, func(r rune) bool { return !legal(r) }) {
			t.Error("HTML holds an illegal character")
		}
		inspect(t, got)
	})
}

// inspect reads HTML as a browser does and refuses what could do harm.
func inspect(t *testing.T, markup string) {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(markup), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range nodes {
		for n := range root.Descendants() {
			if n.Type == html.ElementNode {
				inspectElement(t, n)
			}
			if n.Type == html.CommentNode {
				t.Errorf("comment %q", n.Data)
			}
		}
	}
}

func inspectElement(t *testing.T, n *html.Node) {
	t.Helper()
	allowed := strings.Fields(`html head body a blockquote br code del em h2 h3 h4 h5 h6 hr img li ol p pre strong
		table tbody td th thead tr ul`)
	if !slices.Contains(allowed, n.Data) {
		t.Errorf("element <%s>", n.Data)
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "alt", "width", "height", "class", "start", "dir":
		case "src":
			if !strings.HasPrefix(a.Val, "https://news.example/assets/") {
				t.Errorf("foreign src %q", a.Val)
			}
		case "href":
			if _, err := target(a.Val); err != nil {
				t.Errorf("href %q %v", a.Val, err)
			}
		default:
			t.Errorf("attribute %s=%q", a.Key, a.Val)
		}
	}
}
