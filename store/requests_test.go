package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"clarion/ledger"
)

func request(name string) Request {
	return Request{ID: []byte("id of " + name), Print: []byte("print of " + name)}
}

// A request is recorded with what it did, or not at all.
func TestRequestIsOfOneTransaction(t *testing.T) {
	s, now := setup(t).store, time.Now()
	r := request("one")
	ctx := Under(t.Context(), r)
	fault := errors.New("no")
	note := func(t *Tx) error { return t.Record(ledger.ChannelPaused, map[string]string{"subject": "web"}) }
	for name, change := range map[string]func(*Tx) error{
		"nothing recorded": func(*Tx) error { return nil },
		"refused":          func(t *Tx) error { return errors.Join(note(t), fault) },
	} {
		if err := s.Update(ctx, now, change); err != nil && !errors.Is(err, fault) {
			t.Fatal(name, err)
		}
		if _, found, err := s.EarlierRequest(t.Context(), r.ID); found || err != nil {
			t.Errorf("%s: found %v, %v", name, found, err)
		}
	}
	for range 2 { // the second is a further step of the same request
		if err := s.Update(ctx, now, note); err != nil {
			t.Fatal(err)
		}
	}
	e, found, err := s.EarlierRequest(t.Context(), r.ID)
	if err != nil || !found || string(e.Print) != string(r.Print) || e.Answer != nil || len(e.Entries) != 1 || e.Entries[0].Kind != ledger.ChannelPaused {
		t.Errorf("got %+v, %v, %v", e, found, err)
	}
	if err := s.Update(Under(t.Context(), r), now, note); !errors.Is(err, ErrRequestTaken) {
		t.Errorf("another process did it as well: %v", err)
	}
	if err := s.AnswerRequest(t.Context(), r, []byte("answer"), now); err != nil {
		t.Fatal(err)
	}
	if e, _, err := s.EarlierRequest(t.Context(), r.ID); err != nil || string(e.Answer) != "answer" {
		t.Errorf("got %+v, %v", e, err)
	}
}

// Dropping old ones goes on where one transaction ends.
func TestDropRequests(t *testing.T) {
	s, now := setup(t).store, time.Now()
	const old = 501
	if err := s.Update(t.Context(), now, func(*Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for i := range old {
		if err := s.AnswerRequest(t.Context(), request(fmt.Sprint(i)), nil, now.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AnswerRequest(t.Context(), request("new"), nil, now); err != nil {
		t.Fatal(err)
	}
	if n, err := s.DropRequests(t.Context(), now, now); err != nil || n != old {
		t.Errorf("dropped %d, %v", n, err)
	}
	if _, found, err := s.EarlierRequest(t.Context(), request("new").ID); !found || err != nil {
		t.Errorf("the new one: %v, %v", found, err)
	}
}
