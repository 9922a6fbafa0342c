//go:build servers

// Package readers holds what real feed readers make of corrections and
// withdrawals.
package readers

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"clarion/message"
	"clarion/office"
)

// seen is one entry as a reader stored it.
type seen struct{ title, id, content string }

// is tells by the entry's id, or by its SHA-256, which Miniflux keeps.
func (s seen) is(m message.Message) bool {
	sum := sha256.Sum256([]byte(m.EntryID))
	return s.id == m.EntryID || s.id == hex.EncodeToString(sum[:])
}

// reader is a feed reader that was subscribed to a feed. It looks again and
// gives all that it has of the feed.
type reader func(t *testing.T) []seen

// stage is where a message stands, and how a reader must show it.
type stage struct {
	name, title, says, gone string
	publish                 func(n *newsroom, original string) office.Draft
}

func first() office.Draft {
	return office.Draft{Text: text("Five new gauges", "At the Merrow.", "There are five.")}
}

func stages() []stage {
	return []stage{
		{name: "corrected", title: "Six new gauges", says: "Corrected on", gone: "There are five.", publish: func(_ *newsroom, original string) office.Draft {
			return office.Draft{Text: text("Six new gauges", "Six, not five.", "There are six."), Corrects: original}
		}},
		{name: "corrected again", title: "Seven new gauges", says: "Seven, not six.", gone: "There are six.", publish: func(_ *newsroom, original string) office.Draft {
			return office.Draft{Text: text("Seven new gauges", "Seven, not six.", "There are seven."), Corrects: original}
		}},
		{name: "withdrawn", title: "Withdrawn: Seven new gauges", says: "This announcement was withdrawn on", gone: "There are seven.", publish: func(_ *newsroom, original string) office.Draft {
			return office.Draft{Text: text("Notice", "They are not ours.", "This was sent in error."), Withdraws: original}
		}},
	}
}

// follow takes a message through its stages and holds that a reader shows one
// entry for it at each, and the other message's as it was.
func follow(t *testing.T, subscribe func(t *testing.T, feed string) reader, file string) {
	t.Parallel()
	n := open(t)
	original := n.publish(first())
	other := n.publish(office.Draft{Text: text("Barrier test", "On Sunday.", "It is raised.")})
	look := subscribe(t, n.base+"/feeds/"+file)
	check := func(name, title, says, gone string) {
		t.Helper()
		all := look(t)
		if len(all) != 2 {
			t.Fatalf("%s: the reader has %d entries of 2 messages: %+v", name, len(all), all)
		}
		for _, e := range all {
			switch {
			case e.is(other) && e.title == "Barrier test":
			case e.is(original) && e.title == title:
				if !strings.Contains(e.content, says) || gone != "" && strings.Contains(e.content, gone) {
					t.Errorf("%s: the reader shows %q", name, e.content)
				}
			default:
				t.Errorf("%s: the reader has %+v", name, e)
			}
		}
	}
	check("published", "Five new gauges", "There are five.", "")
	for _, s := range stages() {
		n.publish(s.publish(n, original.ID))
		check(s.name, s.title, s.says, s.gone)
	}
}
