package hooks

import (
	"slices"
	"strconv"
	"strings"

	"clarion/ledger"
)

// Type is what an event tells.
type Type string

// The types of events. The list is closed.
const (
	MessageAdded            Type = "message.added"
	MessageEdited           Type = "message.edited" // it is a draft again, whatever it was
	MessageSubmitted        Type = "message.submitted"
	MessageApproved         Type = "message.approved" // by as many as it takes
	MessageReturned         Type = "message.returned"
	MessageHeld             Type = "message.held"
	MessageHoldReleased     Type = "message.hold_released"
	MessageEmergency        Type = "message.emergency" // approved in an emergency
	MessageSettled          Type = "message.settled"   // the approval that an emergency owed
	MessageReleased         Type = "message.released"
	MessageReleasedWithOpen Type = "message.released_with_open"
	MessageRehearsed        Type = "message.rehearsed"
	MessageCancelled        Type = "message.cancelled"
	MessageExpired          Type = "message.expired"
	SendSent                Type = "send.sent"
	SendFailed              Type = "send.failed"
	SendUnknown             Type = "send.unknown"
	SendHeld                Type = "send.held"
	SendDropped             Type = "send.dropped" // cancelled or suppressed
	SendAbandoned           Type = "send.abandoned"
	ChannelPaused           Type = "channel.paused"
	ChannelResumed          Type = "channel.resumed"
	ChannelMode             Type = "channel.mode"
	FreezePressed           Type = "freeze.pressed"
	FreezeThawed            Type = "freeze.thawed"
	AlarmDoubt              Type = "alarm.doubt"       // Clarion gave up looking for an unknown send
	AlarmCredentials        Type = "alarm.credentials" //nolint:gosec // the name of an alarm; a channel's expire, or have
	AlarmHook               Type = "alarm.hook"        // a hook was disabled, since it does not answer
)

// Test is the type of the event that only `hook test` sends.
const Test Type = "hook.test"

// source is a type with the kinds of entries that can be events of it.
type source struct {
	typ   Type
	kinds []ledger.Kind
}

func sources() []source {
	outcomes := []ledger.Kind{ledger.SendAttempt, ledger.SendDone, ledger.SendFound, ledger.SendResolved, ledger.SendRetried}
	return []source{
		{MessageAdded, []ledger.Kind{ledger.MessageAdded}},
		{MessageEdited, []ledger.Kind{ledger.MessageEdited}},
		{MessageSubmitted, []ledger.Kind{ledger.MessageSubmitted}},
		{MessageApproved, []ledger.Kind{ledger.MessageApproved}},
		{MessageReturned, []ledger.Kind{ledger.MessageReturned}},
		{MessageHeld, []ledger.Kind{ledger.MessageHeld}},
		{MessageHoldReleased, []ledger.Kind{ledger.MessageReleased}},
		{MessageEmergency, []ledger.Kind{ledger.MessageEmergency}},
		{MessageSettled, []ledger.Kind{ledger.DebtSettled}},
		{MessageReleased, []ledger.Kind{ledger.MessageDone}},
		{MessageReleasedWithOpen, []ledger.Kind{ledger.MessageDone}},
		{MessageRehearsed, []ledger.Kind{ledger.MessageDone}},
		{MessageCancelled, []ledger.Kind{ledger.MessageCancelled, ledger.MessageDone}},
		{MessageExpired, []ledger.Kind{ledger.MessageExpired}},
		{SendSent, outcomes},
		{SendFailed, outcomes},
		{SendUnknown, append(slices.Clone(outcomes), ledger.SendRecovered)},
		{SendHeld, []ledger.Kind{ledger.SendHeld, ledger.SendAttempt}},
		{SendDropped, []ledger.Kind{ledger.SendDropped, ledger.SendDone}},
		{SendAbandoned, outcomes},
		{ChannelPaused, []ledger.Kind{ledger.ChannelPaused}},
		{ChannelResumed, []ledger.Kind{ledger.ChannelResumed}},
		{ChannelMode, []ledger.Kind{ledger.ChannelMode}},
		{FreezePressed, []ledger.Kind{ledger.Frozen}},
		{FreezeThawed, []ledger.Kind{ledger.Thawed}},
		{AlarmDoubt, []ledger.Kind{ledger.AlarmDoubt}},
		{AlarmCredentials, []ledger.Kind{ledger.AlarmCredentials}},
		{AlarmHook, []ledger.Kind{ledger.HookFailed}},
	}
}

// Types lists every type, in the order in which people read them.
func Types() []Type {
	all := make([]Type, len(sources()))
	for i, s := range sources() {
		all[i] = s.typ
	}
	return all
}

func (t Type) kinds() []ledger.Kind {
	for _, s := range sources() {
		if s.typ == t {
			return s.kinds
		}
	}
	return nil
}

// ParseTypes reads types, families such as send.*, and * for all, and gives each
// type once in the order of Types. What is unknown is given quoted.
func ParseTypes(words []string) (types []Type, unknown []string) {
	wanted := map[Type]bool{}
	for _, word := range words {
		family, whole := strings.CutSuffix(word, "*")
		found := false
		for _, t := range Types() {
			if word == string(t) || whole && (family == "" || strings.HasSuffix(family, ".") && strings.HasPrefix(string(t), family)) {
				wanted[t], found = true, true
			}
		}
		if !found {
			unknown = append(unknown, strconv.Quote(word))
		}
	}
	return slices.DeleteFunc(Types(), func(t Type) bool { return !wanted[t] }), unknown
}
