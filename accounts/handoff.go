package accounts

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"clarion/office"
	"clarion/people"
)

// Bounds of sign-ins by browser that are under way.
const (
	HandoffAge  = 10 * time.Minute
	maxHandoffs = 200
	maxMachine  = 100 // bytes
)

// Handoff is a sign-in on a command line that a browser confirms (as RFC 8628
// has it).
type Handoff struct {
	Code    string // shown on both sides
	Secret  string // by which the command line collects the session
	Address string // of the page that confirms it
	Machine string // what asks, as it says itself
	Expires time.Time
}

// handoffs are those under way, in memory: a restart ends them.
type handoffs struct {
	mu  sync.Mutex
	all map[string]*handoff // by code
}

type handoff struct {
	Handoff
	session *Session // whose it became; nil while nobody confirmed
}

// BeginHandoff begins a sign-in that a browser is to confirm.
func (a *Accounts) BeginHandoff(machine string) (Handoff, error) {
	if a.settings.ConfirmLink == nil {
		return Handoff{}, office.Refuse(office.Conflict, "the daemon does not run, so no browser can confirm a sign-in", "start it, or sign in with name and password")
	}
	now := time.Now()
	h := Handoff{Code: newCode(), Secret: rand.Text(), Machine: people.OneLine(machine, maxMachine), Expires: now.Add(HandoffAge)}
	h.Address = a.settings.ConfirmLink(h.Code)
	a.handoffs.mu.Lock()
	defer a.handoffs.mu.Unlock()
	for code, old := range a.handoffs.all {
		if now.After(old.Expires) {
			delete(a.handoffs.all, code)
		}
	}
	if len(a.handoffs.all) >= maxHandoffs {
		return Handoff{}, office.Refuse(office.Conflict, "too many sign-ins wait for a browser", "try again in a few minutes")
	}
	a.handoffs.all[h.Code] = &handoff{Handoff: h}
	return h, nil
}

// newCode makes a code of 40 bits, as in ABCD-EFGH.
func newCode() string {
	text := rand.Text()
	return text[:4] + "-" + text[4:8]
}

// open finds a sign-in that waits.
func (h *handoffs) open(code string) (*handoff, error) {
	found := h.all[strings.ToUpper(strings.TrimSpace(code))]
	if found == nil || time.Now().After(found.Expires) || found.session != nil {
		return nil, office.Refuse(office.NotFound, "no command line waits with this code", "begin again with `clarion login --browser`")
	}
	return found, nil
}

// Handoff gives a sign-in that waits to be confirmed.
func (a *Accounts) Handoff(code string) (Handoff, error) {
	a.handoffs.mu.Lock()
	defer a.handoffs.mu.Unlock()
	found, err := a.handoffs.open(code)
	if err != nil {
		return Handoff{}, err
	}
	return Handoff{Code: found.Code, Machine: found.Machine, Expires: found.Expires}, nil
}

// ConfirmHandoff hands the session of a browser on to the command line that
// waits with a code.
func (a *Accounts) ConfirmHandoff(code string, s Session) error {
	a.handoffs.mu.Lock()
	defer a.handoffs.mu.Unlock()
	found, err := a.handoffs.open(code)
	if err != nil {
		return err
	}
	found.session = &s
	return nil
}

// CollectHandoff gives the session once, to whoever has the secret; false while
// nobody confirmed it.
func (a *Accounts) CollectHandoff(code, secret string) (Session, bool, error) {
	a.handoffs.mu.Lock()
	defer a.handoffs.mu.Unlock()
	found := a.handoffs.all[code]
	if found == nil || time.Now().After(found.Expires) || !same(found.Secret, secret) {
		return Session{}, false, office.Refuse(office.NotFound, fmt.Sprintf("nobody confirmed this sign-in within %s", HandoffAge), "begin again with `clarion login --browser`")
	}
	if found.session == nil {
		return Session{}, false, nil
	}
	delete(a.handoffs.all, code)
	return *found.session, true, nil
}
