package channeltest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// post gives the status and body of the answer; a status of 0 is no answer.
func post(t *testing.T, to *HTTPDestination, path string) (int, string) {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to.URL()+path, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestHTTPDestinationPlaysFaults(t *testing.T) {
	t.Parallel()
	to := NewHTTPDestination(t, Script{
		Accept:  Answer{Status: http.StatusOK, Body: "ok", Header: map[string]string{"X-Mark": "1"}},
		Answers: map[Fault]Answer{Deny: {Status: http.StatusBadRequest, Body: "ExpiredToken"}},
	})
	tests := []struct {
		fault  Fault
		status int // 0: no answer
		body   string
	}{
		{Healthy, 200, "ok"}, {CutBefore, 0, ""}, {CutAfter, 0, ""}, {Garble, 200, "\x00<html>it works!"},
		{Break, 500, "oops"}, {Refuse, 422, "no"}, {Deny, 400, "ExpiredToken"}, {Limit, 429, ""}, {Redirect, 303, ""},
	}
	for i, test := range tests {
		if !to.Fail(test.fault) {
			t.Errorf("%s: cannot be played", test.fault)
		}
		if status, body := post(t, to, "/x"); status != test.status || body != test.body {
			t.Errorf("%s: got %d %q", test.fault, status, body)
		}
		if to.Requests() != i+1 {
			t.Errorf("%s: %d requests after %d", test.fault, to.Requests(), i+1)
		}
	}
	seen := to.Seen()
	if len(seen) != len(tests)-2 || string(seen[0].Body) != "hello" || seen[0].Path != "/x" || seen[0].Method != http.MethodPost {
		t.Errorf("seen: %+v", seen)
	}
}

func TestHTTPDestinationUnreachableStaysSo(t *testing.T) {
	t.Parallel()
	to := NewHTTPDestination(t, Script{Accept: Answer{Status: http.StatusOK}})
	if !to.Fail(Unreachable) || to.Fail(Healthy) {
		t.Error("an unreachable destination came back")
	}
	if status, _ := post(t, to, "/"); status != 0 || to.Requests() != 0 {
		t.Errorf("got %d and %d requests", status, to.Requests())
	}
}

func TestHTTPDestinationCountsWhatPublishes(t *testing.T) {
	t.Parallel()
	upload := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	script := Script{
		Accept:    Answer{Status: http.StatusCreated},
		Publishes: func(r *http.Request) bool { return r.URL.Path == "/posts" },
	}
	without := NewHTTPDestination(t, script)
	script.Other = upload
	with := NewHTTPDestination(t, script)
	for _, test := range []struct {
		to           *HTTPDestination
		path         string
		status, want int
	}{
		{with, "/media", 202, 0}, {with, "/posts", 201, 1}, {with, elsewhere, 201, 2},
		{without, "/media", 404, 0}, {without, "/posts", 201, 1},
	} {
		if status, _ := post(t, test.to, test.path); status != test.status || test.to.Requests() != test.want {
			t.Errorf("%s: got %d and %d requests", test.path, status, test.to.Requests())
		}
	}
}
