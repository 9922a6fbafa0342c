// Package office holds what people do: draft, submit, approve, hold, release,
// freeze, resolve. Every face of the product comes through here, so that no
// face can skip a rule.
//
// Failure rules. A use case that answers without error is durable, ledger
// included; one that answers with an error changed nothing. What a person can
// mend comes back as a *Refusal, which says what happened, to what, and what
// to do; anything else is a fault of ours. Every decision is checked and
// recorded in one transaction.
package office

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Queue is what the office tells the queue.
type Queue interface {
	Wake()                            // something was planned or released
	Reload(ctx context.Context) error // a channel was paused, resumed or switched
	Look(ctx context.Context, send int64) (message.Look, error)
	Pause(channel, reason string) // a check found a channel unusable: as if a delivery had
}

// Freezer is the stop button.
type Freezer interface {
	Frozen() bool
	Press(says string) error
	Clear() error
}

// Channel is a configured channel as the office knows it.
type Channel struct {
	Name    string
	Kind    string
	Channel channels.Channel
}

// rehearses reports whether the channel publishes nothing: by its kind, or
// because it was switched.
func (c Channel) rehearses(states map[string]store.ChannelState) bool {
	return c.Channel.Capabilities().Rehearses || states[c.Name].Rehearsal
}

// Settings is what the office has of the configuration.
type Settings struct {
	Language   string    // of messages that name none
	Zone       string    // in which times are shown to readers
	Department string    // of messages that name none
	Channels   []Channel // to begin with; see Configure
	Links      Links
	// Fetcher gets feeds; nil where none can be fetched.
	Fetcher Fetcher
	// Vault keeps the key by which exports are signed; nil where none are.
	Vault Vault
	// Teller, if not nil, tells staff by mail what waits for them.
	Teller Teller
	// Prober tries hooks; nil where nothing tells them.
	Prober Prober
	// Watcher, if not nil, is told of decisions about everything at once or
	// about a channel.
	Watcher Watcher
	// PublicChanged, if not nil, is told when what the public may read changed
	// other than by a send.
	PublicChanged func()
}

// Links makes the addresses that readers see.
type Links struct {
	Page        func(slug string) string
	Unsubscribe func(recipient int64) string
	AssetBase   string
	Zone        *time.Location
}

// Office runs the use cases.
type Office struct {
	store    *store.Store
	queue    Queue
	freezer  Freezer
	settings Settings

	configured atomic.Pointer[configured]
	signing    sync.Mutex // one at a time makes the key of exports
}

// New makes an office.
func New(s *store.Store, queue Queue, freezer Freezer, settings Settings) *Office {
	if settings.Watcher == nil {
		settings.Watcher = nobody{}
	}
	o := &Office{store: s, queue: queue, freezer: freezer, settings: settings}
	o.Configure(settings.Channels, settings.Fetcher)
	return o
}

// Actor is who does something.
type Actor struct {
	Name     string
	Verified bool          // they proved who they are
	Token    *people.Token // that they came with; nil for a session
	Proved   time.Time     // when they last gave a second factor in the session
	Since    time.Time     // when they signed in; zero with a token
	Local    bool          // nobody signed in, but they have the data folder itself
}

// owns reports whether it is whoever has the data folder, signed in as nobody.
func (a Actor) owns() bool { return a.Local && a.Name == "" }

// stranger refuses somebody who is not known, or not named at all.
func stranger(name string) error {
	if name == "" {
		return Refuse(Forbidden, "you are not signed in", "sign in with `clarion login`")
	}
	return Refuse(Forbidden, fmt.Sprintf("there is no person called %s", message.Quote(name)), "sign in with `clarion login`")
}

// ofOwner reports whether an act is one that whoever has the data folder could
// do without us: reading it, copying it.
func ofOwner(act people.Act) bool {
	switch act {
	case people.ReadMessages, people.ReadChannels, people.ReadAudiences, people.ReadLedger, people.ExportLedger, people.ReadPeople, people.ReadTemplates, people.BackUp, people.CheckChannel:
		return true
	}
	return false
}

func (a Actor) decider() store.Decider { return store.Decider{Name: a.Name, Verified: a.Verified} }

// Allowed refuses whoever may not do an act in a department, or for the whole
// office if it is empty. Roles are read in the transaction that acts.
func Allowed(t *store.Tx, by Actor, act people.Act, department string) error {
	if by.owns() && ofOwner(act) {
		return nil
	}
	p, err := t.Person(by.Name)
	if errors.Is(err, store.ErrNotFound) {
		return stranger(by.Name)
	}
	if err != nil {
		return err
	}
	who := people.Who{Person: p, Token: by.Token, Proved: by.Proved}
	if d := who.May(act, department, t.Now()); d != nil {
		return Refuse(Forbidden, d.Says, d.Try)
	}
	return nil
}

// decision is what the entries of people's decisions have in common.
func decision(t *store.Tx, by Actor, reason string) (person, why string, err error) {
	if person, err = t.Tie(by.Name); err != nil {
		return "", "", err
	}
	why, err = t.Tie(printable(reason))
	return person, why, err
}

// printable takes out of a text what would command the terminal of whoever
// reads the record. It is never refused for that: a freeze has a reason, too.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, text)
}

// Record ties who and why to an entry about something other than a message or
// send.
func Record(t *store.Tx, kind ledger.Kind, by Actor, reason string, body ledger.DecisionBody) error {
	var err error
	if body.By, body.Reason, err = decision(t, by, reason); err != nil {
		return err
	}
	body.Verified = by.Verified
	return t.Record(kind, body)
}

// channel finds a configured channel.
func (o *Office) channel(name string) (Channel, bool) {
	for _, c := range o.channels() {
		if c.Name == name {
			return c, true
		}
	}
	return Channel{}, false
}
