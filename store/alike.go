package store

import (
	"clarion/channels"
	"clarion/message"
)

// What a settlement writes into its attempt, and into its send or recipient.
// Most of a commit's are alike: those are written by one statement.
type (
	closing struct {
		at            int64
		to            message.SendState
		class, reason string
		receipt       channels.Receipt
	}
	outcome struct {
		to            message.SendState
		hold          message.HoldReason
		next, sent    int64
		class, reason string
		id, url       string // the destination's
	}
)

func closingOf(s *message.Settlement) closing {
	return closing{at: ms(s.ClosedAt), to: s.To, class: className(s), reason: s.Reason, receipt: s.Receipt}
}

func outcomeOf(s *message.Settlement) outcome {
	return outcome{
		to: s.To, hold: s.Hold, next: ms(s.NextAt), sent: sentAt(s), class: className(s), reason: s.Reason,
		id: s.Receipt.RemoteID, url: s.Receipt.RemoteURL,
	}
}

// alike parts settlements by what they share, and does each part, in the order
// in which they first come.
func alike[K comparable](all []*message.Settlement, of func(*message.Settlement) K, do func(K, []*message.Settlement) error) error {
	parts := map[K][]*message.Settlement{}
	var order []K
	for _, s := range all {
		k := of(s)
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], s)
	}
	for _, k := range order {
		if err := do(k, parts[k]); err != nil {
			return err
		}
	}
	return nil
}

func attemptID(s *message.Settlement) int64   { return s.Attempt }
func sendID(s *message.Settlement) int64      { return s.Item.Send }
func recipientID(s *message.Settlement) int64 { return s.Item.Recipient }

func idsOf(all []*message.Settlement, id func(*message.Settlement) int64) []int64 {
	ids := make([]int64, len(all))
	for i, s := range all {
		ids[i] = id(s)
	}
	return ids
}
