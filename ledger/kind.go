package ledger

// Kind is what an entry records.
type Kind string

// The kinds of entries.
const (
	Opened            Kind = "ledger.opened" // a writer's first entry
	KeyMade           Kind = "ledger.key"    // by which exports are signed from here on
	MessageAdded      Kind = "message.added"
	MessageEdited     Kind = "message.edited"
	MessageSubmitted  Kind = "message.submitted"
	MessageApproved   Kind = "message.approved"
	MessageReturned   Kind = "message.returned"
	MessageHeld       Kind = "message.held"
	MessageReleased   Kind = "message.release" // a hold was released
	MessageCancelled  Kind = "message.cancelled"
	MessageExpired    Kind = "message.expired"
	MessageRehearsed  Kind = "message.rehearsal" // a run of its own was ordered
	MessageDone       Kind = "message.done"
	SendAttempt       Kind = "send.attempt"    // one settled attempt at a send
	SendRecipients    Kind = "send.recipients" // one commit's settled attempts at recipients
	SendCandidates    Kind = "send.candidates" // an addressed send's recipients were fixed
	SendHeld          Kind = "send.held"
	SendDropped       Kind = "send.dropped" // cancelled, suppressed or expired before any attempt
	SendRecovered     Kind = "send.recovered"
	SendFound         Kind = "send.found" // the destination was asked about an unknown send, and answered
	SendResolved      Kind = "send.resolved"
	SendRetried       Kind = "send.retried"
	ChannelPaused     Kind = "channel.paused"
	ChannelResumed    Kind = "channel.resumed"
	ChannelMode       Kind = "channel.mode"
	AudienceChanged   Kind = "audience.changed"
	AudienceImported  Kind = "audience.imported"
	PersonAdded       Kind = "person.added"
	Unsubscribed      Kind = "subscriber.unsubscribed"
	Frozen            Kind = "freeze.pressed"
	Thawed            Kind = "freeze.thawed"
	Countersigned     Kind = "decision.first" // the first of two people
	Restored          Kind = "store.restored"
	MessageCommented  Kind = "message.commented"
	MessageEmergency  Kind = "message.emergency" // released without an approval
	DebtSettled       Kind = "message.debt-settled"
	PersonChanged     Kind = "person.changed"
	PersonDisabled    Kind = "person.disabled"
	PersonEnabled     Kind = "person.enabled"
	PersonErased      Kind = "person.erased"
	RolesChanged      Kind = "person.roles"
	PasswordChanged   Kind = "account.password"
	ResetMade         Kind = "account.reset" // a link by which a password is chosen
	FactorChanged     Kind = "account.factor"
	IdentityChanged   Kind = "account.identity" // who somebody is at a provider of single sign-on
	TokenMade         Kind = "token.made"
	TokenRevoked      Kind = "token.revoked"
	PolicyChanged     Kind = "policy.changed"
	DepartmentChanged Kind = "department.changed"
	TemplateAdded     Kind = "template.added"
	TemplateEdited    Kind = "template.edited"
	TemplateSubmitted Kind = "template.submitted"
	TemplateApproved  Kind = "template.approved"
	TemplateReturned  Kind = "template.returned"
	TemplateDropped   Kind = "template.dropped"
	SendDone          Kind = "send.done"         // nothing of an addressed send moves any more
	AlarmDoubt        Kind = "alarm.doubt"       // an unknown send is no longer looked for: a person must decide
	AlarmCredentials  Kind = "alarm.credentials" //nolint:gosec // the name of an alarm; a channel's credentials expire, or have
	HookChanged       Kind = "hook.changed"
	HookFailed        Kind = "hook.failed" // Clarion disabled a hook
)
