package hooks

import (
	"encoding/json"
	"fmt"
	"time"

	"clarion/api"
	"clarion/ledger"
	"clarion/message"
)

// Entry is an entry of the ledger with what an event says besides.
type Entry struct {
	ledger.Entry
	Place      Place
	Writer     string
	Department string // of the message that it is about, as it is now
	Title      string // likewise
	Addressed  bool   // it is about a send that addresses people
	Due        time.Time
}

// Event is one thing that happened.
type Event struct {
	ID         string
	Type       Type
	At         time.Time
	Place      Place
	Department string // whose it is
	Everyone   bool   // it is told to every department
	Data       any
}

// eventID is an event's own for good: the entry's.
func (e Entry) eventID() string { return fmt.Sprintf("evt_%s_%d", e.Writer, e.Seq) }

// Event gives what an entry tells; false if it is no event. An entry that can't
// be read is an error.
func (e Entry) Event() (Event, bool, error) {
	told, err := e.tell()
	if err != nil {
		return Event{}, false, fmt.Errorf("read entry %d of %s: %w", e.Seq, e.Writer, err)
	}
	if told.typ == "" {
		return Event{}, false, nil
	}
	return Event{
		ID: e.eventID(), Type: told.typ, At: e.At, Place: e.Place, Department: e.Department, Everyone: told.everyone, Data: told.data,
	}, true, nil
}

// told is what an entry tells; no type: nothing.
type told struct {
	typ      Type
	data     any
	everyone bool
}

func (e Entry) tell() (told, error) {
	switch e.Kind {
	case ledger.SendAttempt:
		return read(e, attempt)
	case ledger.SendDone, ledger.SendFound, ledger.SendResolved, ledger.SendRetried, ledger.SendRecovered,
		ledger.SendHeld, ledger.SendDropped, ledger.AlarmDoubt:
		return read(e, send)
	case ledger.ChannelPaused, ledger.ChannelResumed, ledger.ChannelMode:
		return read(e, channel)
	case ledger.Frozen, ledger.Thawed:
		typ := FreezePressed
		if e.Kind == ledger.Thawed {
			typ = FreezeThawed
		}
		return told{typ, FreezeData{Frozen: typ == FreezePressed}, true}, nil
	case ledger.AlarmCredentials:
		return read(e, credentials)
	case ledger.HookFailed:
		return read(e, hookFailed)
	default:
		return read(e, aboutMessage)
	}
}

func read[T any](e Entry, tell func(Entry, T) told) (told, error) {
	var body T
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return told{}, err
	}
	return tell(e, body), nil
}

// aboutMessage tells a change of a message's state.
func aboutMessage(e Entry, b ledger.MessageBody) told {
	typ, state := messageChange(e.Kind, b)
	if typ == "" {
		return told{}
	}
	return told{typ: typ, data: MessageData{
		ID: b.Message, Title: e.Title, Department: e.Department, State: state, Hold: b.Hold, Revision: b.Revision, Digest: b.Digest,
	}}
}

func messageChange(kind ledger.Kind, b ledger.MessageBody) (Type, message.State) {
	switch kind {
	case ledger.MessageAdded:
		return MessageAdded, message.Draft
	case ledger.MessageEdited:
		return MessageEdited, message.Draft
	case ledger.MessageSubmitted:
		return MessageSubmitted, message.InReview
	case ledger.MessageReturned:
		return MessageReturned, message.Draft
	case ledger.MessageExpired:
		return MessageExpired, message.Expired
	case ledger.MessageApproved:
		if b.To != message.Approved { // it takes another
			return "", ""
		}
		return MessageApproved, message.Approved
	case ledger.MessageEmergency:
		return MessageEmergency, message.Approved
	case ledger.DebtSettled:
		return MessageSettled, ""
	case ledger.MessageHeld:
		if b.From == message.Releasing { // its sends are held, and it goes on
			return MessageHeld, message.Releasing
		}
		return MessageHeld, message.Held
	case ledger.MessageReleased:
		if b.From == message.Held {
			return MessageHoldReleased, message.Approved
		}
		return MessageHoldReleased, b.From
	case ledger.MessageCancelled:
		if b.To == "" { // the rest of it
			return MessageCancelled, b.From
		}
		return MessageCancelled, message.Cancelled
	case ledger.MessageDone:
		return doneType(b.To), b.To
	default:
		return "", ""
	}
}

func doneType(to message.State) Type {
	switch to {
	case message.Released:
		return MessageReleased
	case message.ReleasedWithOpen:
		return MessageReleasedWithOpen
	case message.Rehearsed:
		return MessageRehearsed
	case message.Cancelled:
		return MessageCancelled
	default:
		return ""
	}
}

// attempt tells what an attempt came to, unless it goes on by itself. A
// rehearsal is told to nobody.
func attempt(e Entry, b ledger.AttemptBody) told {
	typ := sendType(b.Outcome)
	if typ == "" || b.Rehearsal || b.Run > 0 {
		return told{}
	}
	d := SendData{
		ID: b.Send, Message: b.Message, Title: e.Title, Department: e.Department, Audience: b.Audiences, Mechanism: b.Mechanism,
		State: b.Outcome, Class: b.Class, Attempts: b.Attempt, ScheduledFor: stamp(b.Due), RemoteID: b.RemoteID, RemoteURL: b.RemoteURL, Digest: b.Digest,
	}
	if b.Outcome == message.Sent {
		d.SentAt = stamp(b.Closed)
	}
	return told{typ: typ, data: d}
}

// send tells what became of a send otherwise. Of one that addresses people only
// the whole is told: what is settled of a few shows once nothing of it moves.
func send(e Entry, b ledger.SendBody) told {
	d := SendData{
		ID: b.Send, Message: b.Message, Title: e.Title, Department: e.Department, Audience: b.Audiences, Mechanism: b.Mechanism,
		State: b.To, Hold: b.Hold, ScheduledFor: api.At(e.Due), RemoteID: b.RemoteID, RemoteURL: b.RemoteURL, Tally: b.Tally,
	}
	typ := sendType(b.To)
	switch e.Kind {
	case ledger.SendHeld:
		typ, d.State = SendHeld, message.SendHeld
	case ledger.SendDropped:
		typ, d.State = SendDropped, message.SendCancelled
	case ledger.AlarmDoubt:
		typ, d.State = AlarmDoubt, message.SendUnknown
	case ledger.SendDone:
		if b.To == message.Sent {
			d.SentAt = api.At(e.At)
		}
	default:
		if e.Addressed {
			return told{}
		}
	}
	if b.Run > 0 || typ == "" {
		return told{}
	}
	return told{typ: typ, data: d}
}

func sendType(s message.SendState) Type {
	switch s {
	case message.Sent:
		return SendSent
	case message.Failed:
		return SendFailed
	case message.SendUnknown:
		return SendUnknown
	case message.SendHeld:
		return SendHeld
	case message.SendCancelled, message.Suppressed:
		return SendDropped
	case message.Abandoned:
		return SendAbandoned
	default:
		return ""
	}
}

func channel(e Entry, b ledger.DecisionBody) told {
	d := ChannelData{Name: b.Subject, ByClarion: b.By == ""}
	typ := ChannelPaused
	switch e.Kind {
	case ledger.ChannelResumed:
		typ = ChannelResumed
	case ledger.ChannelMode:
		typ, d.Mode = ChannelMode, b.Mode
	}
	return told{typ, d, true}
}

func credentials(_ Entry, b ledger.AlarmBody) told {
	return told{AlarmCredentials, CredentialsData{Channel: b.Subject, ExpiresAt: stamp(b.Expires), Expired: b.Expired}, true}
}

// hookFailed is for those who look after every department's.
func hookFailed(_ Entry, b ledger.AlarmBody) told {
	return told{typ: AlarmHook, data: HookData{Name: b.Subject, Why: b.Why}}
}
