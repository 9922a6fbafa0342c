package office

import "clarion/store"

// Watcher is told what was decided about everything at once or about a channel,
// once it is durable: who and what, and not their words.
type Watcher interface {
	Froze(by string, took Pressed)
	// Thawed is told done only of the second of two people.
	Thawed(by string, done bool)
	// ChannelDecided is told how a channel stands after a decision, which is
	// "pause", "resume" or "mode".
	ChannelDecided(by, decision string, state store.ChannelState)
}

// nobody watches.
type nobody struct{}

func (nobody) Froze(string, Pressed)                             {}
func (nobody) Thawed(string, bool)                               {}
func (nobody) ChannelDecided(string, string, store.ChannelState) {}
