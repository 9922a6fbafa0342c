package channels

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
)

const hostile = "O\u2019Neill <a href=\"x\">\u00e9 & 'b' =3D .\t--"

// fullValues gives each slot a value of its own, with markup in each text.
func fullValues() Values {
	at := time.Date(2027, time.May, 1, 8, 0, 5, 0, time.UTC)
	return Values{
		RecipientName: "name " + hostile, RecipientAddress: "address " + hostile, UnsubscribeLink: "link " + hostile,
		MessageID: "id " + hostile, PublishedAt: at, UpdatedAt: at.Add(time.Hour), PageAddress: "page " + hostile,
		EntryID: "entry " + hostile, OccurrenceDate: at.Add(2 * time.Hour), ParentPost: "parent " + hostile,
		ParentHash: "parent hash " + hostile, RootPost: "root " + hostile, RootHash: "root hash " + hostile,
		MediaIDs: map[string]string{"sum": "media " + hostile}, AssetBase: "base " + hostile,
		Asset: func(sum string) ([]byte, error) { return []byte("content of " + sum + hostile), nil },
	}
}

// textOf lists what each slot that is a text must give.
func textOf(v Values) map[Slot]string {
	return map[Slot]string{
		RecipientName: v.RecipientName, RecipientAddress: v.RecipientAddress, UnsubscribeLink: v.UnsubscribeLink,
		MessageID: v.MessageID, PageAddress: v.PageAddress, EntryID: v.EntryID, ParentPost: v.ParentPost,
		ParentHash: v.ParentHash, RootPost: v.RootPost, RootHash: v.RootHash,
		MediaID: "media " + hostile, AssetAddress: "base " + hostile + "sum", AssetContent: "content of sum" + hostile,
	}
}

// undo reads a form back with a decoder that is not ours.
func undo(form Form, written []byte) (string, error) {
	text := string(written)
	switch form {
	case HTML:
		return html.UnescapeString(text), nil
	case XML:
		return xmlText(text)
	case JSON:
		var s string
		err := json.Unmarshal([]byte(`"`+text+`"`), &s)
		return s, err
	case QuotedPrint, HTMLQuoted:
		raw, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text)))
		if form == HTMLQuoted {
			return html.UnescapeString(string(raw)), err
		}
		return string(raw), err
	case Header:
		return new(mime.WordDecoder).DecodeHeader(text)
	case Phrase:
		address, err := mail.ParseAddress(strings.ReplaceAll(text, "\r\n ", " ") + " <someone@example.org>")
		if err != nil {
			return "", err
		}
		return address.Name, nil
	case Base64Lines:
		raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\r\n", ""))
		return string(raw), err
	default:
		return text, nil
	}
}

func TestEverySlotInEveryForm(t *testing.T) {
	t.Parallel()
	v := fullValues()
	texts := textOf(v)
	for s := NoSlot + 1; s < endOfSlots; s++ {
		for f := range endOfForms {
			got, err := Document{Name: "d", Parts: []Part{{Slot: s, Arg: "sum", Form: f}}}.Fill(v)
			want, isText := texts[s]
			if isText == f.ofInstant() {
				if err == nil {
					t.Errorf("%s in form %d: filled with %q", s, f, got)
				}
				continue
			}
			if err != nil || !isText {
				if err != nil || len(got) == 0 {
					t.Errorf("%s in form %d: %v", s, f, err)
				}
				continue
			}
			if f == Header || f == Phrase { // a header has no tab
				want = strings.ReplaceAll(want, "\t", " ")
			}
			if back, err := undo(f, got); err != nil || back != want {
				t.Errorf("%s in form %d: %q reads as %q, %v; want %q", s, f, got, back, err, want)
			}
		}
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	v := fullValues()
	tests := []struct {
		slot Slot
		form Form
		zone *time.Location
		want string
	}{
		{PublishedAt, TimeRFC3339, nil, "2027-05-01T08:00:05Z"},
		{PublishedAt, TimeRFC3339, london, "2027-05-01T09:00:05+01:00"},
		{UpdatedAt, TimeRFC5322, nil, "Sat, 01 May 2027 09:00:05 +0000"},
		{UpdatedAt, TimeRFC5322, london, "Sat, 01 May 2027 10:00:05 +0100"},
		{OccurrenceDate, TimeLong, london, "1 May 2027, 11:00 BST"},
		{OccurrenceDate, TimeLongWelsh, london, "1 Mai 2027, 11:00 BST"},
		{PublishedAt, TimeISOMinute, nil, "2027-05-01 08:00 UTC"},
	}
	for _, test := range tests {
		v.Zone = test.zone
		got, err := Document{Parts: []Part{{Slot: test.slot, Form: test.form}}}.Fill(v)
		if err != nil || string(got) != test.want {
			t.Errorf("%s in form %d: got %q, %v; want %q", test.slot, test.form, got, err, test.want)
		}
	}
}

func TestWelshMonths(t *testing.T) {
	t.Parallel()
	months := strings.Fields("Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr")
	for i, month := range months {
		v := Values{PublishedAt: time.Date(2027, time.Month(i+1), 9, 7, 5, 0, 0, time.UTC)}
		got, err := Document{Parts: []Part{{Slot: PublishedAt, Form: TimeLongWelsh}}}.Fill(v)
		if want := "9 " + month + " 2027, 07:05 UTC"; err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func TestMissingValueIsAnError(t *testing.T) {
	t.Parallel()
	for s := NoSlot + 1; s < endOfSlots; s++ {
		form := Plain
		if s == PublishedAt || s == UpdatedAt || s == OccurrenceDate {
			form = TimeRFC3339
		}
		d := Document{Name: "mail", Parts: []Part{{Slot: s, Arg: "sum", Form: form}}}
		got, err := d.Fill(Values{})
		if s == RecipientName {
			if err != nil || len(got) != 0 {
				t.Errorf("a recipient without a name: got %q, %v", got, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), s.String()) || !strings.Contains(err.Error(), `"mail"`) {
			t.Errorf("%s: got %q, %v; want an error with slot and document", s, got, err)
		}
	}
}

func TestFillSaysWhyAnAssetCannotBeRead(t *testing.T) {
	t.Parallel()
	gone := errors.New("disk gone")
	d := Document{Parts: []Part{{Slot: AssetContent, Arg: "sum", Form: Base64Lines}}}
	_, err := d.Fill(Values{Asset: func(string) ([]byte, error) { return nil, gone }})
	if !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}

func TestFillKeepsLiteralsAndOrder(t *testing.T) {
	t.Parallel()
	literal := []byte("<p>\x00{{page-address}}\r\n")
	d := Document{Parts: []Part{
		{Literal: literal}, {Slot: EntryID}, {Literal: []byte("|"), Form: HTML}, {Slot: PageAddress, Form: HTML},
	}}
	got, err := d.Fill(Values{EntryID: "urn:1", PageAddress: "https://x/?a&b"})
	if err != nil {
		t.Fatal(err)
	}
	if want := append(bytes.Clone(literal), "urn:1|https://x/?a&amp;b"...); !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSlotNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for s := NoSlot; s < endOfSlots; s++ {
		if name := s.String(); name == "" || seen[name] {
			t.Errorf("slot %d is called %q", uint8(s), name)
		}
		seen[s.String()] = true
	}
	if got := endOfSlots.String(); !strings.HasPrefix(got, "slot(") {
		t.Errorf("past the end: %q", got)
	}
}
