package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"clarion/ledger"
)

// ChannelCheck is how a channel's account stood when it was last asked for.
type ChannelCheck struct {
	Channel string
	At      time.Time
	Class   string    // of what went wrong; empty: it is good
	Reason  string    // what went wrong, in words
	Account string    // of the newest good answer, as are the others
	Expires time.Time // of the credentials; zero: never, or nobody can know
	Quota   string
	Warned  time.Time // when staff were last told that they expire; zero: never
}

// Good reports whether the last check found nothing wrong.
func (c ChannelCheck) Good() bool { return !c.At.IsZero() && c.Class == "" }

// ChannelChecks gives what is known of the channels' accounts, by channel.
func (s *Store) ChannelChecks(ctx context.Context) (map[string]ChannelCheck, error) {
	all := map[string]ChannelCheck{}
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var c ChannelCheck
		var checked, expires, warned int64
		err := rows.Scan(&c.Channel, &checked, &c.Class, &c.Reason, &c.Account, &expires, &c.Quota, &warned)
		c.At, c.Expires, c.Warned = at(checked), at(expires), at(warned)
		all[c.Channel] = c
		return err
	}, "SELECT name, checked_at, class, reason, account, expires_at, quota, warned_at FROM channel_checks")
	if err != nil {
		return nil, fmt.Errorf("read the checks of channels: %w", err)
	}
	return all, nil
}

// RecordCheck stores what a check came to. A check that failed leaves what an
// earlier one learned of the account.
func (s *Store) RecordCheck(ctx context.Context, c ChannelCheck) error {
	err := s.update(ctx, c.At, func(t *Tx) error {
		_, err := t.exec(`INSERT INTO channel_checks (name, checked_at, class, reason, account, expires_at, quota) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
			ON CONFLICT (name) DO UPDATE SET checked_at = ?2, class = ?3, reason = ?4,
			account = CASE WHEN ?3 = '' THEN ?5 ELSE account END,
			expires_at = CASE WHEN ?3 = '' THEN ?6 ELSE expires_at END,
			quota = CASE WHEN ?3 = '' THEN ?7 ELSE quota END`,
			c.Channel, ms(c.At), c.Class, c.Reason, c.Account, ms(c.Expires), c.Quota)
		return err
	})
	if err != nil {
		return fmt.Errorf("store the check of channel %s: %w", c.Channel, err)
	}
	return nil
}

// RecordWarning stores, and chains, that staff are told that a channel's
// credentials expire, or have.
func (s *Store) RecordWarning(ctx context.Context, channel string, expires, now time.Time) error {
	err := s.update(ctx, now, func(t *Tx) error {
		if err := t.one("UPDATE channel_checks SET warned_at = ? WHERE name = ?", ms(now), channel); err != nil {
			return err
		}
		return t.Record(ledger.AlarmCredentials, ledger.AlarmBody{Subject: channel, Expires: ms(expires), Expired: !expires.After(now)})
	})
	if err != nil {
		return fmt.Errorf("store the warning about channel %s: %w", channel, err)
	}
	return nil
}

// ForgetCheck forgets what is known of a channel's account, as when another
// takes its place.
func (s *Store) ForgetCheck(ctx context.Context, channel string) error {
	err := s.update(ctx, time.Now(), func(t *Tx) error {
		_, err := t.exec("DELETE FROM channel_checks WHERE name = ?", channel)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget the check of channel %s: %w", channel, err)
	}
	return nil
}
