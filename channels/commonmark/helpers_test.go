package commonmark

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	bridge = channels.Asset{
		Name: "bridge.jpg", Alt: `The "new" bridge`, MediaType: "image/jpeg",
		SHA256: strings.Repeat("a", 64), Size: 1000, Width: 640, Height: 480,
	}
	photo = channels.Asset{
		Name: "my photo.png", MediaType: "image/png",
		SHA256: strings.Repeat("b", 64), Size: 2000, Width: 320, Height: 200,
	}
	report = channels.Asset{
		Name: "report.pdf", MediaType: "application/pdf",
		SHA256: strings.Repeat("c", 64), Size: 3000,
	}
	assets = []channels.Asset{bridge, photo, report}
)

func address(a channels.Asset) channels.Part {
	return channels.Part{Slot: channels.AssetAddress, Arg: a.SHA256, Form: channels.HTML}
}

// markup fills the images of a body with addresses on news.example.
func markup(t testing.TB, body string) string {
	t.Helper()
	d := channels.Document{Name: "body", Parts: HTML(body, assets, address)}
	b, err := d.Fill(channels.Values{AssetBase: "https://news.example/assets/"})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}
