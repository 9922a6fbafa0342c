package hooks

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"clarion/api"
	"clarion/message"
)

// MessageData is what an event tells of a message, by the names that the API
// gives it.
type MessageData struct {
	ID         string             `json:"id"`
	Title      string             `json:"title"`
	Department string             `json:"department"`
	State      message.State      `json:"state,omitempty"` // that the event led to
	Hold       message.HoldReason `json:"hold,omitempty"`
	Revision   int                `json:"revision,omitempty"`
	Digest     string             `json:"digest,omitempty"`
}

// SendData is what an event tells of a send, by the names that the API gives it.
type SendData struct {
	ID           int64              `json:"id"`
	Message      string             `json:"message"`
	Title        string             `json:"title"`
	Department   string             `json:"department"`
	Audience     []string           `json:"audience"`
	Mechanism    string             `json:"mechanism"`
	State        message.SendState  `json:"state"`
	Hold         message.HoldReason `json:"hold,omitempty"`
	Class        string             `json:"class,omitempty"`
	Attempts     int                `json:"attempts,omitempty"`
	ScheduledFor api.Time           `json:"scheduled_for"`
	SentAt       api.Time           `json:"sent_at"`
	RemoteID     string             `json:"remote_id,omitempty"`
	RemoteURL    string             `json:"remote_url,omitempty"`
	Digest       string             `json:"digest,omitempty"`
	Tally        message.Tally      `json:"tally,omitempty"` // recipients by state
}

// ChannelData is what an event tells of a channel.
type ChannelData struct {
	Name      string `json:"name"`
	Mode      string `json:"mode,omitempty"` // "live" or "rehearsal", where that changed
	ByClarion bool   `json:"by_clarion"`     // no person decided it
}

// FreezeData tells whether everything is frozen.
type FreezeData struct {
	Frozen bool `json:"frozen"`
}

// CredentialsData tells that a channel's credentials expire.
type CredentialsData struct {
	Channel   string   `json:"channel"`
	ExpiresAt api.Time `json:"expires_at"`
	Expired   bool     `json:"expired"`
}

// HookData tells of a hook.
type HookData struct {
	Name string `json:"name"`
	Why  string `json:"why,omitempty"` // it was disabled, in Clarion's words
}

func stamp(ms int64) api.Time {
	if ms == 0 {
		return api.Time{}
	}
	return api.At(time.UnixMilli(ms))
}

// MaxBody bounds a body, in bytes: as large as Standard Webhooks advises.
const MaxBody = 20_000

// Bounds of what a body is made shorter by, where it is too long.
const (
	maxShortTitle    = 100 // characters
	maxShortAudience = 10
	maxShortText     = 500 // characters of any other
)

// Body writes an event as it is told.
func (e Event) Body() ([]byte, error) {
	b, err := e.body()
	if err == nil && len(b) > MaxBody {
		e.Data = shortened(e.Data)
		b, err = e.body()
	}
	if err == nil && len(b) > MaxBody {
		err = fmt.Errorf("it has %d bytes, the limit is %d", len(b), MaxBody)
	}
	if err != nil {
		return nil, fmt.Errorf("write the event %s: %w", e.ID, err)
	}
	return b, nil
}

func (e Event) body() ([]byte, error) {
	return json.Marshal(struct {
		Type      Type     `json:"type"`
		Timestamp api.Time `json:"timestamp"`
		Data      any      `json:"data"`
	}{e.Type, api.At(e.At), e.Data})
}

// shortened cuts what may be long.
func shortened(data any) any {
	switch d := data.(type) {
	case MessageData:
		d.Title, d.Department = cut(d.Title, maxShortTitle), cut(d.Department, maxShortText)
		return d
	case SendData:
		d.Title, d.Department = cut(d.Title, maxShortTitle), cut(d.Department, maxShortText)
		d.RemoteID, d.RemoteURL = cut(d.RemoteID, maxShortText), cut(d.RemoteURL, maxShortText)
		d.Audience = slices.Clone(d.Audience[:min(len(d.Audience), maxShortAudience)])
		return d
	default:
		return data
	}
}

// cut shortens a text to a number of characters.
func cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
