package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/channels"
)

// TestClasses is the table of phase, fault and class, for relays with and
// without PIPELINING. whole is how many mails reached the relay with their dot.
func TestClasses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		verb, answer string
		class        channels.Class
		whole        int
		again        int // connections after a second delivery that goes well
	}{
		{"MAIL", "421 4.3.2 closing", channels.Temporary, 0, 2},
		{"MAIL", "450 4.7.1 later", channels.Temporary, 0, 1},
		{"MAIL", "452 4.3.1 no room", channels.Temporary, 0, 1},
		{"MAIL", "530 5.7.0 authentication required", channels.Unavailable, 0, 1},
		{"MAIL", "550 5.1.8 bad address", channels.Unavailable, 0, 1},
		{"MAIL", "553 sender not owned by user", channels.Unavailable, 0, 1},
		{"MAIL", "554 5.5.4 Relay access denied", channels.Unavailable, 0, 1},
		{"MAIL", "552 5.3.4 too big", channels.Permanent, 0, 1},
		{"MAIL", "354 what", channels.Temporary, 0, 2},
		{"MAIL", "nonsense", channels.Temporary, 0, 2},
		{"MAIL", drop, channels.Temporary, 0, 2},
		{"RCPT", "421 4.3.2 closing", channels.Temporary, 0, 2},
		{"RCPT", "450 4.2.1 later", channels.Temporary, 0, 1},
		{"RCPT", "451 4.7.1 greylisted", channels.Temporary, 0, 1},
		{"RCPT", "550 5.1.1 no such user", channels.Permanent, 0, 1},
		{"RCPT", "554 5.7.1 not here", channels.Permanent, 0, 1},
		{"RCPT", "530 5.7.0 authentication required", channels.Unavailable, 0, 1},
		{"RCPT", drop, channels.Temporary, 0, 2},
		{"DATA", "421 4.3.2 closing", channels.Temporary, 0, 2},
		{"DATA", "451 4.3.0 later", channels.Temporary, 0, 1},
		{"DATA", "554 5.5.1 no valid recipients", channels.Permanent, 0, 1},
		{"DATA", "250 2.0.0 Ok", channels.Temporary, 0, 2},
		{"DATA", drop, channels.Temporary, 0, 2},
		{"DOT", "421 4.3.2 closing", channels.Temporary, 1, 2},
		{"DOT", "451 4.3.0 later", channels.Temporary, 1, 1},
		{"DOT", "452 4.3.1 no room", channels.Temporary, 1, 1},
		{"DOT", "550 5.7.1 spam", channels.Permanent, 1, 1},
		{"DOT", "554 5.6.0 refused", channels.Permanent, 1, 1},
		{"DOT", "354 what", channels.Unknown, 1, 2},
		{"DOT", "99", channels.Unknown, 1, 2},
		{"DOT", drop, channels.Unknown, 1, 2},
	}
	for _, c := range cases {
		for _, pipelining := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s %.8s pipelining=%t", c.verb, c.answer, pipelining), func(t *testing.T) {
				t.Parallel()
				change := func(*relay) {}
				if !pipelining {
					change = unpipelined
				}
				r := startRelay(t, map[string]string{c.verb: c.answer}, change)
				ch := open(t, base(r.addr))
				s := connect(t, ch)
				d := delivery(rendered(t, ch, plain()), "ada@example.com")
				begun := 0
				d.Begin = func() error { begun++; return nil }

				_, err := s.Publish(deadline(t), d)
				if got := channels.AsError(err); got == nil || got.Class != c.class {
					t.Fatalf("got %v, want class %s", err, c.class)
				}
				if _, whole, accepted := r.counts(); whole != c.whole || accepted != 0 {
					t.Errorf("the relay has %d whole mails, %d accepted; want %d, 0", whole, accepted, c.whole)
				}
				r.plan(c.verb, "")
				if !s.Alive() {
					s = connect(t, ch)
				}
				if _, err := s.Publish(deadline(t), d); err != nil {
					t.Errorf("the next delivery: %v", err)
				}
				if opened, _, accepted := r.counts(); opened != c.again || accepted != 1 {
					t.Errorf("%d connections and %d accepted mails, want %d and 1", opened, accepted, c.again)
				}
				if begun != 2 {
					t.Errorf("Begin was called %d times for two deliveries", begun)
				}
			})
		}
	}
}

// TestEagerRelay: a relay that takes DATA up without a recipient never gets a
// dot, and so no empty mail.
func TestEagerRelay(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"MAIL", "RCPT"} {
		r := startRelay(t, map[string]string{verb: "550 5.1.1 no such user"}, func(r *relay) { r.eager = true })
		ch := open(t, base(r.addr))
		s := connect(t, ch)
		d := delivery(rendered(t, ch, plain()), "ada@example.com")
		if _, err := s.Publish(deadline(t), d); channels.AsError(err).Class != channels.Permanent {
			t.Errorf("%s: got %v, want permanent", verb, err)
		}
		if whole := wholeOf(r); s.Alive() || whole != 0 {
			t.Errorf("%s: alive %t, %d whole mails; want false, 0", verb, s.Alive(), whole)
		}
	}
}

// TestAlive: a connection that rested is asked, so that one which the relay
// closed meanwhile is noticed before an attempt opens.
func TestAlive(t *testing.T) {
	t.Parallel()
	r := startRelay(t, map[string]string{})
	ch := open(t, base(r.addr))
	for _, c := range []struct {
		noop  string
		rest  time.Duration
		asked int
		alive bool
	}{
		{"", 0, 0, true}, {drop, idleLimit - time.Minute, 0, true}, {"", idleLimit, 1, true},
		{"421 4.4.2 idle too long", idleLimit, 2, false}, {drop, idleLimit, 3, false}, {"500 what", idleLimit, 4, false},
	} {
		r.plan("NOOP", c.noop)
		s := connect(t, ch)
		s.conn.used = time.Now().Add(-c.rest)
		if alive := s.Alive(); alive != c.alive || len(r.heard("NOOP")) != c.asked {
			t.Errorf("%+v: alive %t, asked %d times", c, alive, len(r.heard("NOOP")))
		}
	}
}

// TestLostSession: what lost its connection begins nothing more.
func TestLostSession(t *testing.T) {
	t.Parallel()
	r := startRelay(t, map[string]string{"DOT": drop})
	ch := open(t, base(r.addr))
	s := connect(t, ch)
	d := delivery(rendered(t, ch, plain()), "ada@example.com")
	if _, err := s.Publish(deadline(t), d); channels.AsError(err).Class != channels.Unknown || s.Alive() {
		t.Fatalf("got %v, alive %t; want unknown, false", err, s.Alive())
	}
	d.Begin = func() error { t.Error("a delivery began"); return nil }
	if _, err := s.Publish(deadline(t), d); channels.AsError(err).Class != channels.NotBegun {
		t.Errorf("got %v, want not-begun", err)
	}
}

func TestResetRefusedGivesUpConnection(t *testing.T) {
	t.Parallel()
	r := startRelay(t, map[string]string{"MAIL": "450 4.7.1 later", "DATA": "503 5.5.1 no", "RCPT": "503 5.5.1 no", "RSET": "500 no"})
	ch := open(t, base(r.addr))
	s := connect(t, ch)
	if _, err := s.Publish(deadline(t), delivery(rendered(t, ch, plain()), "ada@example.com")); channels.AsError(err).Class != channels.Temporary {
		t.Fatalf("got %v, want temporary", err)
	}
	if s.Alive() {
		t.Error("a connection that refused RSET is used again")
	}
}

func TestLostInTheMailIsTemporary(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil, func(r *relay) { r.halfway = true })
	ch := open(t, base(r.addr))
	post := plain()
	post.Body = strings.Repeat("A sentence that makes the mail longer than the socket's buffers. \n\n", 1_000_000/65)
	d := delivery(rendered(t, ch, post), "ada@example.com")
	d.Rendering.Documents[0].Parts = append(d.Rendering.Documents[0].Parts,
		channels.Part{Literal: []byte(strings.Repeat("x\r\n", 6_000_000))})
	_, err := ch.Publish(deadline(t), d)
	if channels.AsError(err).Class != channels.Temporary {
		t.Fatalf("got %v, want temporary", err)
	}
	if _, whole, _ := r.counts(); whole != 0 {
		t.Error("the relay has the whole mail")
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	for verb, want := range map[string]channels.Class{
		"MAIL": channels.Temporary, "RCPT": channels.Temporary, "DATA": channels.Temporary, "DOT": channels.Unknown,
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			r := startRelay(t, map[string]string{verb: hang})
			ch := open(t, base(r.addr))
			s := connect(t, ch)
			ctx, cancel := context.WithCancel(t.Context())
			d := delivery(rendered(t, ch, plain()), "ada@example.com")
			d.Begin = func() error {
				go func() { // once the relay was asked what it will not answer
					defer cancel()
					select {
					case <-r.hung:
					case <-t.Context().Done():
					}
				}()
				return nil
			}
			if _, err := s.Publish(ctx, d); channels.AsError(err).Class != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if s.Alive() {
				t.Error("a connection in the middle of something is used again")
			}
		})
	}
}

func wholeOf(r *relay) int { _, whole, _ := r.counts(); return whole }

func TestCancelled(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{true, false} {
		r := startRelay(t, nil)
		ch := open(t, base(r.addr))
		s := connect(t, ch)
		ctx, cancel := context.WithCancel(t.Context())
		d := delivery(rendered(t, ch, plain()), "ada@example.com")
		want := channels.Temporary
		d.Begin = func() error { cancel(); return nil }
		if early {
			cancel()
			want = channels.NotBegun
			d.Begin = func() error { t.Error("an attempt began"); return nil }
		}
		if _, err := s.Publish(ctx, d); channels.AsError(err).Class != want {
			t.Errorf("early %t: got %v, want %s", early, err, want)
		}
		if wholeOf(r) != 0 || early && len(r.heard("MAIL")) != 0 || s.Alive() != early {
			t.Errorf("early %t: %q, alive %t", early, r.heard(""), s.Alive())
		}
	}
}

func TestBegin(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	s := connect(t, ch)
	d := delivery(rendered(t, ch, plain()), "ada@example.com")
	stop := errors.New("frozen")
	d.Begin = func() error {
		if n := len(r.heard("MAIL")); n != 0 {
			t.Errorf("%d MAIL commands before Begin", n)
		}
		return stop
	}
	if _, err := s.Publish(deadline(t), d); err != stop { //nolint:errorlint // the very error is promised
		t.Errorf("got %v, want the error of Begin as it is", err)
	}
	if n := len(r.heard("MAIL")); n != 0 {
		t.Errorf("%d MAIL commands after Begin failed", n)
	}
	d.Begin = func() error { return nil }
	if _, err := s.Publish(deadline(t), d); err != nil {
		t.Errorf("the connection is lost after Begin failed: %v", err)
	}
	if opened, _, accepted := r.counts(); opened != 1 || accepted != 1 {
		t.Errorf("%d connections, %d mails; want 1, 1", opened, accepted)
	}
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	for answer, id := range map[string]string{
		"250 2.0.0 Ok: queued as 4F1A2B3C":                           "4F1A2B3C",
		"250 OK id=1rXyzA-0001Qb-2C":                                 "1rXyzA-0001Qb-2C",
		"250 2.0.0 41NBxk 012345 Message accepted for delivery":      "012345",
		"250 2.6.0 accepted for ada@example.com and ADA@EXAMPLE.COM": "",
		"250 queued as <x@example.com>":                              "",
		"250":                                                        "",
	} {
		r := startRelay(t, map[string]string{"DOT": answer})
		ch := open(t, base(r.addr))
		got, err := ch.Publish(deadline(t), delivery(rendered(t, ch, plain()), "ada@example.com"))
		if err != nil || got.RemoteID != id {
			t.Errorf("%s: receipt %+v, %v; want id %q", answer, got, err, id)
		}
		if strings.Contains(strings.ToLower(got.Detail), "ada") || !strings.HasPrefix(got.Detail, "250") {
			t.Errorf("%s: detail %q", answer, got.Detail)
		}
	}
}

func TestSizeAnnounced(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	d := delivery(rendered(t, ch, plain()), "ada@example.com")
	l, err := (&session{channel: ch}).letter(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		limit int64
		good  bool
	}{{l.size - 1, false}, {l.size, true}, {l.size + 1, true}, {0, true}} {
		r := startRelay(t, nil, func(r *relay) { r.offers = []string{fmt.Sprintf("SIZE %d", c.limit)} })
		_, err := open(t, base(r.addr)).Publish(deadline(t), d)
		if (err == nil) != c.good || !c.good && channels.AsError(err).Class != channels.Permanent {
			t.Errorf("limit %d for %d bytes: %v", c.limit, l.size, err)
		}
		if c.good && int64(len(r.mail(t))) != l.size {
			t.Errorf("announced %d bytes, wrote %d", l.size, len(r.mail(t)))
		}
		if want := fmt.Sprintf(" SIZE=%d", l.size); c.good && !strings.HasSuffix(r.heard("MAIL")[0], want) {
			t.Errorf("%q lacks %q", r.heard("MAIL")[0], want)
		}
	}
}
