package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// ChannelState is what the database holds of a channel.
type ChannelState struct {
	Name      string
	Paused    bool
	Reason    string
	By        string // empty where the queue paused it
	Rehearsal bool
	ChangedAt time.Time
	Mode      Change // of rehearsal, the last
}

// Change is who changed something last; zero if nobody did.
type Change struct {
	By string
	At time.Time
}

// ChannelStates reads what is known of channels, by name.
func (s *Store) ChannelStates(ctx context.Context) (map[string]ChannelState, error) {
	return channelStates(ctx, s.read)
}

// ChannelStates reads what is known of channels within the transaction.
func (t *Tx) ChannelStates() (map[string]ChannelState, error) { return channelStates(t.ctx, t) }

func channelStates(ctx context.Context, q querier) (map[string]ChannelState, error) {
	all := map[string]ChannelState{}
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var c ChannelState
		var changed, mode int64
		err := rows.Scan(&c.Name, &c.Paused, &c.Reason, &c.By, &c.Rehearsal, &changed, &c.Mode.By, &mode)
		c.ChangedAt, c.Mode.At = at(changed), at(mode)
		all[c.Name] = c
		return err
	}, "SELECT name, paused, reason, by, rehearsal, changed_at, mode_by, mode_at FROM channels")
	if err != nil {
		return nil, fmt.Errorf("read channel states: %w", err)
	}
	return all, nil
}

// SetPaused pauses or resumes a channel.
func (t *Tx) SetPaused(name string, paused bool, by, reason string) error {
	_, err := t.exec(`INSERT INTO channels (name, paused, by, reason, changed_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET paused = excluded.paused, by = excluded.by, reason = excluded.reason, changed_at = excluded.changed_at`,
		name, paused, by, reason, ms(t.now))
	if err != nil {
		return fmt.Errorf("store the state of channel %s: %w", name, err)
	}
	return nil
}

// SetRehearsal switches a channel to rehearsal or live.
func (t *Tx) SetRehearsal(name string, rehearsal bool, by string) error {
	_, err := t.exec(`INSERT INTO channels (name, rehearsal, changed_at, mode_by, mode_at) VALUES (?1, ?2, ?3, ?4, ?3)
		ON CONFLICT (name) DO UPDATE SET rehearsal = ?2, changed_at = ?3, mode_by = ?4, mode_at = ?3`, name, rehearsal, ms(t.now), by)
	if err != nil {
		return fmt.Errorf("store the mode of channel %s: %w", name, err)
	}
	return nil
}
