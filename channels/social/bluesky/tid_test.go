package bluesky

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micro := rapid.Int64Range(0, 1<<53-1).Draw(t, "micro")
		key, post := rapid.String().Draw(t, "key"), rapid.IntRange(1, 25).Draw(t, "post")
		at := time.UnixMicro(micro).UTC()
		tid := newTID(at, key, post)
		if got, err := tidInstant(tid); err != nil || !got.Equal(at) {
			t.Fatalf("%s of %s reads as %s, %v", tid, at, got, err)
		}
		if later := newTID(at.Add(time.Microsecond), "another", post); micro < 1<<53-1 && later <= tid {
			t.Fatalf("%s does not sort before %s", tid, later)
		}
	})
}

func TestTIDsDiffer(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for post := range 10 {
		seen[newTID(at, "a", post)] = true
	}
	if len(seen) < 9 {
		t.Errorf("%d keys for 10 posts made at once", len(seen))
	}
	if !seen[newTID(at, "a", 1)] {
		t.Error("the key of a post changes by itself")
	}
}

func TestTIDsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, tid := range []string{"", "3jzfcijpj2z2", "3jzfcijpj2z2aa", "3jzfcijpj2z21", "0000000000000", "zzzzzzzzzzzzz", "3jzf-cij-pj2z"} {
		if at, err := tidInstant(tid); err == nil {
			t.Errorf("%q reads as %s", tid, at)
		}
	}
	if _, err := tidInstant("3jzfcijpj2z2a"); err != nil { // the specification's example
		t.Error(err)
	}
}
