package web

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// RFC 9110 13: what is asked conditionally.
func TestPublicConditionalRequests(t *testing.T) {
	r := openRoom(t)
	q := r.publish("Bridge opens", "public")
	for _, path := range []string{"/", "/news/" + q.slug, "/feeds/all.atom", "/feeds/public.rss", "/feeds/all.json"} {
		plain, zipped := r.found(path), r.ask(http.MethodGet, path, map[string]string{"Accept-Encoding": "gzip"})
		tag, zippedTag := plain.header.Get("ETag"), zipped.header.Get("ETag")
		if plain.header.Get("Last-Modified") != "Thu, 01 May 2025 08:00:00 GMT" || plain.header.Get("Cache-Control") != "public, max-age=60" {
			t.Errorf("%s: %v", path, plain.header)
		}
		for name, tc := range map[string]struct {
			header map[string]string
			want   int
		}{
			"tag":                      {map[string]string{"If-None-Match": tag}, 304},
			"weakened tag":             {map[string]string{"If-None-Match": "W/" + tag}, 304},
			"tag among others":         {map[string]string{"If-None-Match": `"a", ` + tag + `, "b"`}, 304},
			"any tag":                  {map[string]string{"If-None-Match": "*"}, 304},
			"other tag":                {map[string]string{"If-None-Match": `"a"`}, 200},
			"tag of the other form":    {map[string]string{"If-None-Match": zippedTag}, 200},
			"zipped with its tag":      {map[string]string{"If-None-Match": zippedTag, "Accept-Encoding": "gzip"}, 304},
			"zipped with the plain":    {map[string]string{"If-None-Match": tag, "Accept-Encoding": "gzip"}, 200},
			"same second":              {map[string]string{"If-Modified-Since": "Thu, 01 May 2025 08:00:00 GMT"}, 304},
			"later":                    {map[string]string{"If-Modified-Since": "Thu, 01 May 2025 09:00:00 GMT"}, 304},
			"second before":            {map[string]string{"If-Modified-Since": "Thu, 01 May 2025 07:59:59 GMT"}, 200},
			"no date":                  {map[string]string{"If-Modified-Since": "yesterday"}, 200},
			"the tag outweighs a date": {map[string]string{"If-None-Match": `"a"`, "If-Modified-Since": "Thu, 01 May 2025 09:00:00 GMT"}, 200},
			"tag and an early date":    {map[string]string{"If-None-Match": tag, "If-Modified-Since": "Thu, 01 May 2025 07:00:00 GMT"}, 304},
			"must match and does not":  {map[string]string{"If-Match": `"a"`}, 412},
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				got := r.ask(method, path, tc.header)
				if got.status != tc.want {
					t.Errorf("%s %s with %s answers %d, want %d", method, path, name, got.status, tc.want)
				}
				if got.status == http.StatusNotModified && !isWholeNotModified(got) {
					t.Errorf("%s %s with %s: %v %q", method, path, name, got.header, got.body)
				}
			}
		}
	}
}

// isWholeNotModified wants what RFC 9110 15.4.5 asks of a 304.
func isWholeNotModified(got received) bool {
	return got.body == "" && got.header.Get("ETag") != "" && got.header.Get("Cache-Control") == "public, max-age=60" &&
		got.header.Get("Vary") == "Accept-Encoding" && got.header.Get("X-Content-Type-Options") == "nosniff"
}

// After a publication no validator of before is good any more.
func TestPublicValidatorsEndWithAPublication(t *testing.T) {
	r := openRoom(t)
	r.publish("Bridge opens", "public")
	before := r.found("/feeds/all.atom").header
	r.now = r.now.Add(time.Second)
	r.publish("Bridge closes", "public")
	for _, header := range []map[string]string{{"If-None-Match": before.Get("ETag")}, {"If-Modified-Since": before.Get("Last-Modified")}} {
		if got := r.ask(http.MethodGet, "/feeds/all.atom", header); got.status != http.StatusOK || !strings.Contains(got.body, "Bridge closes") {
			t.Errorf("with %v the answer is %d", header, got.status)
		}
	}
}

func TestLastModified(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 5, 1, 8, 0, 2, 0, time.UTC)
	for age, told := range map[time.Duration]bool{
		-time.Hour: false, 0: false, settled - 1: false, settled: true, settled + 1: true, time.Hour: true,
	} {
		if got := lastModified(now.Add(-age), now); got.IsZero() == told {
			t.Errorf("of a change %s ago it says %q", age, got)
		}
	}
}

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "x-gzip": true, "deflate, gzip": true, "br;q=1.0, gzip;q=0.8, *;q=0.1": true, "*": true,
		"gzip;q=0": false, "gzip;q=0.000": false, "gzip ; q=0.5": true, "*;q=0": false, "gzip;q=0, *": false, "gzip, *;q=0": true,
		"identity": false, "identity, gzip": true, "identity;q=1, gzip;q=0.5": false, "identity;q=0.5, gzip;q=1": true, "identity;q=0, *": true,
		"gzip;q=2": false, "gzip;q=-1": false, "gzip;q=NaN": false, "gzip;q=": false, "gzip;level=9": false, "gzipped": false, "br": false, ",": false,
	} {
		if got := acceptsGzip([]string{field}); got != want {
			t.Errorf("%q: %t, want %t", field, got, want)
		}
	}
	if !acceptsGzip([]string{"br", "gzip"}) || acceptsGzip(nil) {
		t.Error("several fields count as one, and none as nothing")
	}
}

func FuzzAcceptsGzip(f *testing.F) {
	for _, seed := range []string{"gzip", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip;q=0", "*;q=0", ";", "gzip;q=1e9", "identity;q=1, gzip;q=0.5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		if acceptsGzip([]string{field}) && !strings.Contains(strings.ToLower(field), "gzip") && !strings.Contains(field, "*") {
			t.Errorf("%q does not name gzip", field)
		}
	})
}

func TestCompressionLimit(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{minZipped - 1: false, minZipped: true, minZipped + 1: true} {
		if got := newRepresentation("text/plain", []byte(strings.Repeat("a", size)), time.Time{}); (got.zipped != nil) != want {
			t.Errorf("%d bytes: compressed %t", size, got.zipped != nil)
		}
	}
	if got := newRepresentation("image/png", make([]byte, 4*minZipped), time.Time{}); got.zipped != nil {
		t.Error("an image is compressed")
	}
}
