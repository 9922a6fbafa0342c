package ledger

import (
	"encoding/json"
	"strconv"

	"clarion/message"
)

// Appender is a body that writes its JSON by itself: the queue makes several of
// them for each send. It is what json.Marshal writes.
type Appender interface {
	AppendJSON(b []byte) []byte
}

// DoneBody is the body of an entry that says where a message ended: a
// MessageBody with nothing else in it.
type DoneBody struct {
	Message string        `json:"message"`
	To      message.State `json:"to,omitempty"`
}

// AppendJSON implements Appender.
func (d DoneBody) AppendJSON(b []byte) []byte {
	b = appendText(append(b, `{"message":`...), d.Message)
	b = appendTextIf(b, "to", string(d.To))
	return append(b, '}')
}

// AppendJSON implements Appender.
func (a AttemptBody) AppendJSON(b []byte) []byte {
	b = appendNumber(append(b, '{'), "send", a.Send)
	b = appendText(append(b, `,"message":`...), a.Message)
	b = appendTexts(append(b, `,"audiences":`...), a.Audiences)
	b = appendText(append(b, `,"mechanism":`...), a.Mechanism)
	if a.Run != 0 {
		b = appendNumber(append(b, ','), "run", int64(a.Run))
	}
	if a.Rehearsal {
		b = append(b, `,"rehearsal":true`...)
	}
	b = appendNumber(append(b, ','), "attempt", int64(a.Attempt))
	b = appendText(append(b, `,"outcome":`...), string(a.Outcome))
	b = appendTextIf(b, "class", a.Class)
	b = appendText(append(b, `,"digest":`...), a.Digest)
	b = appendText(append(b, `,"key":`...), a.Key)
	b = appendNumber(append(b, ','), "due", a.Due)
	b = appendNumber(append(b, ','), "opened", a.Opened)
	b = appendNumber(append(b, ','), "closed", a.Closed)
	b = appendTextIf(b, "remote_id", a.RemoteID)
	b = appendTextIf(b, "remote_url", a.RemoteURL)
	return append(b, '}')
}

func appendNumber(b []byte, name string, n int64) []byte {
	b = append(append(append(b, '"'), name...), `":`...)
	return strconv.AppendInt(b, n, 10)
}

// appendTextIf leaves an empty text out.
func appendTextIf(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":`...)
	return appendText(b, text)
}

func appendTexts(b []byte, all []string) []byte {
	if all == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, text := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, text)
	}
	return append(b, ']')
}

// appendText quotes a text. What has to be escaped is left to json.Marshal.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			quoted, _ := json.Marshal(text) // a string always marshals
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
