package channels

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyRendering draws renderings as adapters make them: a literal has no Arg, a
// slot no Literal.
func anyRendering() *rapid.Generator[Rendering] {
	part := rapid.Custom(func(t *rapid.T) Part {
		p := Part{
			Slot: Slot(rapid.IntRange(0, int(endOfSlots)-1).Draw(t, "slot")),
			Form: Form(rapid.IntRange(0, int(endOfForms)-1).Draw(t, "form")),
		}
		if p.Slot == NoSlot {
			p.Literal = rapid.SliceOf(rapid.Byte()).Draw(t, "literal")
		} else {
			p.Arg = rapid.String().Draw(t, "arg")
		}
		return p
	})
	document := rapid.Custom(func(t *rapid.T) Document {
		return Document{
			Name:      rapid.String().Draw(t, "name"),
			MediaType: rapid.String().Draw(t, "media type"),
			Parts:     rapid.SliceOfN(part, 1, 6).Draw(t, "parts"),
		}
	})
	return rapid.Custom(func(t *rapid.T) Rendering {
		return Rendering{Documents: rapid.SliceOfN(document, 1, 4).Draw(t, "documents")}
	})
}

func TestRenderingRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := anyRendering().Draw(t, "rendering")
		got, err := UnmarshalRendering(want.Marshal())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
	})
}

func TestRenderingOtherBytesAreRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stored := anyRendering().Draw(t, "rendering").Marshal()
		at := rapid.IntRange(0, len(stored)-1).Draw(t, "at")
		if _, err := UnmarshalRendering(stored[:at]); err == nil {
			t.Fatalf("cut at %d of %d: accepted", at, len(stored))
		}
		if _, err := UnmarshalRendering(append(bytes.Clone(stored), 0)); err == nil {
			t.Fatal("a byte after the end: accepted")
		}
		changed := bytes.Clone(stored)
		changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if r, err := UnmarshalRendering(changed); err == nil && !bytes.Equal(r.Marshal(), changed) {
			t.Fatalf("byte %d changed: read as another rendering", at)
		}
	})
}

func TestRenderingRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ stored, says string }{
		"nothing":             {"", "not a rendering of version 1"},
		"another version":     {"clarion rendering 2\n\x00", "not a rendering of version 1"},
		"no count":            {renderingMagic, "bad length"},
		"an overlong count":   {renderingMagic + "\x80\x00", "not in canonical form"},
		"an unending count":   {renderingMagic + strings.Repeat("\xff", 11), "bad length"},
		"a name cut short":    {renderingMagic + "\x01\x05abc", "cut short"},
		"a part cut short":    {renderingMagic + "\x01\x00\x00\x01\x00", "cut short"},
		"an unknown slot":     {renderingMagic + "\x01\x00\x00\x01" + string([]byte{byte(endOfSlots), 0, 0}), "unknown slot"},
		"an unknown form":     {renderingMagic + "\x01\x00\x00\x01" + string([]byte{0, byte(endOfForms), 0}), "unknown slot"},
		"bytes after the end": {renderingMagic + "\x00\x00", "after the end"},
	}
	for name, test := range tests {
		_, err := UnmarshalRendering([]byte(test.stored))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
	}
}

func TestRenderingLimits(t *testing.T) {
	t.Parallel()
	documents := func(n int) Rendering { return Rendering{Documents: make([]Document, n)} }
	parts := func(n int) Rendering { return Rendering{Documents: []Document{{Parts: make([]Part, n)}}} }
	size := func(n int) Rendering {
		literal := n - len(sized(0).Marshal()) - binary.PutUvarint(make([]byte, 8), uint64(n)) + 1
		return sized(literal)
	}
	tests := []struct {
		name  string
		make  func(int) Rendering
		limit int
	}{{"documents", documents, MaxDocuments}, {"parts", parts, MaxParts}, {"bytes", size, MaxRendering}}
	for _, test := range tests {
		for delta, ok := range map[int]bool{-1: true, 0: true, 1: false} {
			_, err := UnmarshalRendering(test.make(test.limit + delta).Marshal())
			if (err == nil) != ok {
				t.Errorf("%d %s: got %v, want accepted = %t", test.limit+delta, test.name, err, ok)
			}
		}
	}
	if n := len(size(MaxRendering).Marshal()); n != MaxRendering {
		t.Errorf("the rendering at the limit has %d bytes", n)
	}
}

func sized(literal int) Rendering {
	return Rendering{Documents: []Document{{Parts: []Part{{Literal: make([]byte, literal)}}}}}
}

// everyPart holds each slot and each form, with text that looks like a slot. A
// new slot or form takes the next number and no place here.
func everyPart() Rendering {
	d := Document{Name: "golden", MediaType: "text/plain; charset=utf-8"}
	for s := NoSlot; s <= AssetContent; s++ {
		d.Parts = append(d.Parts, Part{Literal: []byte("{{" + s.String() + "}} é \x00\x01")})
		if s != NoSlot {
			d.Parts = append(d.Parts, Part{Slot: s, Arg: strings.Repeat("a", int(s))})
		}
	}
	for f := Plain; f <= Phrase; f++ {
		d.Parts = append(d.Parts, Part{Slot: PageAddress, Form: f})
	}
	return Rendering{Documents: []Document{d, {Name: "empty"}}}
}

// The digest of a rendering that was approved must be the same for ever: if
// this test fails, the encoding or the number of a slot or form has changed.
func TestRenderingGoldenDigest(t *testing.T) {
	t.Parallel()
	const want = "7b958fb962ff41cd5c4c8f3668e47326ec213870e6c9868afa6fcab54d4f49ad"
	if got := Digest(everyPart().Marshal()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	const empty = "dbde5e729c496797d280687d25dd7cdecf83c62bdc9b51802204b7d22b1cea92"
	if got := Digest(Rendering{}.Marshal()); got != empty {
		t.Errorf("the empty rendering: got %s, want %s", got, empty)
	}
}

func TestRenderingDigestCoversEverySlot(t *testing.T) {
	t.Parallel()
	base := func() Rendering {
		return Rendering{Documents: []Document{{Name: "post", MediaType: "text/plain", Parts: []Part{
			{Literal: []byte("ab")}, {Slot: MediaID, Arg: "1", Form: Plain}, {Slot: PageAddress},
		}}}}
	}
	want := Digest(base().Marshal())
	changes := map[string]func(d *Document){
		"literal":    func(d *Document) { d.Parts[0].Literal = []byte("ac") },
		"type":       func(d *Document) { d.Parts[1].Slot = AssetAddress },
		"argument":   func(d *Document) { d.Parts[1].Arg = "2" },
		"form":       func(d *Document) { d.Parts[1].Form = JSON },
		"position":   func(d *Document) { d.Parts[1], d.Parts[2] = d.Parts[2], d.Parts[1] },
		"name":       func(d *Document) { d.Name = "page" },
		"media type": func(d *Document) { d.MediaType = "text/html" },
	}
	for name, change := range changes {
		r := base()
		change(&r.Documents[0])
		if Digest(r.Marshal()) == want {
			t.Errorf("another %s has the same digest", name)
		}
	}
	r := base()
	r.Length = 99
	if Digest(r.Marshal()) != want {
		t.Error("the length is part of the digest")
	}
}

func TestRenderingAuthorTextFormsNoSlot(t *testing.T) {
	t.Parallel()
	slot := Rendering{Documents: []Document{{Parts: []Part{{Slot: UnsubscribeLink, Form: HTML}}}}}
	author := slot.Marshal()
	stored := Rendering{Documents: []Document{{Parts: []Part{{Literal: author}}}}}.Marshal()
	r, err := UnmarshalRendering(stored)
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Documents[0].Parts; len(p) != 1 || p[0].Slot != NoSlot || !bytes.Equal(p[0].Literal, author) {
		t.Errorf("got %+v", p)
	}
}

func TestRenderingLookUps(t *testing.T) {
	t.Parallel()
	r := Rendering{Documents: []Document{
		{Name: "page", Parts: []Part{{Slot: AssetAddress, Arg: "b"}, {Literal: []byte("x")}, {Slot: PageAddress, Arg: "no asset"}}},
		{Name: "mail", Parts: []Part{{Slot: AssetContent, Arg: "a"}, {Slot: MediaID, Arg: "b"}}},
	}}
	if got := r.Assets(); !reflect.DeepEqual(got, []string{"b", "a"}) {
		t.Errorf("assets: got %q", got)
	}
	if d, ok := r.Document("mail"); !ok || d.Name != "mail" {
		t.Errorf("mail: got %q, %t", d.Name, ok)
	}
	if _, ok := r.Document("rss"); ok {
		t.Error("found a document that is not there")
	}
}

func FuzzUnmarshalRendering(f *testing.F) {
	f.Add(Rendering{}.Marshal())
	f.Add(everyPart().Marshal())
	f.Add([]byte(renderingMagic + "\x80\x00"))
	f.Add([]byte(renderingMagic + "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, stored []byte) {
		r, err := UnmarshalRendering(stored)
		if err == nil && !bytes.Equal(r.Marshal(), stored) {
			t.Error("accepted bytes that Marshal does not write")
		}
	})
}
