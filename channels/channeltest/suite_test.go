package channeltest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"clarion/channels"
)

func TestSuitePassesAGoodChannel(t *testing.T) {
	t.Parallel()
	t.Run("direct", func(t *testing.T) { Run(t, subject("")) })
	t.Run("over sessions", func(t *testing.T) { Run(t, overSessions(subject(""), "")) })
}

// Each bug is one that an author of a channel could make; the check named
// beside it must find it.
func TestSuiteFindsBugs(t *testing.T) {
	t.Parallel()
	bugs := map[string]string{
		"no concurrency":                      "capabilities",
		"shows its secret":                    "destination holds no secret",
		"looks up its limits":                 "describing and rendering do no I/O",
		"renders over the network":            "describing and rendering do no I/O",
		"counts renderings":                   "rendering is deterministic",
		"changes the post":                    "rendering is deterministic",
		"refuses without a word":              "renderings round-trip and fill",
		"a slot that never fills":             "renderings round-trip and fill",
		"two documents of one name":           "renderings round-trip and fill",
		"previews only what has left":         "renderings round-trip and fill",
		"reads slots out of text":             "author text forms no slot",
		"posts twice":                         "publish is one request",
		"never begins":                        "publish is one request",
		"begins twice":                        "publish is one request",
		"begins after the answer":             "publish is one request",
		"no receipt":                          "publish is one request",
		"the recipient in the receipt":        "publish is one request",
		"goes on against Begin":               "an error of Begin stops everything",
		"hides Begin's error":                 "an error of Begin stops everything",
		"classes Begin's error":               "an error of Begin stops everything",
		"publishes when cancelled":            "a cancelled context publishes nothing",
		"unclassed when cancelled":            "a cancelled context publishes nothing",
		"leaves the body rewindable":          "fault/cut-after",
		"takes a lost answer for a failure":   "fault/cut-after",
		"retries":                             "fault/break",
		"takes a broken server for a success": "fault/break",
		"follows redirects":                   "fault/redirect",
		"repeats in the past":                 "fault/limit",
		"unclassed errors":                    "fault/unreachable",
		"shows the recipient in errors":       "fault/cut-before",
		"shows its secret in errors":          "fault/stall",
	}
	for bug, name := range bugs {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			prove := find(t, name)
			if err := prove(t, subject(bug)); err == nil || errors.Is(err, errNotPlayed) {
				t.Errorf("%q did not find it: %v", name, err)
			}
			if err := prove(t, subject("")); err != nil {
				t.Errorf("%q finds fault with a good channel: %v", name, err)
			}
		})
	}
}

// The bugs of a session are found where Publish itself is good.
func TestSuiteFindsBugsOfSessions(t *testing.T) {
	t.Parallel()
	for bug, name := range map[string]string{
		"posts twice": "publish is one request", "leaves the body rewindable": "fault/cut-after",
		"goes on against Begin": "an error of Begin stops everything", "never says that it is broken": "fault/break",
	} {
		s := subject("")
		s.New = func(tb testing.TB) (channels.Channel, Destination) {
			ch, to := subject("").New(tb)
			return mixed{ch, lines{newPoster(ch.(*poster).endpoint, bug)}}, to
		}
		if err := find(t, name)(t, s); err == nil || !strings.Contains(err.Error(), "over a session") {
			t.Errorf("%s: %q did not find it: %v", bug, name, err)
		}
	}
}

// mixed publishes well and has sessions of another channel.
type mixed struct {
	channels.Channel
	channels.Connector
}

func find(t *testing.T, name string) func(testing.TB, Subject) error {
	t.Helper()
	list := checks()
	i := slices.IndexFunc(list, func(c check) bool { return c.name == name })
	if i < 0 {
		t.Fatalf("no check is called %q", name)
	}
	return list[i].prove
}

func TestFaultThatADestinationCannotPlayIsSkipped(t *testing.T) {
	t.Parallel()
	s := subject("")
	s.New = func(tb testing.TB) (channels.Channel, Destination) {
		ch, to := subject("").New(tb)
		return ch, deaf{to}
	}
	for _, f := range []Fault{Refuse, Stall} {
		if err := proveFault(t, s, f); !errors.Is(err, errNotPlayed) {
			t.Errorf("%s: got %v", f, err)
		}
	}
}

// deaf plays no fault.
type deaf struct{ Destination }

func (deaf) Fail(Fault) bool { return false }

func TestAlsoWidensOneFault(t *testing.T) {
	t.Parallel()
	s := subject("takes a lost answer for a failure")
	s.Also = map[Fault][]channels.Class{CutAfter: {channels.Temporary}}
	if err := proveFault(t, s, CutAfter); err != nil {
		t.Errorf("a class that Also names: %v", err)
	}
	if err := proveFault(t, s, Stall); err == nil {
		t.Error("Also for one fault holds for another")
	}
}

// Every kind renders the plain post, so it must hold nothing that a kind could
// refuse; and the table must keep what it is there for.
func TestPosts(t *testing.T) {
	t.Parallel()
	want := []string{
		"assets", "bare", "emoji with joiners", "everything", "long", "markup", "no page", "one long word", "plain",
		"right to left", "variant",
	}
	if got := slices.Sorted(maps.Keys(posts())); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, a := range []channels.Asset{Image(), Attachment()} {
		content, err := Values("k").Asset(a.SHA256)
		if err != nil || int64(len(content)) != a.Size {
			t.Errorf("%s: %d bytes of %d, %v", a.Name, len(content), a.Size, err)
		}
	}
	if !Image().Image() || Attachment().Image() {
		t.Error("the image and the attachment are mixed up")
	}
}
