package ledger

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var when = time.Date(2027, time.May, 1, 8, 0, 0, 123_456_789, time.UTC)

func entryAt(seq int64, body string) Entry {
	return Entry{Seq: seq, At: when, Kind: MessageAdded, Body: json.RawMessage(body)}
}

// The format is fixed: a ledger of today must verify in years.
func TestFormatNeverChanges(t *testing.T) {
	t.Parallel()
	e := entryAt(1, `{"message":"m1"}`)
	l := NewLink(Origin("w1"), when, []Hash{e.Hash()})
	var root AttemptsRoot
	root.Add(Attempt{ID: 1, Send: 2, Recipient: 3, Number: 4, OpenedAt: 5, ClosedAt: 6, Outcome: "sent", Class: "", RemoteID: "r"})
	for name, test := range map[string]struct{ got, want string }{
		"entry": {e.Hash().String(), goldenEntry},
		"link":  {l.Hash.String(), goldenLink},
		"root":  {root.Sum().String(), goldenRoot},
		"tie":   {tieRef([]byte("salt"), "ann"), goldenTie},
	} {
		if test.got != test.want {
			t.Errorf("%s is %s, was %s", name, test.got, test.want)
		}
	}
}

// Computed from the format in the package comment by another program.
const (
	goldenEntry = "91ee84acce56f725262bd88ea2e4b63af07d0cd188245c507a80a9da347b25e2"
	goldenLink  = "39d7f93ed7ed6d4692045481487048339b42389480dd27c7a0ccbc866df31bcc"
	goldenRoot  = "0a5f5abebc0207f0c950961b4180c2d567902e789ff29ccf6efeeeb82e286750"
	goldenTie   = "d8fd5194dd15190761baf9d0a47f97e921cbbfb2d580dc28adba126fa6906b03"
)

func TestEveryFieldOfAnEntryCounts(t *testing.T) {
	t.Parallel()
	base := entryAt(7, `{"a":1}`)
	changed := map[string]Entry{
		"seq":                         entryAt(8, `{"a":1}`),
		"at":                          {Seq: 7, At: when.Add(time.Millisecond), Kind: MessageAdded, Body: base.Body},
		"kind":                        {Seq: 7, At: when, Kind: MessageEdited, Body: base.Body},
		"body":                        entryAt(7, `{"a":2}`),
		"the border of kind and body": {Seq: 7, At: when, Kind: MessageAdded + `{`, Body: base.Body[1:]},
	}
	for name, e := range changed {
		if e.Hash() == base.Hash() {
			t.Errorf("%s does not count", name)
		}
	}
	below := base
	below.At = when.Truncate(time.Millisecond)
	if below.Hash() != base.Hash() {
		t.Error("what lies below a millisecond is not stored and must not count")
	}
}

func TestEveryFieldOfAnAttemptCounts(t *testing.T) {
	t.Parallel()
	base := Attempt{ID: 1, Send: 2, Recipient: 3, Number: 4, OpenedAt: 5, ClosedAt: 6, Outcome: "sent", Class: "c", RemoteID: "r"}
	root := func(all ...Attempt) Hash {
		var r AttemptsRoot
		for _, a := range all {
			r.Add(a)
		}
		return r.Sum()
	}
	changes := []func(*Attempt){
		func(a *Attempt) { a.ID++ }, func(a *Attempt) { a.Send++ }, func(a *Attempt) { a.Recipient++ }, func(a *Attempt) { a.Number++ },
		func(a *Attempt) { a.OpenedAt++ }, func(a *Attempt) { a.ClosedAt++ }, func(a *Attempt) { a.Outcome = "failed" },
		func(a *Attempt) { a.Class = "" }, func(a *Attempt) { a.RemoteID = "" }, func(a *Attempt) { a.Class, a.RemoteID = "cr", "" },
	}
	for i, change := range changes {
		a := base
		change(&a)
		if root(a) == root(base) {
			t.Errorf("change %d does not count", i)
		}
	}
	other := base
	other.ID = 9
	if root(base, other) == root(other, base) {
		t.Error("the order does not count")
	}
	if root(base) == root(base, base) || root() == root(base) {
		t.Error("the number does not count")
	}
}

func TestParseHash(t *testing.T) {
	t.Parallel()
	h := entryAt(1, "{}").Hash()
	if got, err := ParseHash(h.String()); err != nil || got != h {
		t.Errorf("got %s, %v; want %s", got, err, h)
	}
	for _, bad := range []string{"", "x", h.String()[:63], h.String()[:62], h.String() + "00", strings.Repeat("g", 64)} {
		if _, err := ParseHash(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(entryAt(1, "{}").Hash().String())
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHash(s)
		if err == nil && !strings.EqualFold(h.String(), s) {
			t.Errorf("%q was read as %s", s, h)
		}
	})
}

func TestTie(t *testing.T) {
	t.Parallel()
	one, two := NewTie("ann"), NewTie("ann")
	if one.Ref == two.Ref || strings.Contains(one.Ref, "ann") {
		t.Errorf("the reference tells who it is: %s, %s", one.Ref, two.Ref)
	}
	if !one.Holds() || len(one.Salt) != 16 {
		t.Errorf("%+v does not hold", one)
	}
	changed := one
	changed.Value = "bob"
	salted := one
	salted.Salt = two.Salt
	if changed.Holds() || salted.Holds() {
		t.Error("another value or salt holds")
	}
}

func TestHeadOf(t *testing.T) {
	t.Parallel()
	l := NewLink(Origin("w1"), when, []Hash{entryAt(1, "{}").Hash()})
	if h := HeadOf(l); h.Writer != "w1" || h.Number != 1 || h.Hash != l.Hash.String() || !h.At.Equal(when.Truncate(time.Millisecond)) {
		t.Errorf("head %+v of %+v", h, l)
	}
}

// chain draws a chain of links with their entries.
func chain(rt *rapid.T, writer string) ([]Link, [][]Entry) {
	var links []Link
	var entries [][]Entry
	last := Origin(writer)
	for range rapid.IntRange(1, 6).Draw(rt, "links") {
		var covered []Entry
		var hashes []Hash
		for range rapid.IntRange(1, 4).Draw(rt, "entries") {
			e := entryAt(last.First+int64(last.Count)+int64(len(covered)), rapid.StringMatching(`\{"a":[0-9]{1,5}\}`).Draw(rt, "body"))
			covered, hashes = append(covered, e), append(hashes, e.Hash())
		}
		last = NewLink(last, when, hashes)
		links, entries = append(links, last), append(entries, covered)
	}
	return links, entries
}

// verify gives the first fault of a chain.
func verify(writer string, links []Link, entries [][]Entry) (Head, error) {
	v := NewVerifier(writer)
	for i, l := range links {
		if err := v.Next(l, entries[i]); err != nil {
			return v.Head(), err
		}
	}
	return v.Head(), nil
}

func TestSoundChainsVerify(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		links, entries := chain(rt, "w1")
		head, err := verify("w1", links, entries)
		if err != nil || head != HeadOf(links[len(links)-1]) {
			rt.Fatalf("head %+v, %v", head, err)
		}
		if _, err := verify("w2", links, entries); err == nil {
			rt.Fatal("a chain of another writer verifies")
		}
	})
}

func TestChangedChainsDoNotVerify(t *testing.T) {
	t.Parallel()
	changes := map[string]func(l *[]Link, e *[][]Entry, i int) bool{
		"a body": func(_ *[]Link, e *[][]Entry, i int) bool {
			(*e)[i][0].Body = json.RawMessage(`{"b":0}`)
			return true
		},
		"a time":  func(_ *[]Link, e *[][]Entry, i int) bool { (*e)[i][0].At = when.Add(time.Hour); return true },
		"a seq":   func(_ *[]Link, e *[][]Entry, i int) bool { (*e)[i][0].Seq++; return true },
		"a count": func(l *[]Link, _ *[][]Entry, i int) bool { (*l)[i].Count++; return true },
		"a first": func(l *[]Link, _ *[][]Entry, i int) bool { (*l)[i].First++; return true },
		"a link's time": func(l *[]Link, _ *[][]Entry, i int) bool {
			(*l)[i].At = when.Add(time.Hour)
			return true
		},
		"a hash": func(l *[]Link, _ *[][]Entry, i int) bool { (*l)[i].Hash[3] ^= 1; return true },
		"a prev": func(l *[]Link, _ *[][]Entry, i int) bool { (*l)[i].Prev[3] ^= 1; return true },
		"an entry gone": func(_ *[]Link, e *[][]Entry, i int) bool {
			(*e)[i] = (*e)[i][1:]
			return true
		},
		"an entry more": func(l *[]Link, e *[][]Entry, i int) bool {
			(*e)[i] = append((*e)[i], entryAt((*l)[i].First+int64((*l)[i].Count), "{}"))
			return true
		},
		"a link gone": func(l *[]Link, e *[][]Entry, i int) bool {
			if i == len(*l)-1 {
				return false // a cut tail is sound in itself
			}
			*l, *e = append((*l)[:i], (*l)[i+1:]...), append((*e)[:i], (*e)[i+1:]...)
			return true
		},
		"links swapped": func(l *[]Link, e *[][]Entry, i int) bool {
			if i == 0 {
				return false
			}
			(*l)[i], (*l)[i-1] = (*l)[i-1], (*l)[i]
			(*e)[i], (*e)[i-1] = (*e)[i-1], (*e)[i]
			return true
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				links, entries := chain(rt, "w1")
				i := rapid.IntRange(0, len(links)-1).Draw(rt, "at")
				if !change(&links, &entries, i) {
					return
				}
				if _, err := verify("w1", links, entries); err == nil {
					rt.Fatal("nothing was found")
				}
			})
		})
	}
}
