package api

// Person is a named member of staff, or a system of the office's own.
type Person struct {
	Name     string  `json:"name" doc:"Short, and never given to anybody else."`
	FullName string  `json:"full_name"`
	Email    string  `json:"email,omitempty" doc:"Where notices and reset links go."`
	Kind     string  `json:"kind" enum:"human,system" doc:"A system drafts and reads; it never decides."`
	Disabled bool    `json:"disabled" doc:"Whether they can't sign in any more."`
	Roles    []Grant `json:"roles" nullable:"false"`
	Subject  string  `json:"subject,omitempty" doc:"Who they are at the provider of single sign-on; absent if they are not linked."`
}

// Identity is who somebody is at the provider of single sign-on.
type Identity struct {
	Subject string `json:"subject" maxLength:"255" doc:"The claim sub of their ID tokens."`
}

// Grant is a role held in a department.
type Grant struct {
	Department string `json:"department" doc:"A department's name, or * for everywhere."`
	Role       string `json:"role" enum:"viewer,author,approver,publisher,operator,admin,emergency"`
}

// People is everyone, by name.
type People struct {
	People []Person `json:"people" nullable:"false"`
	Next   string   `json:"next,omitempty" doc:"Give this as cursor for the next page; absent on the last."`
}

// PersonSettings is what is set of a person.
type PersonSettings struct {
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
	Kind     string `json:"kind,omitempty" enum:"human,system" default:"human"`
	// Password is for the first person alone; anybody else chooses their own.
	Password string `json:"password,omitempty" maxLength:"1000" doc:"Of the first person of all, who may do everything. Anybody else chooses their own by an invitation."`
}

// Roles is what a person is to hold in a department, in place of what they
// held there.
type Roles struct {
	Department string   `json:"department" doc:"A department's name, or * for everywhere."`
	Roles      []string `json:"roles" nullable:"false" maxItems:"20"`
}

// Invitation is a link by which a person chooses a password, once.
type Invitation struct {
	Link    string `json:"link" doc:"For them alone; it holds for 24 hours."`
	Expires Time   `json:"expires" format:"date-time" nullable:"true"`
}

// Left is what somebody who left has open.
type Left struct {
	Done     bool     `json:"done"`
	Messages []string `json:"messages" nullable:"false" doc:"Messages that they edited last and that are not finished."`
}

// Erased is what came of a decision to erase a person.
type Erased struct {
	Done    bool   `json:"done" doc:"False while it waits for a second administrator."`
	Already bool   `json:"already" doc:"Whether you had decided so before: somebody else must."`
	Name    string `json:"name,omitempty" doc:"The neutral name that stands where theirs did."`
	Ties    int    `json:"ties,omitempty" doc:"Names and texts of the ledger that were bound anew."`
	Unclean string `json:"unclean,omitempty" doc:"Why the file may still hold, where nothing reads it, what was erased. The next start takes it away."`
}

// Department is a part of the office.
type Department struct {
	Name string `json:"name" maxLength:"500"`
}

// Departments is every department, by name.
type Departments struct {
	Departments []Department `json:"departments" nullable:"false"`
	Next        string       `json:"next,omitempty" doc:"Give this as cursor for the next page; absent on the last."`
}

// Policy says what a message must have before it may leave.
type Policy struct {
	Department   string `json:"department,omitempty" doc:"Absent: every one."`
	Audience     string `json:"audience,omitempty" doc:"Absent: every one."`
	Approvals    int    `json:"approvals" minimum:"1" maximum:"5" doc:"By different people."`
	Role         string `json:"role,omitempty" doc:"That one of the approvers must hold besides approver."`
	Above        int    `json:"above,omitempty" minimum:"0" doc:"Size of an audience, in people, above which one approval more is needed."`
	SecondFactor bool   `json:"second_factor,omitempty" doc:"Each approval takes a fresh one."`
}

// Policies is every policy.
type Policies struct {
	Policies []Policy `json:"policies" nullable:"false"`
}
