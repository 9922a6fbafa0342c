package main

import (
	"bytes"
	"testing"

	"clarion/api"
)

// TestRendering shows what readers will see before the documents, and nothing
// that a terminal can't.
func TestRendering(t *testing.T) {
	t.Parallel()
	image := api.Document{Name: "media/1", MediaType: "image/jpeg", Base64: []byte{0xff, 0xd8, 0x1b}}
	post := api.Document{Name: "post/1", MediaType: "application/json", Text: `{"text":"Otters"}`}
	previews := []api.Preview{{
		Text: "Otters\n", Length: 6, Limit: 300, Language: "en", Warning: "animals", Images: []api.PreviewImage{{Alt: "An otter"}}, Card: "https://h.example/",
	}}
	const heading = "== post 1 of 1, 6 of 300, in en\n[behind the warning: animals]\nOtters\n[image: An otter]\n[card of https://h.example/]\n"
	for name, c := range map[string]struct {
		r    api.Rendering
		f    showFlags
		want string
	}{
		"previews and one document": {api.Rendering{Previews: previews, Documents: []api.Document{post}}, showFlags{}, heading + "== post/1 (application/json)\n{\"text\":\"Otters\"}\n"},
		"an image among them": {
			api.Rendering{Documents: []api.Document{image, post}}, showFlags{},
			"== media/1 (image/jpeg)\n[3 bytes that are no text; --document media/1 --out FILE writes them to a file]\n== post/1 (application/json)\n{\"text\":\"Otters\"}\n",
		},
		"one document":             {api.Rendering{Documents: []api.Document{post}}, showFlags{}, post.Text},
		"one of several":           {api.Rendering{Previews: previews, Documents: []api.Document{image, post}}, showFlags{document: "post/1"}, post.Text},
		"the image, byte for byte": {api.Rendering{Documents: []api.Document{image, post}}, showFlags{document: "media/1", raw: true}, "\xff\xd8\x1b"},
	} {
		var out bytes.Buffer
		if err := (&cli{out: &out}).rendering(c.r, c.f); err != nil || out.String() != c.want {
			t.Errorf("%s: got %q, %v; want %q", name, out.String(), err, c.want)
		}
	}
}
