package people

import (
	"fmt"
	"slices"
)

// Act is one thing that a person can do; it is named like the verb of the
// command line.
type Act string

// The acts.
const (
	ReadMessages    Act = "message.read"
	AddMessage      Act = "message.add"
	EditMessage     Act = "message.edit"
	SubmitMessage   Act = "message.submit"
	CommentMessage  Act = "message.comment"
	RehearseMessage Act = "message.rehearse"
	CancelMessage   Act = "message.cancel"
	HoldMessage     Act = "message.hold"
	ApproveMessage  Act = "message.approve"
	ReturnMessage   Act = "message.return"
	ReleaseMessage  Act = "message.release"
	EmergencySend   Act = "message.emergency"
	RushMessage     Act = "message.rush"
	SettleDebt      Act = "message.settle-debt"
	ResolveSend     Act = "send.resolve"
	RetrySend       Act = "send.retry"
	ReadChannels    Act = "channel.read"
	CheckChannel    Act = "channel.check"
	DecideChannel   Act = "channel.decide"
	ReadAudiences   Act = "audience.read"
	SetAudience     Act = "audience.set"
	ImportAudience  Act = "audience.import"
	FreezeAll       Act = "freeze"
	ThawAll         Act = "thaw"
	ReadLedger      Act = "ledger.read"
	ExportLedger    Act = "ledger.export"
	BackUp          Act = "backup"
	Reload          Act = "reload"
	ReadPeople      Act = "person.read"
	ManagePeople    Act = "person.manage"
	SetPolicy       Act = "policy.set"
	ReadTemplates   Act = "template.read"
	EditTemplate    Act = "template.edit"
	SubmitTemplate  Act = "template.submit"
	ApproveTemplate Act = "template.approve"
	ReturnTemplate  Act = "template.return"
	DropTemplate    Act = "template.drop"
	ManageHooks     Act = "hook.manage"
)

// rule says who may do an act.
type rule struct {
	act   Act
	words string // what somebody does, as people say it: "approve messages"
	roles []Role
	// anywhere: of what belongs to no department, a role held in any allows it.
	// Without, the role must be held everywhere.
	anywhere bool
	// decides: it takes a person; a system may not.
	decides bool
}

func rules() []rule {
	anyone := Roles()
	staff := []Role{Author, Approver, Publisher, Operator, Admin, Emergency}
	return []rule{
		{act: ReadMessages, words: "read messages", roles: anyone, anywhere: true},
		{act: AddMessage, words: "add messages", roles: staff},
		{act: EditMessage, words: "edit messages", roles: staff},
		{act: SubmitMessage, words: "submit messages", roles: staff},
		{act: CommentMessage, words: "comment on messages", roles: anyone},
		{act: RehearseMessage, words: "rehearse messages", roles: staff},
		{act: CancelMessage, words: "cancel messages", roles: staff},
		{act: HoldMessage, words: "hold messages", roles: anyone},
		{act: ApproveMessage, words: "approve messages", roles: []Role{Approver}, decides: true},
		{act: ReturnMessage, words: "return messages", roles: []Role{Approver}, decides: true},
		{act: ReleaseMessage, words: "release what is held", roles: []Role{Publisher}, decides: true},
		{act: EmergencySend, words: "let messages go alone in an emergency", roles: []Role{Emergency}, decides: true},
		{act: RushMessage, words: "let messages go in an emergency", roles: []Role{Approver, Publisher}, decides: true},
		{act: SettleDebt, words: "settle what left in an emergency", roles: []Role{Approver}, decides: true},
		{act: ResolveSend, words: "resolve unknown sends", roles: []Role{Publisher, Operator}, decides: true},
		{act: RetrySend, words: "retry failed sends", roles: []Role{Publisher, Operator}, decides: true},
		{act: ReadChannels, words: "look at the channels", roles: anyone, anywhere: true},
		{act: CheckChannel, words: "check channels", roles: []Role{Operator, Admin}, anywhere: true},
		{act: DecideChannel, words: "pause, resume or rehearse channels", roles: []Role{Operator, Admin}, decides: true},
		{act: ReadAudiences, words: "look at the audiences", roles: anyone, anywhere: true},
		{act: SetAudience, words: "set audiences", roles: []Role{Publisher, Admin}},
		{act: ImportAudience, words: "import people into audiences", roles: []Role{Publisher, Admin}},
		{act: FreezeAll, words: "freeze everything", roles: anyone, anywhere: true},
		{act: ThawAll, words: "end a freeze", roles: []Role{Publisher, Operator, Admin}, decides: true},
		{act: ReadLedger, words: "read the ledger", roles: []Role{Approver, Publisher, Operator, Admin}},
		{act: ExportLedger, words: "export the ledger", roles: []Role{Approver, Operator, Admin}},
		{act: BackUp, words: "make a backup", roles: []Role{Operator, Admin}},
		{act: Reload, words: "have the configuration read again", roles: []Role{Operator, Admin}},
		{act: ReadPeople, words: "look at the people", roles: anyone, anywhere: true},
		{act: ManagePeople, words: "manage people, departments and other people's tokens", roles: []Role{Admin}, decides: true},
		{act: SetPolicy, words: "set policies", roles: []Role{Admin}, decides: true},
		{act: ReadTemplates, words: "look at the templates", roles: anyone, anywhere: true},
		{act: EditTemplate, words: "add or edit templates", roles: staff},
		{act: SubmitTemplate, words: "submit templates", roles: staff},
		{act: ApproveTemplate, words: "approve templates", roles: []Role{Approver}, decides: true},
		{act: ReturnTemplate, words: "return templates", roles: []Role{Approver}, decides: true},
		{act: DropTemplate, words: "drop templates", roles: []Role{Approver, Admin}, decides: true},
		{act: ManageHooks, words: "look after hooks", roles: []Role{Admin}, decides: true},
	}
}

// Acts lists every act.
func Acts() []Act {
	all := make([]Act, len(rules()))
	for i, r := range rules() {
		all[i] = r.act
	}
	return all
}

func ruleOf(act Act) (rule, bool) {
	all := rules()
	i := slices.IndexFunc(all, func(r rule) bool { return r.act == act })
	if i < 0 {
		return rule{}, false
	}
	return all[i], true
}

// Words says what an act is as people say it; one that is not known by its name.
func (a Act) Words() string {
	if r, known := ruleOf(a); known {
		return r.words
	}
	return fmt.Sprintf("do %q", string(a))
}
