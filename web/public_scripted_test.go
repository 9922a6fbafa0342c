package web

import (
	"context"
	"sync"
	"time"
)

// scripted is a reader that answers what it is told to.
type scripted struct {
	mu      sync.Mutex
	entries []PublicEntry
	err     error
	calls   int
	before  func() // called at each reading, after what it answers is settled
}

var _ PublicReader = (*scripted)(nil)

func (s *scripted) set(entries []PublicEntry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries, s.err = entries, err
}

func (s *scripted) answer() ([]PublicEntry, error) {
	s.mu.Lock()
	s.calls++
	entries, err := s.entries, s.err
	s.mu.Unlock()
	if s.before != nil {
		s.before()
	}
	return entries, err
}

func (s *scripted) PublicEntries(context.Context, string, int) ([]PublicEntry, error) {
	return s.answer()
}

func (s *scripted) PublicPage(context.Context, string) ([]byte, time.Time, error) {
	entries, err := s.answer()
	if err != nil || len(entries) == 0 {
		return nil, time.Time{}, firstError(err)
	}
	return entries[0].Atom, entries[0].Updated, nil
}

func (s *scripted) PublicAudiences(context.Context) ([]PublicAudience, error) {
	_, err := s.answer()
	return []PublicAudience{{Name: "public", Title: "Everyone"}}, err
}

func (s *scripted) PublicCorrections(context.Context, int) ([][]byte, error) {
	entries, err := s.answer()
	lines := make([][]byte, len(entries))
	for i, e := range entries {
		lines[i] = e.Item
	}
	return lines, err
}

func (s *scripted) PublicAsset(context.Context, string) ([]byte, string, error) {
	entries, err := s.answer()
	if err != nil || len(entries) == 0 {
		return nil, "", firstError(err)
	}
	return entries[0].Atom, "image/png", nil
}

func firstError(err error) error {
	if err != nil {
		return err
	}
	return ErrNotPublic
}
