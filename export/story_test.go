package export

import (
	"encoding/json"
	"strings"
	"testing"

	"clarion/ledger"
)

func TestStory(t *testing.T) {
	t.Parallel()
	ref := strings.Repeat("ab", 32)
	for _, c := range []struct {
		kind  ledger.Kind
		body  string
		ties  map[string]string
		tells string
	}{
		{ledger.MessageAdded, `{"message":"m1","revision":1,"by":"` + ref + `"}`, map[string]string{"by": "ann"}, "ann added message m1 as a draft."},
		{ledger.MessageSubmitted, `{"message":"m1","revision":2,"by":"` + ref + `"}`, map[string]string{"by": "ann"}, "ann submitted revision 2 of message m1 for approval."},
		{ledger.MessageApproved, `{"message":"m1","revision":2,"to":"in_review","by":"` + ref + `"}`, map[string]string{"by": "erased person 7"}, "erased person 7 approved revision 2 of message m1, which needs further approvals."},
		{ledger.MessageApproved, `{"message":"m1","revision":2,"to":"approved","by":"` + ref + `"}`, nil, "(erased) approved revision 2 of message m1, which is approved with that."},
		{ledger.MessageEdited, `{"message":"m1","revision":3,"from":"approved","by":"x"}`, nil, "x edited message m1, which made revision 3, a draft; the approval that it had is void."},
		{ledger.MessageReturned, `{"message":"m1","revision":1,"by":"x","reason":"r"}`, map[string]string{"reason": "say where"}, "x returned revision 1 of message m1 to its authors: say where."},
		{ledger.MessageHeld, `{"message":"m1","hold":"freeze","why":"everything is frozen"}`, nil, "Clarion held message m1 back, because everything is frozen."},
		{ledger.MessageReleased, `{"message":"m1","hold":"freeze","by":"b","with":"a"}`, nil, "a and b together released message m1, which was held back (freeze)."},
		{ledger.MessageCommented, `{"message":"m1","revision":1,"by":"b","reason":"fine"}`, nil, "b said of revision 1 of message m1: fine."},
		{ledger.SendAttempt, `{"message":"m1","mechanism":"web","audiences":["public"],"attempt":1,"outcome":"sent","remote_url":"https://x"}`, nil, "Attempt 1 to send message m1 by web to public: the destination accepted it, at https://x."},
		{ledger.SendRecipients, `{"message":"m1","mechanism":"email","audiences":["press"],"attempts":3,"outcomes":{"sent":2,"failed":1}}`, nil, "3 attempts to send message m1 by email to press: 1 failed, 2 sent."},
		{ledger.PersonErased, `{"by":"a","with":"b","subject":"erased person 7"}`, nil, "b and a together erased a person, who is called erased person 7 in this record."},
		{ledger.SendDone, `{"message":"m1","mechanism":"email","audiences":["press"],"to":"sent"}`, nil, "Nothing more moves of message m1 by email to press: sent."},
		{ledger.AlarmDoubt, `{"message":"m1","mechanism":"x","audiences":["public"],"to":"unknown"}`, nil, "Clarion gave up looking for message m1 by x to public, whose fate is unknown: a person must decide."},
		{ledger.AlarmCredentials, `{"subject":"mastodon","expires":1}`, nil, "Staff were told that the credentials of the channel mastodon expire, or have."},
		{ledger.HookChanged, `{"by":"x","subject":"board","mode":"given another secret"}`, nil, "The hook board was given another secret, by x."},
		{ledger.HookFailed, `{"subject":"board","why":"it answered 410"}`, nil, "The hook board was disabled: it answered 410."},
		{ledger.MessageCommented, `{"message":"m1","revision":1,"by":"b","reason":"Is it ten?"}`, nil, "b said of revision 1 of message m1: Is it ten?"},
		{ledger.MessageAdded, `{"message":"m1","by":"a","withdraws":"m0","template":"oops","why":"filled in from the template oops"}`, nil, "a added message m1 as a draft that withdraws message m0, filled in from the template oops."},
		{ledger.MessageEdited, `{"message":"m1","revision":2,"by":"a","corrects":"m0","from":"in_review"}`, nil, "a edited message m1, which made revision 2, a draft that corrects message m0; it left review, and approvals given in it are void."},
		{ledger.MessageApproved, `{"message":"m1","revision":1,"to":"approved","by":"a","why":"one approver is enough"}`, nil, "a approved revision 1 of message m1, which is approved with that; one approver is enough."},
		{ledger.SendRecipients, `{"message":"m1","mechanism":"email","audiences":["press"],"attempts":1,"outcomes":{"sent":1}}`, nil, "1 attempt to send message m1 by email to press: 1 sent."},
		{ledger.TemplateAdded, `{"subject":"oops","by":"a","mode":"draft"}`, nil, "a added the template oops as a draft."},
		{ledger.TemplateEdited, `{"subject":"oops","by":"a","mode":"draft"}`, nil, "a edited the template oops, which is a draft with that; approvals that it had are void."},
		{ledger.TemplateSubmitted, `{"subject":"oops","by":"a","mode":"in_review"}`, nil, "a submitted the template oops for approval."},
		{ledger.TemplateApproved, `{"subject":"oops","by":"b","mode":"in_review"}`, nil, "b approved the template oops, which needs further approvals."},
		{ledger.TemplateApproved, `{"subject":"oops","by":"c","mode":"approved"}`, nil, "c approved the template oops, which is approved with that."},
		{ledger.TemplateReturned, `{"subject":"oops","by":"b","reason":"too long"}`, nil, "b returned the template oops to its authors: too long."},
		{ledger.TemplateDropped, `{"subject":"oops","by":"b","mode":"dropped"}`, nil, "b dropped the template oops, so that nobody can use it."},
		{ledger.PolicyChanged, `{"subject":"/press","by":"a","mode":"approvals=2 role=publisher above=1000 second-factor"}`, nil, "a set the policy for messages of every department to the audience press: approvals by different people: 2, one of them by a publisher, one more above 1000 people, a fresh second factor."},
		{ledger.PolicyChanged, `{"subject":"Roads/","by":"a","mode":"none"}`, nil, "a dropped the policy for messages of Roads."},
		{ledger.Countersigned, `{"act":"emergency","subject":"m1","by":"a","reason":"flood"}`, nil, "a was the first of two who must agree to let message m1 go in an emergency: flood."},
		{ledger.Countersigned, `{"act":"thaw","subject":"everything","by":"a"}`, nil, "a was the first of two who must agree to end the freeze."},
		{ledger.Countersigned, `{"act":"release","subject":"m1","by":"a"}`, nil, "a was the first of two who must agree to release message m1."},
		{ledger.Countersigned, `{"act":"erase","subject":"erased person 1","by":"a"}`, nil, "a was the first of two who must agree to erase erased person 1."},
		{"kind.of-tomorrow", `{}`, nil, "Clarion recorded kind.of-tomorrow."},
		{ledger.Thawed, `not JSON`, nil, "This entry cannot be read."},
	} {
		if got := Story(Entry{Kind: c.kind, Body: json.RawMessage(c.body), Ties: c.ties}); got != c.tells {
			t.Errorf("%s tells %q, want %q", c.kind, got, c.tells)
		}
	}
}
