package store

import (
	"context"
	"testing"

	"clarion/message"
)

// TestAFactWithoutItsTextsIsRefused holds that a value which holds the mark
// between the texts shifts none into another's place: the claim fails.
func TestAFactWithoutItsTextsIsRefused(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	b.raw("UPDATE messages SET slug = 'a' || char(31) || 'b' WHERE id = ?", id)
	_, err := b.store.Commit(context.Background(), nil, []message.ClaimRequest{{Lane: lane("wire"), Limit: 1}}, b.now)
	if err == nil {
		t.Error("it was claimed")
	}
	b.wants(id, message.Approved, "wire", message.Planned)
}

// TestAClaimTellsAllOfASend reads each part of a send from where it stands.
func TestAClaimTellsAllOfASend(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	b.raw("UPDATE sends SET attempts = 2, key = 'the key', due_at = due_at - 1 WHERE message_id = ?", id)
	m, s := b.message(id), b.sendOf(id, "wire")
	got := b.claim("wire", 1).Opened[0].Item
	if got.Send != s.ID || got.Message != id || got.Channel != "wire" || got.Run != 0 || got.Revision != 1 || got.Rehearsal ||
		!got.Due.Equal(s.Due) || got.Attempt != 3 || got.Key != "the key" || got.Digest != s.Digest || len(got.Audiences) != 1 ||
		got.Audiences[0] != "press" || string(got.Rendering) != string(rendered("wire", "press").Body) || got.EntryID != m.EntryID || got.Slug != m.Slug {
		t.Errorf("of %+v and %+v it tells %+v", m, s, got)
	}
}
