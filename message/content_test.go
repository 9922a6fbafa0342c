package message

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"clarion/channels"
)

func someInstant(s string) *Instant {
	at, err := ParseInstant(s)
	if err != nil {
		panic(err)
	}
	return &at
}

func wholeContent() Content {
	return Content{
		Title: "Title", Summary: "Summary", Body: "Body", Language: "en-GB", Objective: "Objective", Department: "Department",
		Topics: []string{"one", "two"}, Notes: "Notes", Contact: "Contact", Embargo: someInstant("2027-05-01T00:00:00Z"),
		Assets:   []channels.Asset{{Name: "a.png", Alt: "Alt", MediaType: "image/png", SHA256: "00", Size: 1, Width: 2, Height: 3}},
		Variants: map[string]channels.Variant{"web": {Title: "T", Summary: "S", Text: "X"}},
		Plan:     Plan{Audiences: []string{"public"}, Channels: []string{"web"}},
		Schedule: Schedule{
			Earliest: someInstant("2027-05-01 09:00 Europe/London"), LateLimit: time.Minute, Expires: someInstant("2027-05-02 09:00 Europe/London"),
		},
		Corrects: "m-1",
	}
}

func wholeApprovable() Approvable {
	return Approvable{
		Message: "m-1", Content: "c", EntryID: "urn:uuid:1",
		Sends: []PlannedSend{{
			Channel: "web", Audiences: []channels.Audience{{Name: "public", Title: "Public", Public: true}}, Rendering: "r",
			Destination: channels.Destination{Kind: "k", Endpoint: "e", Account: "a", Sender: "s"}, Mode: Live,
		}},
		Assets:   wholeContent().Assets,
		Rules:    []AudienceRule{{Audience: "public", Rule: "all"}},
		Schedule: wholeContent().Schedule,
	}
}

// TestDigestsAreFixed holds that an upgrade voids no approval.
func TestDigestsAreFixed(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/digests.golden", fmt.Sprintf("content %s\napproval %s\n", wholeContent().Digest(), wholeApprovable().Digest()))
}

// TestEveryFieldIsInTheContentDigest changes one value at a time, wherever it
// lies, so that a field that is added later can't be forgotten.
func TestEveryFieldIsInTheContentDigest(t *testing.T) {
	t.Parallel()
	everyFieldCounts(t, wholeContent, Content.Digest, 44)
}

func TestEveryFieldIsInTheApprovalDigest(t *testing.T) {
	t.Parallel()
	everyFieldCounts(t, wholeApprovable, Approvable.Digest, 32)
}

func everyFieldCounts[T any](t *testing.T, whole func() T, digest func(T) string, atLeast int) {
	t.Helper()
	seen := map[string]string{digest(whole()): "the whole"}
	n := 0
	for ; ; n++ {
		value := whole()
		changed, left := changeNth(reflect.ValueOf(&value).Elem(), "", n)
		if left >= 0 {
			break
		}
		d := digest(value)
		if other, taken := seen[d]; taken {
			t.Errorf("%s changed: the digest is that of %s", changed, other)
		}
		seen[d] = changed
	}
	if n < atLeast {
		t.Errorf("only %d changes were tried, want at least %d", n, atLeast)
	}
}

// changeNth changes the n-th value inside v, counted from 0, and names it. What
// is left of n is negative once it was found.
func changeNth(v reflect.Value, path string, n int) (string, int) {
	if n < 0 {
		return path, n
	}
	if at, ok := v.Addr().Interface().(*time.Time); ok {
		return countTo(path, n, func() { *at = at.Add(time.Second) })
	}
	switch v.Kind() {
	case reflect.Pointer:
		if at, left := changeNth(v.Elem(), path, n); left < 0 {
			return at, left
		} else if left == 0 {
			v.SetZero()
			return path + " = nil", -1
		} else {
			return path, left - 1
		}
	case reflect.Struct:
		for i := range v.NumField() {
			at, left := changeNth(v.Field(i), path+"."+v.Type().Field(i).Name, n)
			if left < 0 {
				return at, left
			}
			n = left
		}
		return path, n
	case reflect.Slice:
		return changeSlice(v, path, n)
	case reflect.Map:
		return changeMap(v, path, n)
	case reflect.String:
		return countTo(path, n, func() { v.SetString(v.String() + "x") })
	case reflect.Bool:
		return countTo(path, n, func() { v.SetBool(!v.Bool()) })
	default:
		return countTo(path, n, func() { v.SetInt(v.Int() + 1) })
	}
}

func countTo(path string, n int, change func()) (string, int) {
	if n == 0 {
		change()
	}
	return path, n - 1
}

// changeSlice changes inside the items, then doubles the slice.
func changeSlice(v reflect.Value, path string, n int) (string, int) {
	for i := range v.Len() {
		at, left := changeNth(v.Index(i), fmt.Sprintf("%s[%d]", path, i), n)
		if left < 0 {
			return at, left
		}
		n = left
	}
	return countTo(path+" doubled", n, func() { v.Set(reflect.AppendSlice(v, v)) })
}

// changeMap changes inside the one value, then moves it to another key.
func changeMap(v reflect.Value, path string, n int) (string, int) {
	key := v.MapKeys()[0]
	value := reflect.New(v.Type().Elem()).Elem()
	value.Set(v.MapIndex(key))
	at, left := changeNth(value, path+"."+key.String(), n)
	if left < 0 {
		v.SetMapIndex(key, value)
		return at, left
	}
	return countTo(path+" under another key", left, func() {
		v.SetMapIndex(reflect.ValueOf("other"), value)
		v.SetMapIndex(key, reflect.Value{})
	})
}

func TestContentComesBackFromJSON(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(wholeContent())
	if err != nil {
		t.Fatal(err)
	}
	var back Content
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.Digest() != wholeContent().Digest() {
		t.Errorf("stored and read again, the digest differs: %s", b)
	}
}

func TestBoundsOf(t *testing.T) {
	t.Parallel()
	s := wholeContent().Schedule
	want := Bounds{Earliest: s.Earliest.At, LateLimit: time.Minute, Expires: s.Expires.At}
	if got := BoundsOf(s); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := BoundsOf(Schedule{}); got != (Bounds{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestBoundsDue(t *testing.T) {
	t.Parallel()
	earliest := noon()
	for name, tt := range map[string]struct {
		bounds         Bounds
		approved, want time.Time
	}{
		"when approved":   {Bounds{}, earliest, earliest},
		"approved before": {Bounds{Earliest: earliest}, earliest.Add(-time.Hour), earliest},
		"approved then":   {Bounds{Earliest: earliest}, earliest, earliest},
		"approved after":  {Bounds{Earliest: earliest}, earliest.Add(time.Hour), earliest.Add(time.Hour)},
	} {
		if got := tt.bounds.Due(tt.approved); !got.Equal(tt.want) {
			t.Errorf("%s: due %s, want %s", name, got, tt.want)
		}
	}
}

func TestSchedulePast(t *testing.T) {
	t.Parallel()
	at := someInstant("2027-05-01 09:00 Europe/London")
	for name, tt := range map[string]struct {
		schedule Schedule
		now      time.Duration // after at
		past     bool
	}{
		"nothing set":      {Schedule{}, 0, false},
		"a second before":  {Schedule{Earliest: at}, -time.Second, false},
		"at the instant":   {Schedule{Earliest: at}, 0, false},
		"a second after":   {Schedule{Earliest: at}, time.Second, true},
		"expires later":    {Schedule{Expires: at}, -time.Second, false},
		"expires now":      {Schedule{Expires: at}, 0, true},
		"expired before":   {Schedule{Expires: at}, time.Second, true},
		"publishes, later": {Schedule{Earliest: at, Expires: at}, 0, true},
	} {
		if err := tt.schedule.Past(at.At.Add(tt.now)); (err != nil) != tt.past {
			t.Errorf("%s: %v, want past %v", name, err, tt.past)
		}
	}
}
