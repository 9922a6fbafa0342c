package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"clarion/accounts"
	"clarion/office"
)

// Bounds of a session.
const (
	sessionAge  = 12 * time.Hour // however busy
	sessionIdle = 2 * time.Hour
	// touchEvery is how often a busy session is written down: a write for each
	// page would cost a disk flush each.
	touchEvery = 5 * time.Minute
)

// What a session remembers.
const (
	keyPerson     = "person"
	keyGeneration = "generation"
	keyProved     = "proved"  // Unix milliseconds; 0 if no second factor was given
	keySeen       = "seen"    // Unix milliseconds
	keyBegan      = "began"   // Unix milliseconds
	keyOutside    = "outside" // they came through the provider
)

// Sessions recognises whoever signed in, by a browser's cookie or by a command
// line's key.
type Sessions struct {
	manager  *scs.SessionManager
	accounts *accounts.Accounts
}

// NewSessions keeps sessions in a store. Over https the cookie is bound to this
// host alone.
func NewSessions(store scs.Store, a *accounts.Accounts, https bool) *Sessions {
	m := scs.New()
	m.Store, m.HashTokenInStore, m.Lifetime = store, true, sessionAge
	m.Cookie.Name, m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Path = "clarion_session", true, http.SameSiteLaxMode, "/"
	if https {
		m.Cookie.Name, m.Cookie.Secure = "__Host-clarion_session", true
	}
	return &Sessions{manager: m, accounts: a}
}

// begin makes a session for somebody who has just signed in. The key is made
// anew, so that one that was planted before is worth nothing.
func (s *Sessions) begin(ctx context.Context, of accounts.Session) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	s.put(ctx, of)
	return nil
}

func (s *Sessions) put(ctx context.Context, of accounts.Session) {
	proved := int64(0)
	if !of.Proved.IsZero() {
		proved = of.Proved.UnixMilli()
	}
	s.manager.Put(ctx, keyPerson, of.Person)
	s.manager.Put(ctx, keyGeneration, of.Generation)
	s.manager.Put(ctx, keyProved, proved)
	s.manager.Put(ctx, keySeen, time.Now().UnixMilli())
	s.manager.Put(ctx, keyBegan, of.Began.UnixMilli())
	s.manager.Put(ctx, keyOutside, of.Outside)
	if !of.Until.IsZero() {
		s.manager.SetDeadline(ctx, of.Until)
	}
}

func (s *Sessions) get(ctx context.Context) accounts.Session {
	of := accounts.Session{Person: s.manager.GetString(ctx, keyPerson), Generation: s.manager.GetInt64(ctx, keyGeneration), Outside: s.manager.GetBool(ctx, keyOutside)}
	of.Began = time.UnixMilli(s.manager.GetInt64(ctx, keyBegan))
	if proved := s.manager.GetInt64(ctx, keyProved); proved > 0 {
		of.Proved = time.UnixMilli(proved)
	}
	if of.Outside {
		of.Until = s.manager.Deadline(ctx)
	}
	return of
}

// actor gives who is signed in; false if nobody is, or not any more.
func (s *Sessions) actor(ctx context.Context) (office.Actor, bool, error) {
	of, now := s.get(ctx), time.Now()
	seen := time.UnixMilli(s.manager.GetInt64(ctx, keySeen))
	if of.Person == "" || now.Sub(seen) > sessionIdle {
		return office.Actor{}, false, nil
	}
	by, ok, err := s.accounts.Recognise(ctx, of)
	if ok && now.Sub(seen) > touchEvery {
		s.manager.Put(ctx, keySeen, now.UnixMilli())
	}
	return by, ok, err
}

// key begins a session without a browser and gives its key.
func (s *Sessions) key(ctx context.Context, of accounts.Session) (string, time.Time, error) {
	ctx, err := s.manager.Load(ctx, "")
	if err != nil {
		return "", time.Time{}, fmt.Errorf("begin a session: %w", err)
	}
	s.put(ctx, of)
	key, expires, err := s.manager.Commit(ctx)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("begin a session: %w", err)
	}
	return key, expires, nil
}

// bearer gives who comes with a key of a session or with a token (RFC 6750).
// That a session was seen can't always be written down, as with the disk full:
// fault is told, and it holds all the same.
func (s *Sessions) bearer(ctx context.Context, header string, fault func(doing string, err error)) (office.Actor, bool, error) {
	scheme, key, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") || key == "" {
		return office.Actor{}, false, nil
	}
	if by, ok, err := s.accounts.RecogniseToken(ctx, key); ok || err != nil {
		return by, ok, err
	}
	ctx, err := s.manager.Load(ctx, key)
	if err != nil {
		return office.Actor{}, false, fmt.Errorf("read a session: %w", err)
	}
	by, ok, err := s.actor(ctx)
	if ok && s.manager.Status(ctx) == scs.Modified {
		if _, _, err := s.manager.Commit(ctx); err != nil {
			fault("write down that a session was seen", err)
		}
	}
	return by, ok, err
}

// end ends the session of a key.
func (s *Sessions) end(ctx context.Context, key string) error {
	ctx, err := s.manager.Load(ctx, key)
	if err == nil {
		err = s.manager.Destroy(ctx)
	}
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// prove gives the session of a key a fresh second factor.
func (s *Sessions) prove(ctx context.Context, header, code string) error {
	_, key, _ := strings.Cut(header, " ")
	session, err := s.manager.Load(ctx, key)
	if err != nil {
		return fmt.Errorf("read a session: %w", err)
	}
	if _, ok, err := s.actor(session); err != nil {
		return err
	} else if !ok {
		return notSignedIn()
	}
	proved, err := s.accounts.Prove(ctx, s.get(session), code, addressOf(ctx))
	if err != nil {
		return err
	}
	s.put(session, proved)
	if _, _, err := s.manager.Commit(session); err != nil {
		return fmt.Errorf("write a session: %w", err)
	}
	return nil
}
