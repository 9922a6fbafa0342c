package x

import (
	"bytes"
	"encoding/json"
	"strings"

	"clarion/channels"
	"clarion/channels/social"
)

// part is one post of a rendering.
type part struct {
	text   string
	images []channels.Asset
	reply  bool // it answers another, its own or the original
	link   bool // it ends with the page's address
}

// document is the body of POST /2/tweets, with slots for what only a delivery
// knows.
func (p part) document(name string) channels.Document {
	b := builder{}
	b.write(`{"text":"` + quoted(p.text))
	if p.link {
		b.write(quoted(social.Gap))
		b.slot(channels.PageAddress, "")
	}
	b.write(`"`)
	before := `,"media":{"media_ids":["`
	for _, image := range p.images {
		b.write(before)
		b.slot(channels.MediaID, image.SHA256)
		before = `","`
	}
	if len(p.images) > 0 {
		b.write(`"]}`)
	}
	if p.reply {
		b.write(`,"reply":{"in_reply_to_tweet_id":"`)
		b.slot(channels.ParentPost, "")
		b.write(`"}`)
	}
	b.write(`}`)
	return channels.Document{Name: name, MediaType: jsonType, Parts: b.parts}
}

// builder puts literals and slots together.
type builder struct{ parts []channels.Part }

func (b *builder) write(text string) {
	if n := len(b.parts); n > 0 && b.parts[n-1].Slot == channels.NoSlot {
		b.parts[n-1].Literal = append(b.parts[n-1].Literal, text...)
		return
	}
	b.parts = append(b.parts, channels.Part{Literal: []byte(text)})
}

func (b *builder) slot(slot channels.Slot, arg string) {
	b.parts = append(b.parts, channels.Part{Slot: slot, Arg: arg, Form: channels.JSON})
}

// quoted is the inside of a JSON string, with characters as they are: people
// read it.
func quoted(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic("x: a text always marshals: " + err.Error())
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
}
