package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"clarion/audience"
)

const audienceColumns = "SELECT name, title, description, public, rule, channels FROM audiences "

func audiencesOf(ctx context.Context, q querier, where string, args ...any) ([]audience.Audience, error) {
	var all []audience.Audience
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var a audience.Audience
		var names []byte
		if err := rows.Scan(&a.Name, &a.Title, &a.Description, &a.Public, &a.Rule, &names); err != nil {
			return err
		}
		if err := json.Unmarshal(names, &a.Channels); err != nil {
			return err
		}
		all = append(all, a)
		return nil
	}, audienceColumns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read audiences: %w", err)
	}
	return all, nil
}

// Audiences lists every audience by name.
func (s *Store) Audiences(ctx context.Context) ([]audience.Audience, error) {
	return audiencesOf(ctx, s.read, "ORDER BY name")
}

// Audiences lists every audience within the transaction.
func (t *Tx) Audiences() ([]audience.Audience, error) { return audiencesOf(t.ctx, t, "ORDER BY name") }

// AudienceSizes counts the members of each audience that mail would reach.
func (s *Store) AudienceSizes(ctx context.Context) (map[string]int, error) {
	return audienceSizes(ctx, s.read)
}

// AudienceSizes counts the members of each audience that mail would reach.
func (t *Tx) AudienceSizes() (map[string]int, error) { return audienceSizes(t.ctx, t) }

func audienceSizes(ctx context.Context, q querier) (map[string]int, error) {
	sizes := map[string]int{}
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var name string
		var n int
		err := rows.Scan(&name, &n)
		sizes[name] = n
		return err
	}, `SELECT a.name, count(*) FROM audiences a JOIN audience_members am ON am.audience_id = a.id JOIN subscribers s ON s.id = am.subscriber_id
		WHERE NOT EXISTS (SELECT 1 FROM suppressions u WHERE u.address_key = s.address_key AND u.audience IN ('', a.name)) GROUP BY a.name`)
	if err != nil {
		return nil, fmt.Errorf("count audiences: %w", err)
	}
	return sizes, nil
}

// PutAudience adds an audience, or changes the one of that name.
func (t *Tx) PutAudience(a audience.Audience) error {
	_, err := t.exec(`INSERT INTO audiences (name, title, description, public, rule, channels) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET title = excluded.title, description = excluded.description, public = excluded.public,
			rule = excluded.rule, channels = excluded.channels`, a.Name, a.Title, a.Description, a.Public, a.Rule, list(a.Channels))
	if err != nil {
		return fmt.Errorf("store audience %s: %w", a.Name, err)
	}
	if !a.Public {
		_, err = t.exec("DELETE FROM public_audiences WHERE name = ?", a.Name)
	} else {
		_, err = t.exec(`INSERT INTO public_audiences (name, title, description) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET title = excluded.title, description = excluded.description`, a.Name, a.Title, a.Description)
	}
	if err != nil {
		return fmt.Errorf("store audience %s: %w", a.Name, err)
	}
	return nil
}

// TouchAudience records who changed an audience, or whom it reaches.
func (t *Tx) TouchAudience(name, by string) error {
	if err := t.one("UPDATE audiences SET changed_by = ?, changed_at = ? WHERE name = ?", by, ms(t.now), name); err != nil {
		return fmt.Errorf("record who changed audience %s: %w", name, err)
	}
	return nil
}

// AudienceChange gives who changed an audience last; zero if nobody did, or it
// is not there.
func (t *Tx) AudienceChange(name string) (c Change, err error) {
	var changed int64
	err = row(t.ctx, t, "SELECT changed_by, changed_at FROM audiences WHERE name = ?", []any{name}, &c.By, &changed)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return c, fmt.Errorf("read who changed audience %s: %w", name, err)
	}
	c.At = at(changed)
	return c, nil
}

// Awaiting lists the messages, approved or under way, by which people of an
// audience are still to be written to.
func (t *Tx) Awaiting(name string) ([]string, error) {
	var ids []string
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		ids = append(ids, "")
		return rows.Scan(&ids[len(ids)-1])
	}, `SELECT DISTINCT message_id FROM sends WHERE state IN ('planned', 'waiting') AND addressed AND run = 0 AND materialised_at = 0
		AND EXISTS (SELECT 1 FROM json_each(names) WHERE value = ?) ORDER BY message_id`, name)
	if err != nil {
		return nil, fmt.Errorf("find what waits for audience %s: %w", name, err)
	}
	return ids, nil
}

// AddMembers puts people into an audience. Those known by their address are
// taken as they are. Somebody who left stays suppressed.
func (t *Tx) AddMembers(name string, people []audience.Subscriber) (added int, err error) {
	var id int64
	if err := row(t.ctx, t, "SELECT id FROM audiences WHERE name = ?", []any{name}, &id); err != nil {
		return 0, fmt.Errorf("audience %q: %w", name, err)
	}
	const chunk = 10_000
	for len(people) > 0 {
		n, err := t.addMembers(id, people[:min(chunk, len(people))])
		if err != nil {
			return 0, fmt.Errorf("add members to %s: %w", name, err)
		}
		added += n
		people = people[min(chunk, len(people)):]
	}
	return added, nil
}

func (t *Tx) addMembers(id int64, people []audience.Subscriber) (int, error) {
	rows := make([][4]string, len(people))
	for i, p := range people {
		rows[i] = [4]string{p.Address.String(), p.Address.Key(), p.Name, p.Language}
	}
	unfolded := list(rows)
	_, err := t.exec(`INSERT INTO subscribers (address, address_key, name, language, created_at)
		SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ? FROM json_each(?) WHERE true ON CONFLICT (address_key) DO NOTHING`, ms(t.now), unfolded)
	if err != nil {
		return 0, err
	}
	n, err := t.exec(`INSERT INTO audience_members (audience_id, subscriber_id)
		SELECT ?, s.id FROM json_each(?) j JOIN subscribers s ON s.address_key = j.value ->> 1 WHERE true
		ON CONFLICT (audience_id, subscriber_id) DO NOTHING`, id, unfolded)
	return int(n), err
}

// Suppress keeps an address from getting anything more for an audience, or for
// any with an empty one. It is false if it did already.
func (t *Tx) Suppress(addressKey, forAudience string, reason audience.Suppression) (bool, error) {
	n, err := t.exec(`INSERT INTO suppressions (address_key, audience, reason, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (address_key, audience) DO NOTHING`, addressKey, forAudience, reason, ms(t.now))
	if err != nil {
		return false, fmt.Errorf("suppress: %w", err)
	}
	return n > 0, nil
}

// RecipientOf finds who a recipient is and for which audiences they were
// written to.
func (t *Tx) RecipientOf(id int64) (addressKey string, audiences []string, err error) {
	var names []byte
	err = row(t.ctx, t, "SELECT r.address_key, s.names FROM recipients r JOIN sends s ON s.id = r.send_id WHERE r.id = ?", []any{id}, &addressKey, &names)
	if err != nil {
		return "", nil, fmt.Errorf("recipient %d: %w", id, err)
	}
	return addressKey, audiences, json.Unmarshal(names, &audiences)
}
