package office

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// maxComment bounds a comment, in characters.
const maxComment = 4_000

// Comment says something about the current revision of a message. Nothing of it
// is published, and it changes no approval.
func (o *Office) Comment(ctx context.Context, id, text string, by Actor) error {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxComment || !utf8.ValidString(text) {
		return Refuse(Invalid, fmt.Sprintf("a comment has 1 to %d characters", maxComment), "say what you mean in so many")
	}
	err := o.onMessage(ctx, by, people.CommentMessage, id, func(t *store.Tx, m message.Message) error {
		if err := t.InsertComment(id, m.Revision, by.Name, text); err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageCommented, by, text, ledger.MessageBody{Message: id, Revision: m.Revision})
	})
	if err != nil {
		return fmt.Errorf("comment on %s: %w", id, err)
	}
	return nil
}
