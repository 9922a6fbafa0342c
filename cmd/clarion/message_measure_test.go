package main

import (
	"testing"

	"clarion/api"
)

// An approver reads a length beside the limit that counts for it.
func TestMeasure(t *testing.T) {
	t.Parallel()
	s := &sheet{channels: []api.Channel{
		{Name: "mastodon", Limit: 500, Unit: "characters"}, {Name: "web"}, {Name: "email", Addressed: true},
	}}
	for want, p := range map[string]api.PlannedSend{
		"230 of 500 characters":                        {Mechanism: "mastodon", Length: 230},
		"4963 of 5000 characters":                      {Mechanism: "mastodon", Length: 4963, Posts: 1, Limit: 5000},
		"3 posts, the longest 4963 of 5000 characters": {Mechanism: "mastodon", Length: 4963, Posts: 3, Limit: 5000},
		"13219 characters":                             {Mechanism: "web", Length: 13219},
		"32145 bytes":                                  {Mechanism: "email", Length: 32145},
		"7":                                            {Mechanism: "gone", Length: 7, Posts: 2, Limit: 5},
	} {
		if got := s.measure(p); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
