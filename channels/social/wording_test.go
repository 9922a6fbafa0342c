package social_test

import (
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/social"
)

func TestWording(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		post        channels.Post
		field, text string
	}{
		{channels.Post{}, "title", ""},
		{channels.Post{Title: " Title\r\n"}, "title", "Title"},
		{channels.Post{Title: "Title", Summary: "In\r\nshort"}, "summary", "Title\n\nIn\nshort"},
		{channels.Post{Title: "Title", Variant: channels.Variant{Title: "Own", Summary: "Mine"}}, "summary", "Own\n\nMine"},
		{channels.Post{Title: "Title", Variant: channels.Variant{Title: " "}}, "title", "Title"},
		{channels.Post{Title: "Title", Variant: channels.Variant{Text: "All of it\n"}}, "variant.text", "All of it"},
	} {
		if field, text := social.Wording(test.post); field != test.field || text != test.text {
			t.Errorf("%+v: %s %q", test.post, field, text)
		}
	}
}

func TestUnfit(t *testing.T) {
	t.Parallel()
	for text, bad := range map[string]bool{
		"": true, "ok": false, "a\nb\tc": false, "a\x00": true, "\xff": true, "a\u0085b": true, "\u202eevil": false, "e\u0301 ☕ 图": false,
	} {
		p, got := social.Unfit("title", text)
		if got != bad || bad && (p.Field != "title" || p.Says == "" || p.Try == "") {
			t.Errorf("%q: %t %+v", text, got, p)
		}
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	const limit = 10
	image := func(alt string) channels.Asset { return channels.Asset{Name: "a.png", Alt: alt, Width: 1, Height: 1} }
	for _, test := range []struct {
		name  string
		alt   string
		limit int
		says  string
	}{
		{"without", " ", limit, "the image has no description"},
		{"below", strings.Repeat("ŵ", limit-1), limit, ""},
		{"at", strings.Repeat("ŵ", limit), limit, ""},
		{"above", strings.Repeat("ŵ", limit+1), limit, "the image's description has 11 characters, the limit is 10"},
		{"no limit", strings.Repeat("x", 100_000), 0, ""},
		{"control", "a\x07", limit, "the image's description holds a control character or is not UTF-8"},
	} {
		post := channels.Post{Assets: []channels.Asset{{Name: "plan.pdf"}, image(test.alt)}}
		images, problems := social.Images(post, test.limit)
		switch {
		case len(images) != 1 || images[0].Name != "a.png":
			t.Errorf("%s: images %+v", test.name, images)
		case test.says == "" && len(problems) > 0:
			t.Errorf("%s: %+v", test.name, problems)
		case test.says != "" && (len(problems) != 1 || problems[0].Says != test.says || problems[0].Field != "assets[a.png]"):
			t.Errorf("%s: %+v", test.name, problems)
		}
	}
}

func TestOpening(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		post channels.Post
		want string
	}{
		{channels.Post{Language: "en"}, ""},
		{channels.Post{Language: "en-GB", Corrects: "x"}, "Correction: "},
		{channels.Post{Language: "en", Corrects: "x", Action: channels.Reply}, "Correction: "},
		{channels.Post{Language: "en", Corrects: "x", Action: channels.Edit}, "Corrected: "},
		{channels.Post{Language: "en", Withdraws: "x", Action: channels.Reply}, "Withdrawn: "},
		{channels.Post{Language: "en", Withdraws: "x", Action: channels.Delete}, ""},
		{channels.Post{Language: "CY-gb", Corrects: "x"}, "Cywiriad: "},
		{channels.Post{Language: "ar", Withdraws: "x"}, "سُحب: "},
		{channels.Post{Language: "fr", Withdraws: "x"}, "Withdrawn: "},
	} {
		if got := social.Opening(test.post); got != test.want {
			t.Errorf("%+v: %q", test.post, got)
		}
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	if at, err := social.Expiry("k", ""); err != nil || !at.IsZero() {
		t.Errorf("empty: %v %v", at, err)
	}
	if at, err := social.Expiry("k", "2027-05-01"); err != nil || !at.Equal(time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%v %v", at, err)
	}
	for _, bad := range []string{"tomorrow", "2027-02-30", "01/05/2027", "2027-05-01T00:00:00Z", "0001-01-01", "1999-12-31"} {
		if _, err := social.Expiry("k", bad); !names(err, "k") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"": time.Minute, "1s": time.Second, "1h": time.Hour, "90s": 90 * time.Second,
		"999ms": -1, "1h0m1s": -1, "-1m": -1, "60": -1, "soon": -1,
	} {
		got, err := social.Settle("settle_after", value)
		if want < 0 && !names(err, "settle_after") || want >= 0 && (err != nil || got != want) {
			t.Errorf("%q: %s %v", value, got, err)
		}
	}
}

func names(err error, key string) bool {
	fault, ok := err.(*channels.SettingError) //nolint:errorlint // it is documented as being one
	return ok && fault.Key == key && fault.Says != "" && fault.Try != ""
}
