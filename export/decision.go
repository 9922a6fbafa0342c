package export

import (
	"fmt"
	"strings"

	"clarion/ledger"
)

// tellDecision tells of anything else.
func tellDecision(kind ledger.Kind, b body) string {
	who := b.who()
	switch kind {
	case ledger.Opened:
		return "A new chain of the record begins"
	case ledger.KeyMade:
		return "A key was made, by which exports are signed from here on"
	case ledger.ChannelPaused:
		return fmt.Sprintf("%s paused the channel %s", who, b.Subject)
	case ledger.ChannelResumed:
		return fmt.Sprintf("%s resumed the channel %s", who, b.Subject)
	case ledger.ChannelMode:
		return fmt.Sprintf("%s switched the channel %s to %s", who, b.Subject, b.Mode)
	case ledger.AudienceChanged:
		return fmt.Sprintf("%s set the audience %s", who, b.Subject)
	case ledger.AudienceImported:
		return fmt.Sprintf("%s imported %s into the audience %s", who, several(b.Count, "subscriber"), b.Subject)
	case ledger.Unsubscribed:
		return fmt.Sprintf("A recipient unsubscribed from %s", strings.Join(b.Audiences, ", "))
	case ledger.Frozen:
		return fmt.Sprintf("%s froze everything", who)
	case ledger.Thawed:
		return fmt.Sprintf("%s ended the freeze", who)
	case ledger.Countersigned:
		return fmt.Sprintf("%s was the first of two who must agree to %s", who, together(b))
	case ledger.Restored:
		return "The database was restored from a backup; nothing leaves before two people release it"
	case ledger.PolicyChanged:
		return tellPolicy(b)
	case ledger.AlarmCredentials:
		return fmt.Sprintf("Staff were told that the credentials of the channel %s expire, or have", b.Subject)
	case ledger.HookChanged:
		return fmt.Sprintf("The hook %s was %s, by %s", b.Subject, b.Mode, who)
	case ledger.HookFailed:
		return fmt.Sprintf("The hook %s was disabled: %s", b.Subject, b.Why)
	case ledger.DepartmentChanged:
		return fmt.Sprintf("The department %s was %s by %s", b.Subject, b.Mode, who)
	}
	return ""
}

// together says what two people decide.
func together(b body) string {
	switch b.Act {
	case "release":
		return "release message " + b.Subject
	case "emergency":
		return "let message " + b.Subject + " go in an emergency"
	case "thaw":
		return "end the freeze"
	}
	return inWords(b.Act) + " " + b.Subject
}

// tellPolicy puts in words what a policy asks for.
func tellPolicy(b body) string {
	department, audience, _ := strings.Cut(b.Subject, "/")
	of := "every department"
	if department != "" {
		of = department
	}
	if audience != "" {
		of += " to the audience " + audience
	}
	if b.Mode == "none" {
		return fmt.Sprintf("%s dropped the policy for messages of %s", b.who(), of)
	}
	return fmt.Sprintf("%s set the policy for messages of %s: %s", b.who(), of, asks(b.Mode))
}

// asks reads the demands of a policy.
func asks(mode string) string {
	var all []string
	for demand := range strings.FieldsSeq(mode) {
		switch name, value, _ := strings.Cut(demand, "="); name {
		case "approvals":
			all = append(all, "approvals by different people: "+value)
		case "role":
			all = append(all, "one of them by a "+value)
		case "above":
			all = append(all, "one more above "+value+" people")
		case "second-factor":
			all = append(all, "a fresh second factor")
		default:
			all = append(all, demand)
		}
	}
	return strings.Join(all, ", ")
}

func tellTemplate(kind ledger.Kind, b body) string {
	who, template := b.who(), "the template "+b.Subject
	switch kind {
	case ledger.TemplateAdded:
		return fmt.Sprintf("%s added %s as a draft", who, template)
	case ledger.TemplateEdited:
		return fmt.Sprintf("%s edited %s, which is a draft with that; approvals that it had are void", who, template)
	case ledger.TemplateSubmitted:
		return fmt.Sprintf("%s submitted %s for approval", who, template)
	case ledger.TemplateApproved:
		if b.Mode == "in_review" {
			return fmt.Sprintf("%s approved %s, which needs further approvals", who, template)
		}
		return fmt.Sprintf("%s approved %s, which is approved with that", who, template)
	case ledger.TemplateReturned:
		return fmt.Sprintf("%s returned %s to its authors", who, template)
	case ledger.TemplateDropped:
		return fmt.Sprintf("%s dropped %s, so that nobody can use it", who, template)
	}
	return ""
}
