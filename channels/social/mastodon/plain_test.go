package mastodon

import (
	"slices"
	"testing"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                      "",
		"<p>a</p><p>b<br>c":     "a b c",
		"&lt;b&gt; &amp; &#39;": "<b> & '",
		`<p><span class="h-card"><a href="https://e.example/@a" class="u-url mention">@<span>a</span></a></span> hello</p>`:                      "@a hello",
		`<a href="x"><span class="invisible">https://</span><span class="ellipsis">example.org/long</span><span class="invisible">er</span></a>`: "https://example.org/longer",
		"<p>a<!-- b --></p>": "a",
		"<p":                 "",
		"e\u0301":            "é",
	} {
		if got := plain(content); !sameText(got.text, want) {
			t.Errorf("%q: %q, want %q", content, got.text, want)
		}
	}
	if got := plain(`<a href="https://a.example/?b=1&amp;c">x</a><a>y</a><img src="z">`).links; !slices.Equal(got, []string{"https://a.example/?b=1&c"}) {
		t.Errorf("%q", got)
	}
}
