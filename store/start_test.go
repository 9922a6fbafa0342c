package store

import (
	"context"
	"testing"
)

func TestSwapBaseURL(t *testing.T) {
	b := setup(t)
	for _, c := range []struct{ base, before string }{
		{"http://localhost:8080", ""}, {"http://localhost:8080", "http://localhost:8080"},
		{"https://news.example.org", "http://localhost:8080"}, {"https://news.example.org", "https://news.example.org"},
	} {
		b.close()
		b.reopen()
		got, err := b.store.SwapBaseURL(context.Background(), c.base)
		b.no(err)
		if got != c.before {
			t.Errorf("before %s it was %q, want %q", c.base, got, c.before)
		}
	}
	b.sound()
}
