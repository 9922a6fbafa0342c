package main

import (
	"fmt"
	"strings"

	"clarion/api"
	"clarion/ledger"
)

// decisions shows who decided what of a message, and why.
func (s *sheet) decisions() error {
	t := table{}
	t.row("DECIDED", "BY", "WHAT", "WHY")
	for _, d := range s.message.Decisions {
		t.row(s.when(d.At), decider(d), deed(d), dash(strings.Trim(d.Reason+"; "+d.Why, "; ")))
	}
	return s.below(t)
}

// decider names who decided; where nobody did, it was Clarion by its rules.
func decider(d api.Decided) string {
	switch {
	case d.By == "" && d.Why != "":
		return "Clarion"
	case d.With != "":
		return d.With + ", " + d.By
	default:
		return dash(d.By)
	}
}

// deed says in words what was decided.
func deed(d api.Decided) string {
	switch ledger.Kind(d.Kind) {
	case ledger.MessageEdited:
		return fmt.Sprintf("edited: revision %d", d.Revision)
	case ledger.MessageHeld:
		return "held: " + d.Hold
	case ledger.MessageReleased:
		return "released: " + d.Hold
	case ledger.MessageRehearsed:
		return fmt.Sprintf("rehearsal %d", d.Run)
	case ledger.Countersigned:
		return "first of two"
	case ledger.MessageEmergency:
		return "let go in an emergency"
	case ledger.DebtSettled:
		return "approved afterwards"
	case ledger.SendHeld:
		return fmt.Sprintf("send %d by %s held: %s", d.Send, d.Mechanism, d.Hold)
	case ledger.SendFound, ledger.SendResolved, ledger.SendRetried:
		return fmt.Sprintf("send %d by %s: %s", d.Send, d.Mechanism, d.To)
	default:
		_, deed, _ := strings.Cut(d.Kind, ".")
		return deed
	}
}

// owes tells of an approval that a message owes since one person let it go in
// an emergency.
func owes(all []api.Decided) string {
	owed := ""
	for _, d := range all {
		switch ledger.Kind(d.Kind) {
		case ledger.MessageEmergency:
			if owed = ""; d.With == "" {
				owed = "an approval, since " + d.By + " let it go alone; somebody else gives it with `clarion message settle`"
			}
		case ledger.DebtSettled, ledger.MessageEdited:
			owed = ""
		}
	}
	return owed
}
