package email

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

var update = flag.Bool("update", false, "write the golden files anew")

// files are the contents of the table's assets.
var files = map[string]string{
	"bridge.png":    "\x89PNG a picture of a bridge, as far as a test cares",
	"plan.pdf":      "%PDF " + strings.Repeat("a plan of the bridge. ", 20),
	"cynllun ŵ.csv": "pont,dyddiad\r\nY bont,2027-05-01\r\n",
}

func asset(name, mediaType string, width int) channels.Asset {
	sum := sha256.Sum256([]byte(files[name]))
	return channels.Asset{
		Name: name, MediaType: mediaType, Alt: "The new bridge", SHA256: hex.EncodeToString(sum[:]),
		Size: int64(len(files[name])), Width: width, Height: width,
	}
}

// content reads an asset of the table (Values.Asset).
func content(sum string) ([]byte, error) {
	for _, text := range files {
		if s := sha256.Sum256([]byte(text)); hex.EncodeToString(s[:]) == sum {
			return []byte(text), nil
		}
	}
	return nil, os.ErrNotExist
}

// posts is the table of golden mails.
func posts() map[string]channels.Post {
	full := plain()
	full.Title = "“Bridge” opens: café on deck – ☕ – and a title that is long enough to need more than one line of a header"
	full.Summary = "Open to everyone from today."
	full.Body = "# Open\n\nThe *bridge* is **open**, see [the map](https://maps.example.org/?a=1&b=2).\n\n![The new bridge](bridge.png)\n\n- one\n- two\n"
	full.Notes = "## Figures\n\n1. It is 300 m long.\n2. It cost less."
	full.Contact = "Press desk\n+44 20 0000 0000"
	full.HasPage = true
	full.Embargo = time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)
	full.Corrects = "Bridge opens <soon>"
	full.Assets = []channels.Asset{asset("bridge.png", "image/png", 800), asset("plan.pdf", "application/pdf", 0), asset("cynllun ŵ.csv", "text/csv; charset=utf-8", 0)}

	welsh := full
	welsh.Title, welsh.Language, welsh.Body = "Mae’r bont ar agor", "cy", "Mae’r bont ar agor i bawb."
	welsh.Assets = full.Assets[1:2]

	arabic := plain()
	arabic.Title, arabic.Language, arabic.Body = "افتتاح الجسر", "ar", "الجسر مفتوح للجميع."

	pictured := plain()
	pictured.Body, pictured.Assets = "![](bridge.png) and again ![](bridge.png)", full.Assets[:1]

	variant := plain()
	variant.Variant = channels.Variant{Title: "For mail readers", Summary: "In short", Text: "Dear reader,\n\nthe bridge is open."}
	variant.Audiences = append(variant.Audiences, channels.Audience{Name: "press", Title: "Press"})

	withdrawn, withdrawnWelsh, withdrawnArabic := plain(), plain(), plain()
	withdrawn.Title, withdrawn.Withdraws = "About the bridge", "Bridge opens <soon>"
	withdrawn.Body, withdrawn.HasPage = "It does *not* open.", true
	withdrawnWelsh.Title, withdrawnWelsh.Language, withdrawnWelsh.Withdraws = "Am y bont", "cy", "Mae’r bont ar agor"
	withdrawnArabic.Title, withdrawnArabic.Language, withdrawnArabic.Withdraws = "الجسر مغلق", "ar", arabic.Title

	return map[string]channels.Post{
		"withdrawn": withdrawn, "withdrawn-welsh": withdrawnWelsh, "withdrawn-right-to-left": withdrawnArabic,
		"plain": plain(), "full": full, "welsh": welsh, "right-to-left": arabic, "image": pictured, "variant": variant,
	}
}

// filled is a whole mail for one recipient.
func filled(t testing.TB, r channels.Rendering, v channels.Values) string {
	t.Helper()
	doc, ok := r.Document(document)
	if !ok {
		t.Fatal("no mail in the rendering")
	}
	v.Asset = content
	mail, err := doc.Fill(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(mail)
}

func TestGolden(t *testing.T) {
	t.Parallel()
	set := base("127.0.0.1:25")
	set.ReplyTo = "Press desk <desk@example.org>"
	ch := open(t, set)
	for name, post := range posts() {
		r := rendered(t, ch, post)
		if again := rendered(t, ch, post); channels.Digest(again.Marshal()) != channels.Digest(r.Marshal()) {
			t.Errorf("%s: two renderings differ", name)
		}
		if _, err := channels.UnmarshalRendering(r.Marshal()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := filled(t, r, values("ada@example.com"))
		file := filepath.Join("testdata", name+".eml")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
