package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/audience"
	"clarion/ledger"
	"clarion/store"
)

// Unsubscribe takes a recipient out of the audiences for which they were
// written to. It is safe to ask twice.
func (o *Office) Unsubscribe(ctx context.Context, recipient int64) error {
	err := o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		key, audiences, err := t.RecipientOf(recipient)
		if err != nil {
			return err
		}
		added := 0
		for _, name := range audiences {
			fresh, err := t.Suppress(key, name, audience.Unsubscribed)
			if err != nil {
				return err
			}
			if fresh {
				added++
			}
		}
		if added == 0 {
			return nil
		}
		return t.Record(ledger.Unsubscribed, ledger.UnsubscribedBody{Recipient: recipient, Audiences: audiences})
	})
	if errors.Is(err, store.ErrNotFound) {
		return Refuse(NotFound, "this link is not one of ours, or the address was erased", "")
	}
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}

// OpenOf lists the messages that somebody edited last and that are not
// finished, so that another can take them over.
func (o *Office) OpenOf(ctx context.Context, name string) ([]string, error) {
	return o.store.OpenOf(ctx, name)
}
