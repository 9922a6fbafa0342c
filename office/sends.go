package office

import (
	"context"
	"fmt"
	"strings"

	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// SendDetail is everything about one send.
type SendDetail struct {
	Send     message.Send
	Attempts []message.Attempt
	// Open are recipients that wait for a person: failed or unknown.
	Open []store.Recipient
	Evidence
}

// maxAttemptsShown bounds what one look at a send shows.
const maxAttemptsShown = 500

// Sends lists sends, newest first.
func (v View) Sends(ctx context.Context, f store.SendFilter) ([]message.Send, error) {
	var err error
	if f.Departments, err = v.departments(ctx); err != nil {
		return nil, err
	}
	f.Limit = listLimit(f.Limit)
	return v.office.store.Sends(ctx, f)
}

// ChangedSends lists sends that changed after a place, for whoever follows. A
// negative place gives the present end alone.
func (v View) ChangedSends(ctx context.Context, after int64) ([]message.Send, int64, error) {
	seen, err := v.departments(ctx)
	if err != nil {
		return nil, 0, err
	}
	if after < 0 {
		end, err := v.office.store.LedgerEnd(ctx)
		return nil, end, err
	}
	return v.office.store.ChangedSends(ctx, after, MaxList, seen)
}

// Send shows one send with the evidence.
func (v View) Send(ctx context.Context, id int64) (SendDetail, error) {
	o := v.office
	var d SendDetail
	var err error
	if d.Send, err = v.send(ctx, id); err != nil {
		return d, err
	}
	if d.Attempts, err = o.store.Attempts(ctx, id, maxAttemptsShown); err != nil {
		return d, err
	}
	if d.Evidence, err = o.evidence(ctx, d.Send); err != nil || !d.Send.Addressed {
		return d, err
	}
	for _, state := range []message.SendState{message.SendUnknown, message.Failed} {
		open, err := o.store.Recipients(ctx, id, state, 0, MaxList)
		if err != nil {
			return d, err
		}
		d.Open = append(d.Open, open...)
	}
	return d, nil
}

// Recipients lists recipients of an addressed send.
func (v View) Recipients(ctx context.Context, send int64, state message.SendState, after int64, limit int) ([]store.Recipient, error) {
	if _, err := v.send(ctx, send); err != nil {
		return nil, err
	}
	return v.office.store.Recipients(ctx, send, state, after, listLimit(limit))
}

// Resolve settles what is unknown of a send by a person's word: it was sent, it
// is to be sent again, or it is given up.
func (o *Office) Resolve(ctx context.Context, id int64, to message.SendState, reason string, by Actor) (int, error) {
	return o.ResolveFor(ctx, id, "", to, reason, by)
}

// ResolveFor is Resolve for one recipient of an addressed send, by address or
// number; for an empty one it is Resolve.
func (o *Office) ResolveFor(ctx context.Context, id int64, recipient string, to message.SendState, reason string, by Actor) (int, error) {
	if to != message.Sent && to != message.Planned && to != message.Abandoned {
		return 0, Refuse(Invalid, fmt.Sprintf("an unknown send can't become %s", message.Quote(string(to))), "choose sent, planned (send it again) or abandoned")
	}
	if strings.TrimSpace(reason) == "" {
		return 0, Refuse(Invalid, "a send is resolved with a reason", "say with --reason how you know")
	}
	return o.settleOpen(ctx, opening{id, recipient, message.SendUnknown, to, ledger.SendResolved, people.ResolveSend}, reason, by)
}

// Retry plans what failed of a send again, or gives it up.
func (o *Office) Retry(ctx context.Context, id int64, abandon bool, reason string, by Actor) (int, error) {
	to := message.Planned
	if abandon {
		to = message.Abandoned
	}
	return o.settleOpen(ctx, opening{id, "", message.Failed, to, ledger.SendRetried, people.RetrySend}, reason, by)
}

// opening is what a person settles: all that is in a state of a send, or one
// recipient alone.
type opening struct {
	send      int64
	recipient string
	from, to  message.SendState
	kind      ledger.Kind
	act       people.Act
}

func (o *Office) settleOpen(ctx context.Context, open opening, reason string, by Actor) (int, error) {
	var n int
	err := o.onSend(ctx, by, open.act, open.send, func(t *store.Tx, s message.Send) (err error) {
		if open.to == message.Planned {
			if err := mayGoAgain(t, s); err != nil {
				return err
			}
		}
		var one int64
		if one, n, err = open.settle(t, s); err != nil {
			return err
		}
		if err := dropStaleRelease(t, s.Message); err != nil {
			return err
		}
		return t.RecordResolved(open.kind, s, store.Settled{To: open.to, Count: n, Recipient: one}, by.decider(), reason)
	})
	if err != nil {
		return 0, fmt.Errorf("settle send %d: %w", open.send, err)
	}
	o.queue.Wake()
	return n, nil
}

// settle gives the one recipient that was settled, or 0, and how many were.
func (open opening) settle(t *store.Tx, s message.Send) (one int64, n int, err error) {
	if open.recipient != "" {
		one, err = resolveOne(t, s, open.recipient, open.from, open.to)
		return one, 1, err
	}
	n, err = t.Resolve(s, open.from, open.to)
	if err == nil && n == 0 {
		err = Refuse(Conflict, fmt.Sprintf("nothing of send %d is %s: it is %s", s.ID, open.from, s.State), "")
	}
	return 0, n, err
}

// Delivered shows what a rehearsed or sent send left as, byte for byte, with
// its slots filled; for an addressed send, as one recipient got it. Ids that
// the destination gave show as the names of their slots.
func (v View) Delivered(ctx context.Context, id, recipient int64) ([]Shown, error) {
	o := v.office
	if _, err := v.send(ctx, id); err != nil {
		return nil, err
	}
	stored, err := o.store.Rendering(ctx, id)
	if err != nil {
		return nil, missing(err, fmt.Sprintf("send %d", id), "`clarion send list` shows them")
	}
	r, err := channels.UnmarshalRendering(stored)
	if err != nil {
		return nil, err
	}
	values, err := o.valuesOf(ctx, id, recipient)
	if err != nil {
		return nil, err
	}
	values = values.StandIn(r)
	docs := make([]Shown, len(r.Documents))
	for i, d := range r.Documents {
		text, err := d.Fill(values)
		if err != nil && recipient == 0 {
			return nil, Refuse(Conflict, fmt.Sprintf("send %d can't be shown filled: %v", id, err), "name one of its recipients with --recipient")
		}
		if err != nil {
			return nil, fmt.Errorf("show send %d: %w", id, err)
		}
		docs[i] = Shown{Name: d.Name, MediaType: d.MediaType, Text: text}
	}
	return docs, nil
}

func (o *Office) valuesOf(ctx context.Context, id, recipient int64) (channels.Values, error) {
	v, err := o.store.Values(ctx, id, recipient)
	if err != nil {
		return v, missing(err, fmt.Sprintf("recipient %d of send %d", recipient, id), "")
	}
	links := o.settings.Links
	v.PageAddress, v.AssetBase, v.Zone, v.Asset = links.Page(v.PageAddress), links.AssetBase, links.Zone, o.store.Asset
	if recipient != 0 {
		v.UnsubscribeLink = links.Unsubscribe(recipient)
	}
	return v, nil
}
