package people

import "slices"

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
)

// rule says who may do an act.
type rule struct {
	act   Act
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
		{act: ReadMessages, roles: anyone, anywhere: true},
		{act: AddMessage, roles: staff},
		{act: EditMessage, roles: staff},
		{act: SubmitMessage, roles: staff},
		{act: CommentMessage, roles: anyone},
		{act: RehearseMessage, roles: staff},
		{act: CancelMessage, roles: staff},
		{act: HoldMessage, roles: anyone},
		{act: ApproveMessage, roles: []Role{Approver}, decides: true},
		{act: ReturnMessage, roles: []Role{Approver}, decides: true},
		{act: ReleaseMessage, roles: []Role{Publisher}, decides: true},
		{act: EmergencySend, roles: []Role{Emergency}, decides: true},
		{act: SettleDebt, roles: []Role{Approver}, decides: true},
		{act: ResolveSend, roles: []Role{Publisher, Operator}, decides: true},
		{act: RetrySend, roles: []Role{Publisher, Operator}, decides: true},
		{act: ReadChannels, roles: anyone, anywhere: true},
		{act: CheckChannel, roles: []Role{Operator, Admin}, anywhere: true},
		{act: DecideChannel, roles: []Role{Operator, Admin}, decides: true},
		{act: ReadAudiences, roles: anyone, anywhere: true},
		{act: SetAudience, roles: []Role{Publisher, Admin}},
		{act: ImportAudience, roles: []Role{Publisher, Admin}},
		{act: FreezeAll, roles: anyone, anywhere: true},
		{act: ThawAll, roles: []Role{Publisher, Operator, Admin}, decides: true},
		{act: ReadLedger, roles: []Role{Approver, Publisher, Operator, Admin}},
		{act: ExportLedger, roles: []Role{Approver, Operator, Admin}},
		{act: BackUp, roles: []Role{Operator, Admin}},
		{act: Reload, roles: []Role{Operator, Admin}},
		{act: ReadPeople, roles: anyone, anywhere: true},
		{act: ManagePeople, roles: []Role{Admin}, decides: true},
		{act: SetPolicy, roles: []Role{Admin}, decides: true},
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
