package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"clarion/api"
)

func TestTime(t *testing.T) {
	t.Parallel()
	london := time.FixedZone("BST", 3600)
	for want, at := range map[string]time.Time{
		`null`:                       {},
		`"2027-05-01T08:00:00.000Z"`: time.Date(2027, 5, 1, 9, 0, 0, 0, london),
		`"2027-05-01T08:00:00.123Z"`: time.Date(2027, 5, 1, 8, 0, 0, 123_999_999, time.UTC),
	} {
		got, err := json.Marshal(api.At(at))
		if err != nil || string(got) != want {
			t.Errorf("%v is %s, %v, want %s", at, got, err, want)
		}
		var back api.Time
		if err := json.Unmarshal(got, &back); err != nil || !back.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%s came back as %v, %v", got, back, err)
		}
	}
	if got := api.At(time.Time{}).String(); got != "" {
		t.Errorf("no instant is %q", got)
	}
	var at api.Time
	if err := json.Unmarshal([]byte(`"soon"`), &at); err == nil {
		t.Errorf("soon is %v", at)
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]api.Problem{
		"a.md:3: title: it is missing; write one": {File: "a.md", Line: 3, Field: "title", Says: "it is missing", Try: "write one"},
		"a.md: it is empty":                       {File: "a.md", Says: "it is empty"},
		"line 4: the address is no address":       {Line: 4, Says: "the address is no address"},
		"body: web: it is too long":               {Field: "body", Channel: "web", Says: "it is too long"},
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSendFilter(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)
	send := api.Send{Message: "m1", Audience: []string{"press", "public"}, Mechanism: "web", State: "sent", ScheduledFor: api.At(at)}
	for name, c := range map[string]struct {
		filter api.SendFilter
		match  bool
	}{
		"all":              {api.SendFilter{}, true},
		"message":          {api.SendFilter{Message: "m1"}, true},
		"other message":    {api.SendFilter{Message: "m2"}, false},
		"audience":         {api.SendFilter{Audience: "public"}, true},
		"other audience":   {api.SendFilter{Audience: "staff"}, false},
		"mechanism":        {api.SendFilter{Mechanism: "web"}, true},
		"other mechanism":  {api.SendFilter{Mechanism: "email"}, false},
		"state":            {api.SendFilter{State: "sent"}, true},
		"other state":      {api.SendFilter{State: "failed"}, false},
		"before":           {api.SendFilter{Since: api.At(at.Add(-time.Millisecond))}, true},
		"at":               {api.SendFilter{Since: api.At(at)}, true},
		"after":            {api.SendFilter{Since: api.At(at.Add(time.Millisecond))}, false},
		"one of them does": {api.SendFilter{Message: "m1", State: "failed"}, false},
	} {
		if got := c.filter.Match(send); got != c.match {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDocumentBytes(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]api.Document{"text": {Text: "text"}, "\xff": {Base64: []byte("\xff")}, "": {}} {
		if got := string(d.Bytes()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
