package request

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"clarion/channels"
)

var never = time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)

func TestFault(t *testing.T) {
	t.Parallel()
	special := map[int]channels.Class{
		401: channels.Unavailable, 402: channels.Unavailable, 403: channels.Unavailable, 407: channels.Unavailable,
		408: channels.Unknown, 429: channels.RateLimited,
	}
	for status := 100; status < 1000; status++ {
		want, ok := special[status]
		switch {
		case ok:
		case status >= 400 && status < 500:
			want = channels.Permanent
		default:
			want = channels.Unknown
		}
		if e := (Answer{Status: status}).Fault("", never); e.Class != want || e.Reason == "" || !e.Until.IsZero() {
			t.Errorf("%d: got %+v, want class %s", status, e, want)
		}
	}
}

func TestFaultTellsTheDestinationsWords(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"":                       "the destination answered 422 Unprocessable Entity",
		"too long":               "the destination answered 422 Unprocessable Entity: too long",
		"two\r\n lines\x1b[31m":  "the destination answered 422 Unprocessable Entity: two lines [31m",
		"bad \xff bytes":         "the destination answered 422 Unprocessable Entity: bad \uFFFD bytes",
		strings.Repeat("é", 300): "the destination answered 422 Unprocessable Entity: " + strings.Repeat("é", 300),
		strings.Repeat("é", 301): "the destination answered 422 Unprocessable Entity: " + strings.Repeat("é", 300) + "…",
	} {
		if got := (Answer{Status: 422}).Fault(words, never).Reason; got != want {
			t.Errorf("%q: got %q", words, got)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var into struct{ ID string }
	if err := (Answer{Body: []byte(`{"id":"7","more":1}`)}).JSON(&into); err != nil || into.ID != "7" {
		t.Errorf("got %+v, %v", into, err)
	}
	for _, body := range []string{"", "{", `{"id":7}`, "<html>", "null{", "\x00"} {
		err := Answer{Status: 200, Body: []byte(body)}.JSON(&into)
		wantClass(t, err, channels.Unknown)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "1": time.Second, " 120 ": 2 * time.Minute,
		"86399": day - time.Second, "86400": day, "86401": day,
		"4294967295": day, "4294967296": day, "99999999999999999999999": day,
		"-1": 0, "+1": 0, "1.5": 0, "1e3": 0, "0x10": 0, "1_000": 0, "soon": 0, "120 seconds": 0, "\x00": 0,
		"Sat, 01 May 2027 08:02:00 GMT": 2 * time.Minute, "Saturday, 01-May-27 08:02:00 GMT": 2 * time.Minute,
		"Sat May  1 08:02:00 2027": 2 * time.Minute, "Sat, 01 May 2027 08:00:00 GMT": 0, "Sat, 01 May 2027 07:59:59 GMT": 0,
		"Sun, 02 May 2027 08:00:00 GMT": day, "Sun, 02 May 2027 08:00:01 GMT": day, "Fri, 31 Dec 9999 23:59:59 GMT": day,
		"Sat, 99 May 2027 08:02:00 GMT": 0, "2027-05-01T08:02:00Z": 0,
	} {
		got := Answer{Header: http.Header{"Retry-After": {value}}}.RetryAfter(never)
		if want == 0 && !got.IsZero() || want != 0 && !got.Equal(never.Add(want)) {
			t.Errorf("%q: got %s, want %s later", value, got, want)
		}
	}
	limited := Answer{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"120"}}}
	if e := limited.Fault("", never); !e.Until.Equal(never.Add(2 * time.Minute)) {
		t.Errorf("got %s", e.Until)
	}
	if !(Answer{}).RetryAfter(never).IsZero() {
		t.Error("a time without a header")
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "120", "86401", "4294967296", "-1", "Sat, 01 May 2027 08:02:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "soon", "\xff"} {
		f.Add(seed, int64(0))
	}
	f.Add("120", int64(-1)<<40)
	f.Fuzz(func(t *testing.T, value string, seconds int64) {
		now := never.Add(time.Duration(seconds%(1<<32)) * time.Second)
		at := Answer{Header: http.Header{"Retry-After": {value}}}.RetryAfter(now)
		if !at.IsZero() && (!at.After(now) || at.Sub(now) > 24*time.Hour) {
			t.Errorf("%q at %s: %s", value, now, at)
		}
	})
}

func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"", "words", "two\nlines", "\xff\x00", strings.Repeat("é", 301)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		got := printable(words)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxWords+1 || strings.ContainsAny(got, "\r\n\x00\x1b\u0085") {
			t.Errorf("%q became %q", words, got)
		}
	})
}
