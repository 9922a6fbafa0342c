package channels

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
	"time"
)

// Slot is the type of a hole in a rendering. The list is closed: nothing else
// may differ between what was approved and what leaves.
type Slot uint8

const (
	NoSlot           Slot = iota // a literal
	RecipientName                // the recipient's name, empty if not known
	RecipientAddress             // the recipient's address
	UnsubscribeLink              // the recipient's own link out
	MessageID                    // the idempotency key, as the left side of a Message-ID
	PublishedAt                  // the instant of first publication
	UpdatedAt                    // the instant of the last real change
	PageAddress                  // the message's public page
	EntryID                      // the message's feed entry id
	OccurrenceDate               // the slot of a series that this occurrence fills
	ParentPost                   // the id of the post that this one follows
	MediaID                      // an uploaded asset's id at the destination; Arg is its SHA-256
	AssetAddress                 // an asset's public address; Arg is its SHA-256
	AssetContent                 // an asset's bytes; Arg is its SHA-256
	ParentHash                   // the hash of the post that this one follows, where a destination asks for it beside the id
	RootPost                     // the id of the first post of the thread
	RootHash                     // its hash
	endOfSlots
)

func (s Slot) valid() bool   { return s < endOfSlots }
func (s Slot) ofAsset() bool { return s == MediaID || s == AssetAddress || s == AssetContent }

// String is the name shown where a rendering is displayed with its slots open.
func (s Slot) String() string {
	names := [...]string{
		"literal", "recipient-name", "recipient-address", "unsubscribe-link", "message-id",
		"published-at", "updated-at", "page-address", "entry-id", "occurrence-date", "parent-post",
		"media-id", "asset-address", "asset-content", "parent-hash", "root-post", "root-hash",
	}
	if !s.valid() {
		return fmt.Sprintf("slot(%d)", uint8(s))
	}
	return names[s]
}

// Form is how a slot's value is written into its place.
type Form uint8

const (
	Plain         Form = iota
	HTML               // escaped for HTML text and quoted attributes
	XML                // escaped for XML text and quoted attributes
	JSON               // the inside of a JSON string
	QuotedPrint        // quoted-printable without hard line breaks (RFC 2045 6.7); "=_" cannot occur in it
	HTMLQuoted         // escaped for HTML, then quoted-printable
	Header             // one line of a mail header, RFC 2047 where it is not ASCII
	Base64Lines        // base64 in lines of 76 (RFC 2045 6.8)
	TimeRFC3339        // instants only: 2006-01-02T15:04:05Z07:00 in the zone of Values
	TimeRFC5322        // instants only: Mon, 02 Jan 2006 15:04:05 -0700
	TimeLong           // instants only: 2 January 2006, 15:04 GMT
	TimeLongWelsh      // instants only: 2 Ionawr 2006, 15:04 GMT
	TimeISOMinute      // instants only: 2006-01-02 15:04 GMT
	Phrase             // a display name in a mail header: quoted or encoded, empty if empty (RFC 5322 3.2.5)
	endOfForms
)

func (f Form) valid() bool     { return f < endOfForms }
func (f Form) ofInstant() bool { return f >= TimeRFC3339 && f <= TimeISOMinute }

// Values fills the slots of one delivery.
type Values struct {
	RecipientName    string
	RecipientAddress string
	UnsubscribeLink  string
	MessageID        string
	PublishedAt      time.Time
	UpdatedAt        time.Time
	PageAddress      string
	EntryID          string
	OccurrenceDate   time.Time
	ParentPost       string
	ParentHash       string
	RootPost         string
	RootHash         string
	MediaIDs         map[string]string // by SHA-256
	Zone             *time.Location    // for instants; nil means UTC

	// AssetBase is the address under which public assets stand, with a slash
	// at the end; an asset's address is AssetBase + its SHA-256.
	AssetBase string
	// Asset reads an asset's content.
	Asset func(sha256 string) ([]byte, error)
}

// Fill writes a document with its slots filled.
func (d Document) Fill(v Values) ([]byte, error) {
	var b bytes.Buffer
	for _, p := range d.Parts {
		if p.Slot == NoSlot {
			b.Write(p.Literal)
			continue
		}
		if err := p.fill(&b, v); err != nil {
			return nil, fmt.Errorf("fill %s of %q: %w", p.Slot, d.Name, err)
		}
	}
	return b.Bytes(), nil
}

func (p Part) fill(b *bytes.Buffer, v Values) error {
	if p.Form.ofInstant() {
		at, err := v.instant(p.Slot)
		if err != nil {
			return err
		}
		b.WriteString(formatInstant(at, p.Form))
		return nil
	}
	value, err := v.text(p.Slot, p.Arg)
	if err != nil {
		return err
	}
	return writeForm(b, value, p.Form)
}

func (v Values) instant(s Slot) (time.Time, error) {
	zone := v.Zone
	if zone == nil {
		zone = time.UTC
	}
	at, ok := map[Slot]time.Time{
		PublishedAt: v.PublishedAt, UpdatedAt: v.UpdatedAt, OccurrenceDate: v.OccurrenceDate,
	}[s]
	if !ok {
		return time.Time{}, errors.New("is no instant")
	}
	if at.IsZero() {
		return time.Time{}, errors.New("has no value")
	}
	return at.In(zone), nil
}

// text gives a slot's value. Only a recipient's name may be empty.
func (v Values) text(s Slot, arg string) (string, error) {
	var value string
	switch s {
	case RecipientName:
		return v.RecipientName, nil
	case RecipientAddress:
		value = v.RecipientAddress
	case UnsubscribeLink:
		value = v.UnsubscribeLink
	case MessageID:
		value = v.MessageID
	case PageAddress:
		value = v.PageAddress
	case EntryID:
		value = v.EntryID
	case ParentPost:
		value = v.ParentPost
	case ParentHash:
		value = v.ParentHash
	case RootPost:
		value = v.RootPost
	case RootHash:
		value = v.RootHash
	case MediaID:
		value = v.MediaIDs[arg]
	case AssetAddress:
		if v.AssetBase != "" {
			value = v.AssetBase + arg
		}
	case AssetContent:
		if v.Asset == nil {
			return "", errors.New("has no source")
		}
		content, err := v.Asset(arg)
		return string(content), err
	default:
		return "", errors.New("has no text")
	}
	if value == "" {
		return "", errors.New("has no value")
	}
	return value, nil
}

func writeForm(b *bytes.Buffer, value string, form Form) error {
	switch form {
	case Plain:
		b.WriteString(value)
	case HTML:
		b.WriteString(html.EscapeString(value))
	case XML:
		return xml.EscapeText(b, []byte(value))
	case JSON:
		return writeJSON(b, value)
	case QuotedPrint:
		return writeQuoted(b, value)
	case HTMLQuoted:
		return writeQuoted(b, html.EscapeString(value))
	case Header:
		b.WriteString(headerText(oneLine(value)))
	case Base64Lines:
		writeBase64(b, value)
	case Phrase:
		writePhrase(b, value)
	default:
		return fmt.Errorf("form %d does not fit a text", form)
	}
	return nil
}

// headerText writes RFC 2047 encoded words where they are needed, which is also
// where plain ASCII would be read as one.
func headerText(line string) string {
	encoded := mime.QEncoding.Encode("utf-8", line)
	if encoded != line || !strings.Contains(line, "=?") {
		return encoded
	}
	const room = 45 // bytes of an encoded word, whose length is at most 75
	var words []string
	for chunk := range slices.Chunk([]byte(line), room) {
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString(chunk)+"?=")
	}
	return strings.Join(words, " ")
}

// oneLine keeps a value from opening a header of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// maxPhrase is the greatest length of a display name in characters, which
// keeps its header within the 998 bytes of a line; the rest is cut.
const maxPhrase = 200

// writePhrase never leaves a name bare, so that none can be read as an address
// or as a list of them, nor as an encoded word by programs that look for one
// within quotes.
func writePhrase(b *bytes.Buffer, name string) {
	runes := []rune(strings.TrimSpace(oneLine(strings.ToValidUTF8(name, "\uFFFD"))))
	name = string(runes[:min(len(runes), maxPhrase)])
	if name == "" {
		return
	}
	if encoded := mime.BEncoding.Encode("utf-8", name); encoded != name {
		b.WriteString(strings.ReplaceAll(encoded, "?= =?", "?=\r\n =?"))
		return
	}
	b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "=?", `=\?`).Replace(name) + `"`)
}

func writeJSON(b *bytes.Buffer, value string) error {
	quoted, err := json.Marshal(value)
	if err != nil {
		return err
	}
	b.Write(quoted[1 : len(quoted)-1])
	return nil
}

func writeQuoted(b *bytes.Buffer, value string) error {
	w := quotedprintable.NewWriter(b)
	w.Binary = true // a line break in a value must not become one of the mail
	if _, err := w.Write([]byte(value)); err != nil {
		return err
	}
	return w.Close()
}

func writeBase64(b *bytes.Buffer, value string) {
	const line = 57 // bytes that make 76 characters
	for raw := []byte(value); len(raw) > 0; {
		n := min(line, len(raw))
		b.WriteString(base64.StdEncoding.EncodeToString(raw[:n]))
		b.WriteString("\r\n")
		raw = raw[n:]
	}
}

func formatInstant(at time.Time, form Form) string {
	switch form {
	case TimeRFC3339:
		return at.Format(time.RFC3339)
	case TimeRFC5322:
		return at.Format("Mon, 02 Jan 2006 15:04:05 -0700")
	case TimeLong:
		return at.Format("2 January 2006, 15:04 MST")
	case TimeLongWelsh:
		months := [...]string{
			"Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
			"Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
		}
		return at.Format("2 ") + months[at.Month()-1] + at.Format(" 2006, 15:04 MST")
	default:
		return at.Format("2006-01-02 15:04 MST")
	}
}
