package api

import (
	"bytes"
	"encoding/json"
	"time"
)

// layout is RFC 3339 in UTC with milliseconds, which is how finely instants
// are stored.
const layout = "2006-01-02T15:04:05.000Z"

// Time is an instant. The zero instant is null in JSON.
type Time struct{ time.Time }

// At makes a Time.
func At(t time.Time) Time { return Time{t} }

func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// MarshalJSON writes the instant as RFC 3339 in UTC with milliseconds.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.String())
}

// UnmarshalJSON reads an RFC 3339 instant or null.
func (t *Time) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		t.Time = time.Time{}
		return nil
	}
	return json.Unmarshal(b, &t.Time)
}
