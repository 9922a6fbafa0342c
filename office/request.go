package office

import (
	"context"
	"time"

	"clarion/store"
)

// RequestAge is how long a request and its answer are remembered at least; it
// is never forgotten within a day.
const RequestAge = 48 * time.Hour

// ErrRequestTaken says that a request was carried out by another process
// meanwhile.
var ErrRequestTaken = store.ErrRequestTaken

// ErrMoved says that something else was decided since a context was made by
// Unmoved. Nothing was changed.
var ErrMoved = store.ErrMoved

// Unmoved gives a context in which a use case changes nothing if anything else
// was decided since.
func (o *Office) Unmoved(ctx context.Context) context.Context { return o.store.Unmoved(ctx) }

// Request is one that must take effect once.
type Request = store.Request

// EarlierRequest is what is known of a request that came before.
type EarlierRequest = store.Earlier

// Under gives a context in which a use case records, in the transaction of what
// it does, that the request was carried out.
func Under(ctx context.Context, r Request) context.Context { return store.Under(ctx, r) }

// Earlier finds what became of a request that came before; false if none did.
func (o *Office) Earlier(ctx context.Context, r Request) (EarlierRequest, bool, error) {
	return o.store.EarlierRequest(ctx, r.ID)
}

// Answered stores the sealed answer to a request.
func (o *Office) Answered(ctx context.Context, r Request, sealed []byte) error {
	return o.store.AnswerRequest(context.WithoutCancel(ctx), r, sealed, time.Now())
}

// ForgetRequests drops what is older than RequestAge.
func (o *Office) ForgetRequests(ctx context.Context, now time.Time) error {
	_, err := o.store.DropRequests(ctx, now.Add(-RequestAge), now)
	return err
}
