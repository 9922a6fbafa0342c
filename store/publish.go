package store

import (
	"context"
	"database/sql"
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
	err := s.update(ctx, now, func(t *Tx) (err error) {
		opened, err = t.publishAll(lane, all)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("publish by %s: %w", lane.Channel, err)
	}
	return opened, nil
}

func (t *Tx) publishAll(lane message.Lane, all []message.Settlement) ([]message.Opened, error) {
	leased, err := t.leased(lane, all)
	if err != nil {
		return nil, err
	}
	answers := make([]message.Opened, len(all))
	var sent []message.Settlement
	for i := range all {
		answers[i] = message.Opened{Item: all[i].Item, At: t.now}
		f := leased[all[i].Item.Send]
		f.send, f.item = all[i].Item.Send, all[i].Item
		if answers[i].Stopped, err = t.stopLeased(f, all[i]); err != nil {
			return nil, err
		}
		if answers[i].Stopped != nil {
			continue
		}
		if answers[i].Attempt, err = t.openLocal(lane, f, &all[i]); err != nil {
			return nil, fmt.Errorf("publish send %d: %w", f.item.Send, err)
		}
		sent = append(sent, all[i])
	}
	return answers, t.settle(sent)
}

// leased reads what the gate looks at of sends that were claimed.
func (t *Tx) leased(lane message.Lane, all []message.Settlement) (map[int64]fact, error) {
	ids := make([]int64, len(all))
	for i, s := range all {
		ids[i] = s.Item.Send
	}
	frozen, err := t.frozen(lane.Frozen)
	if err != nil {
		return nil, err
	}
	facts, err := t.facts(lane, frozen, factsOf, list(ids))
	leased := make(map[int64]fact, len(facts))
	for _, f := range facts {
		leased[f.send] = f
	}
	return leased, err
}

// stopLeased asks the gate again for a claimed send, and whether it still has a
// public audience; nil if it may be published.
func (t *Tx) stopLeased(f fact, s message.Settlement) (*message.Stopped, error) {
	if f.gate.Send != message.Claimed {
		return f.stopped(message.Verdict{Act: message.Refuse, Why: "its lease is gone"}), nil
	}
	verdict := message.Decide(f.gate, t.now)
	if verdict.Act == message.Pass {
		drifted, err := t.drifted(s)
		if err != nil || !drifted {
			return nil, err
		}
		verdict = message.Verdict{Act: message.HoldIt, Hold: message.HoldAudienceDrift, Why: "none of its audiences is public any more"}
	}
	return f.stopped(verdict), t.stop(f, verdict)
}

// drifted tells whether a send would be published to audiences of which none is
// public any more.
func (t *Tx) drifted(s message.Settlement) (bool, error) {
	if s.To != message.Sent || s.Publish == nil {
		return false, nil
	}
	var public int
	err := row(t.ctx, t, "SELECT count(*) FROM public_audiences WHERE name IN (SELECT value FROM json_each(?))", []any{list(s.Item.Audiences)}, &public)
	if err != nil {
		return false, fmt.Errorf("read the audiences of send %d: %w", s.Item.Send, err)
	}
	return public == 0, nil
}

// openLocal opens the attempt that the settlement closes in the same
// transaction.
func (t *Tx) openLocal(lane message.Lane, f fact, s *message.Settlement) (int64, error) {
	opened, err := t.openSends(lane, []fact{f})
	if err != nil {
		return 0, err
	}
	s.Attempt, s.OpenedAt = opened[0].Attempt, t.now
	if s.ClosedAt.IsZero() {
		s.ClosedAt = t.now
	}
	return s.Attempt, t.publish(*s)
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
	if err := t.publishAssets(s, replaced > 0); err != nil {
		return err
	}
	return t.publishCorrection(s)
}

// publishAssets makes what a page shows or offers public. What its page before
// this one did, and no other does, is public no longer.
func (t *Tx) publishAssets(s message.Settlement, replaces bool) error {
	slug, shown := s.Item.Slug, s.Publish.Assets
	var before []string
	if replaces {
		err := scan(t.ctx, t, func(rows *sql.Rows) error {
			before = append(before, "")
			return rows.Scan(&before[len(before)-1])
		}, "SELECT sha256 FROM public_page_assets WHERE slug = ?", slug)
		if err != nil {
			return err
		}
	}
	if len(before) > 0 {
		if _, err := t.exec("DELETE FROM public_page_assets WHERE slug = ?", slug); err != nil {
			return err
		}
	}
	if len(shown) > 0 {
		if _, err := t.exec("INSERT OR IGNORE INTO public_assets (sha256, media_type, size) SELECT sha256, media_type, size FROM assets WHERE sha256 IN (SELECT value FROM json_each(?))", list(shown)); err != nil {
			return err
		}
		if _, err := t.exec("INSERT OR IGNORE INTO public_page_assets (slug, sha256) SELECT ?, value FROM json_each(?)", slug, list(shown)); err != nil {
			return err
		}
	}
	if len(before) == 0 {
		return nil
	}
	_, err := t.exec(`DELETE FROM public_assets WHERE sha256 IN (SELECT value FROM json_each(?))
		AND sha256 NOT IN (SELECT sha256 FROM public_page_assets WHERE sha256 = public_assets.sha256)`, list(before))
	return err
}

// publishCorrection adds a line to the public list of corrections.
func (t *Tx) publishCorrection(s message.Settlement) error {
	item, ok := s.Publish.Documents["correction"]
	if !ok {
		return nil
	}
	_, err := t.exec("INSERT INTO public_corrections (slug, item) VALUES (?, ?)", s.Item.Slug, item)
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
