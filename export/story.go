package export

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"clarion/ledger"
)

// Story tells an entry in plain words, for somebody who knows the office and
// not the program.
func Story(e Entry) string {
	b, err := read(e)
	if err != nil {
		return "This entry cannot be read."
	}
	tell := tellDecision
	switch kind := string(e.Kind); {
	case strings.HasPrefix(kind, "message."):
		tell = tellMessage
	case strings.HasPrefix(kind, "send."), e.Kind == ledger.AlarmDoubt:
		tell = tellSend
	case strings.HasPrefix(kind, "person."), strings.HasPrefix(kind, "account."), strings.HasPrefix(kind, "token."):
		tell = tellPerson
	case strings.HasPrefix(kind, "template."):
		tell = tellTemplate
	}
	told := tell(e.Kind, b)
	if told == "" {
		told = fmt.Sprintf("%s recorded %s", b.who(), e.Kind)
	}
	if b.Reason != "" && e.Kind != ledger.MessageCommented {
		told += ": " + b.Reason
	}
	return sentence(told)
}

// sentence ends a text, unless what somebody said has ended it already.
func sentence(told string) string {
	if strings.HasSuffix(told, ".") || strings.HasSuffix(told, "?") || strings.HasSuffix(told, "!") {
		return told
	}
	return told + "."
}

// who names whoever did it; Clarion where nobody did.
func (b body) who() string {
	switch {
	case b.By == "":
		return "Clarion"
	case b.With != "":
		return b.With + " and " + b.By + " together"
	}
	return b.By
}

func tellMessage(kind ledger.Kind, b body) string {
	who, m := b.who(), "message "+b.Message
	revision := fmt.Sprintf("revision %d of %s", b.Revision, m)
	switch kind {
	case ledger.MessageAdded:
		return fmt.Sprintf("%s added %s as a draft%s%s", who, m, amends(b), filledIn(b))
	case ledger.MessageEdited:
		return fmt.Sprintf("%s edited %s, which made revision %d, a draft%s%s", who, m, b.Revision, amends(b), voided(b))
	case ledger.MessageSubmitted:
		return fmt.Sprintf("%s submitted %s for approval", who, revision)
	case ledger.MessageApproved:
		if b.To == "in_review" {
			return fmt.Sprintf("%s approved %s, which needs further approvals", who, revision)
		}
		return fmt.Sprintf("%s approved %s, which is approved with that%s", who, revision, aside(b.Why))
	case ledger.MessageReturned:
		return fmt.Sprintf("%s returned %s to its authors", who, revision)
	case ledger.MessageHeld:
		return fmt.Sprintf("%s held %s back%s", who, m, because(b))
	case ledger.MessageReleased:
		return fmt.Sprintf("%s released %s, which was held back%s", who, m, because(b))
	case ledger.MessageCancelled:
		return fmt.Sprintf("%s cancelled what had not left of %s", who, m)
	case ledger.MessageExpired:
		return fmt.Sprintf("%s expired: its time to leave had passed", m)
	case ledger.MessageRehearsed:
		return fmt.Sprintf("%s ordered a rehearsal of %s, which publishes nothing", who, revision)
	case ledger.MessageDone:
		return fmt.Sprintf("All that was to be done for %s is done: it is %s", m, inWords(b.To))
	case ledger.MessageCommented:
		return fmt.Sprintf("%s said of %s: %s", who, revision, b.Reason)
	case ledger.MessageEmergency:
		return fmt.Sprintf("%s let %s go at once, in an emergency and without the usual approval", who, revision)
	case ledger.DebtSettled:
		return fmt.Sprintf("%s approved afterwards that %s left in an emergency", who, m)
	}
	return ""
}

// voided says what an edit took away.
func voided(b body) string {
	switch b.From {
	case "approved", "held":
		return "; the approval that it had is void"
	case "in_review":
		return "; it left review, and approvals given in it are void"
	}
	return ""
}

// amends names the message that another corrects or withdraws.
func amends(b body) string {
	switch {
	case b.Corrects != "":
		return " that corrects message " + b.Corrects
	case b.Withdraws != "":
		return " that withdraws message " + b.Withdraws
	}
	return ""
}

// filledIn names the template that a message was made from.
func filledIn(b body) string {
	if b.Template == "" {
		return ""
	}
	return ", filled in from the template " + b.Template
}

// aside adds what Clarion says of a decision.
func aside(why string) string {
	if why == "" {
		return ""
	}
	return "; " + why
}

// because says why something was held.
func because(b body) string {
	switch {
	case b.Why != "":
		return ", because " + b.Why
	case b.Hold != "" && b.Hold != "manual":
		return " (" + inWords(b.Hold) + ")"
	}
	return ""
}

func tellSend(kind ledger.Kind, b body) string {
	what := fmt.Sprintf("message %s by %s to %s", b.Message, b.Mechanism, strings.Join(b.Audiences, ", "))
	switch kind {
	case ledger.SendAttempt:
		return fmt.Sprintf("Attempt %d to send %s: %s%s%s", b.Attempt, what, outcome(b.Outcome), rehearsed(b), where(b))
	case ledger.SendRecipients:
		return fmt.Sprintf("%s to send %s: %s%s", several(b.Attempts, "attempt"), what, counts(b.Outcomes), rehearsed(b))
	case ledger.SendCandidates:
		return fmt.Sprintf("It was fixed who gets %s: %s", what, several(b.Count, "recipient"))
	case ledger.SendHeld:
		return fmt.Sprintf("%s held back sending %s%s", b.who(), what, because(b))
	case ledger.SendDropped:
		return fmt.Sprintf("%s was not sent%s", what, because(b))
	case ledger.SendDone:
		return fmt.Sprintf("Nothing more moves of %s: %s", what, inWords(b.To))
	case ledger.AlarmDoubt:
		return fmt.Sprintf("Clarion gave up looking for %s, whose fate is unknown: a person must decide", what)
	case ledger.SendRecovered:
		return fmt.Sprintf("After an interruption, sending %s is %s", what, inWords(b.To))
	case ledger.SendFound:
		return fmt.Sprintf("The destination was asked about %s, whose fate was unknown; Clarion %s%s", what, b.Why, where(b))
	case ledger.SendResolved:
		return fmt.Sprintf("%s decided what became of %s, whose fate was unknown: %s", b.who(), what, inWords(b.To))
	case ledger.SendRetried:
		return fmt.Sprintf("%s decided about %s, which had failed: %s", b.who(), what, inWords(b.To))
	}
	return ""
}

// outcome says what became of an attempt.
func outcome(state string) string {
	switch state {
	case "sent":
		return "the destination accepted it"
	case "rehearsed":
		return "rehearsed; nothing was published"
	case "waiting", "planned":
		return "it was not published and is tried again"
	case "failed":
		return "it was not published"
	case "unknown":
		return "it may have been published; nobody knows yet"
	}
	return inWords(state)
}

func rehearsed(b body) string {
	if b.Rehearsal && b.Outcome != "rehearsed" {
		return " (a rehearsal, which publishes nothing)"
	}
	return ""
}

func where(b body) string {
	if b.RemoteURL == "" {
		return ""
	}
	return ", at " + b.RemoteURL
}

// several counts things in words that fit the number.
func several(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// counts lists how often each outcome came, in order of name.
func counts(outcomes map[string]int) string {
	var parts []string
	for _, state := range slices.Sorted(maps.Keys(outcomes)) {
		parts = append(parts, fmt.Sprintf("%d %s", outcomes[state], inWords(state)))
	}
	return strings.Join(parts, ", ")
}

func tellPerson(kind ledger.Kind, b body) string {
	who, whom := b.who(), b.Subject
	switch kind {
	case ledger.PersonAdded:
		return fmt.Sprintf("%s added the person %s", who, whom)
	case ledger.PersonChanged:
		return fmt.Sprintf("%s changed the name or address of %s", who, whom)
	case ledger.PersonDisabled:
		return fmt.Sprintf("%s ended the access of %s", who, whom)
	case ledger.PersonEnabled:
		return fmt.Sprintf("%s gave %s their access back", who, whom)
	case ledger.PersonErased:
		return fmt.Sprintf("%s erased a person, who is called %s in this record", who, whom)
	case ledger.RolesChanged:
		return fmt.Sprintf("%s set the roles of %s %s: %s", who, whom, inDepartment(b.Act), orNone(b.Mode))
	case ledger.PasswordChanged:
		return fmt.Sprintf("A password was chosen for %s", whom)
	case ledger.ResetMade:
		return fmt.Sprintf("%s made a link by which %s chooses a password", who, whom)
	case ledger.FactorChanged:
		return fmt.Sprintf("%s changed the second factor of %s", who, whom)
	case ledger.TokenMade:
		return fmt.Sprintf("%s made a token of %s", who, whom)
	case ledger.TokenRevoked:
		return fmt.Sprintf("%s revoked a token of %s", who, whom)
	}
	return ""
}

func inDepartment(name string) string {
	if name == "*" {
		return "everywhere"
	}
	return "in " + name
}

func orNone(roles string) string {
	if roles == "" {
		return "none"
	}
	return roles
}
