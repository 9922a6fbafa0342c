package office

import "clarion/store"

// What the store gives and the faces show, under names of the office's own, so
// that no face knows the store.
type (
	MessageFilter = store.MessageFilter
	SendFilter    = store.SendFilter
	Comment       = store.Comment
	Debt          = store.Debt
	Recipient     = store.Recipient
	Verification  = store.Verification
	Decision      = store.Decision
	FirstDecision = store.FirstDecision
	ChannelCheck  = store.ChannelCheck
	Template      = store.Template
)
