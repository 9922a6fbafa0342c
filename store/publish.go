package store

import (
	"context"
	"fmt"
	"time"

	"clarion/message"
)

// Publish records claimed sends of a local channel as sent: attempt, outcome,
// ledger and publication in one transaction, so that such a send is never seen
// under way. The gate is asked again; what it does not let pass is answered
// with what became of it. The settlements come back as they were recorded.
func (s *Store) Publish(ctx context.Context, lane message.Lane, all []message.Settlement, now time.Time) ([]message.Opened, error) {
	var opened []message.Opened
	err := s.update(ctx, now, func(t *Tx) error {
		lanes := map[string]message.Lane{lane.Channel: lane}
		items := make([]message.Item, len(all))
		for i, s := range all {
			items[i] = s.Item
		}
		drifted, err := t.drifted(all)
		if err != nil {
			return err
		}
		if opened, err = t.open(lanes, items, drifted); err != nil {
			return err
		}
		var sent []message.Settlement
		for i, o := range opened {
			if o.Attempt == 0 {
				continue
			}
			all[i].Attempt, all[i].OpenedAt = o.Attempt, o.At
			if all[i].ClosedAt.IsZero() {
				all[i].ClosedAt = o.At
			}
			if err := t.publish(all[i]); err != nil {
				return fmt.Errorf("publish send %d: %w", o.Item.Send, err)
			}
			sent = append(sent, all[i])
		}
		return t.settle(sent)
	})
	if err != nil {
		return nil, fmt.Errorf("publish by %s: %w", lane.Channel, err)
	}
	return opened, nil
}

// drifted tells which sends would be published to audiences of which none is
// public any more.
func (t *Tx) drifted(all []message.Settlement) (map[int64]bool, error) {
	drifted := map[int64]bool{}
	for _, s := range all {
		if s.To != message.Sent || s.Publish == nil {
			continue
		}
		var public int
		err := row(t.ctx, t, "SELECT count(*) FROM public_audiences WHERE name IN (SELECT value FROM json_each(?))", []any{list(s.Item.Audiences)}, &public)
		if err != nil {
			return nil, fmt.Errorf("read the audiences of send %d: %w", s.Item.Send, err)
		}
		drifted[s.Item.Send] = public == 0
	}
	return drifted, nil
}

// publish makes the documents of one send public. One whose entry is published
// already takes its place there: what it replaces keeps its instant, address
// and audiences.
func (t *Tx) publish(s message.Settlement) error {
	if s.To != message.Sent || s.Publish == nil {
		return nil
	}
	docs, closed := s.Publish.Documents, ms(s.ClosedAt)
	replaced, err := t.exec(`UPDATE public_pages SET page = ?, atom = ?, rss = ?, json = ?, item = ?, updated_at = ? WHERE entry_id = ?`,
		docs["page"], docs["atom"], docs["rss"], docs["json"], docs["item"], closed, s.Item.EntryID)
	if err != nil {
		return err
	}
	if replaced == 0 {
		if err := t.addPage(s, closed); err != nil {
			return err
		}
	}
	_, err = t.exec("INSERT OR IGNORE INTO public_assets (sha256, media_type, size) SELECT sha256, media_type, size FROM assets WHERE sha256 IN (SELECT value FROM json_each(?))", list(s.Publish.Assets))
	return err
}

func (t *Tx) addPage(s message.Settlement, published int64) error {
	docs := s.Publish.Documents
	_, err := t.exec(`INSERT INTO public_pages (slug, entry_id, page, atom, rss, json, item, published_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.Item.Slug, s.Item.EntryID, docs["page"], docs["atom"], docs["rss"], docs["json"], docs["item"], published, published)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO public_page_audiences (audience, published_at, slug)
		SELECT name, ?, ? FROM public_audiences WHERE name IN (SELECT value FROM json_each(?))`, published, s.Item.Slug, list(s.Item.Audiences))
	return err
}
