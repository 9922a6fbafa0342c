package office

import (
	"context"
	"fmt"
	"time"

	"clarion/people"
	"clarion/store"
)

// expiryWarnings are how long before credentials expire staff are told, the
// longest first.
func expiryWarnings() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{30 * day, 14 * day, 7 * day, 3 * day, day, 0}
}

// Expiry is what staff are to know of a channel's credentials.
type Expiry struct {
	Channel string
	Account string
	At      time.Time
	Expired bool
	Paused  bool // it had been paused before
}

// Expiring gives what staff are to be told of credentials that expire, each
// warning once, and the instant of the next; zero if none is known. A channel
// whose credentials have expired is paused. What is given is noted as told.
func (o *Office) Expiring(ctx context.Context, now time.Time) (due []Expiry, next time.Time, err error) {
	live, err := o.liveCheckers(ctx)
	if err != nil {
		return nil, next, err
	}
	states, err := o.store.ChannelStates(ctx)
	if err != nil {
		return nil, next, err
	}
	checks, err := o.store.ChannelChecks(ctx)
	if err != nil {
		return nil, next, err
	}
	for _, c := range live {
		check := checks[c.Name]
		last, coming := warnings(check.Expires, now)
		next = sooner(next, coming)
		if last.IsZero() || !check.Warned.Before(last) {
			continue
		}
		e := Expiry{Channel: c.Name, Account: check.Account, At: check.Expires, Expired: !check.Expires.After(now), Paused: states[c.Name].Paused}
		if err := o.expire(ctx, e, now); err != nil {
			return due, next, err
		}
		due = append(due, e)
	}
	return due, next, nil
}

// warnings gives the newest warning that is due, and the next to come; zero if
// there is none.
func warnings(expires, now time.Time) (last, next time.Time) {
	if expires.IsZero() {
		return last, next
	}
	for _, before := range expiryWarnings() {
		at := expires.Add(-before)
		if at.After(now) {
			return last, at
		}
		last = at
	}
	return last, next
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (o *Office) expire(ctx context.Context, e Expiry, now time.Time) error {
	if e.Expired {
		o.queue.Pause(e.Channel, "its credentials expired at "+e.At.UTC().Format(time.RFC3339))
	}
	return o.store.RecordWarning(ctx, e.Channel, e.At, now)
}

// ChannelWarning is what is wrong, or will be, with a channel's account.
type ChannelWarning struct {
	Channel string
	Says    string
}

// ChannelWarnings lists the live channels whose last check was not good, or
// whose credentials expire within 30 days.
func (v View) ChannelWarnings(ctx context.Context, now time.Time) ([]ChannelWarning, error) {
	o := v.office
	if err := v.may(ctx, people.ReadChannels); err != nil {
		return nil, err
	}
	live, err := o.liveCheckers(ctx)
	if err != nil {
		return nil, err
	}
	checks, err := o.store.ChannelChecks(ctx)
	if err != nil {
		return nil, err
	}
	var all []ChannelWarning
	for _, c := range live {
		check := checks[c.Name]
		if check.Class != "" {
			all = append(all, ChannelWarning{c.Name, check.Class + ": " + check.Reason})
		}
		if says := expirySays(check, now); says != "" {
			all = append(all, ChannelWarning{c.Name, says})
		}
	}
	return all, nil
}

// expirySays puts in words that credentials have expired or soon will.
func expirySays(check store.ChannelCheck, now time.Time) string {
	last, _ := warnings(check.Expires, now)
	switch {
	case last.IsZero():
		return ""
	case !check.Expires.After(now):
		return "its credentials expired at " + check.Expires.UTC().Format(time.RFC3339)
	default:
		return fmt.Sprintf("its credentials expire at %s", check.Expires.UTC().Format(time.RFC3339))
	}
}
