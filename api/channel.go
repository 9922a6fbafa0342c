package api

// Channel is a configured destination with what was decided about it.
type Channel struct {
	Name        string      `json:"name"`
	Kind        string      `json:"kind"`
	Rehearsal   bool        `json:"rehearsal" doc:"Whether nothing leaves the machine."`
	Paused      bool        `json:"paused"`
	PausedBy    string      `json:"paused_by,omitempty" doc:"Absent where Clarion paused it because it was unusable."`
	Reason      string      `json:"reason,omitempty" doc:"Why it is paused."`
	ChangedAt   Time        `json:"changed_at" format:"date-time" nullable:"true" doc:"When it was last paused, resumed or switched."`
	Local       bool        `json:"local" doc:"Whether Clarion itself publishes it."`
	Addressed   bool        `json:"addressed" doc:"Whether people are addressed one by one."`
	Limit       int         `json:"limit,omitempty" doc:"The greatest length of a text, in unit."`
	Unit        string      `json:"unit,omitempty"`
	Can         []string    `json:"can,omitempty" enum:"edit,delete,reply,thread" doc:"What can be done about a post once it is out, and whether a text over the limit becomes a thread."`
	Destination Destination `json:"destination"`
	Check       *Standing   `json:"check,omitempty" doc:"How its account stood when it was last checked; absent if it never was."`

	PostsThisMonth int    `json:"posts_this_month" doc:"Posts made since the month began, where the office is."`
	CostThisMonth  string `json:"cost_this_month" doc:"What the destination charged for them, as a decimal in the account's currency."`
}

// Standing is what the last check of a channel came to.
type Standing struct {
	At        Time   `json:"at" format:"date-time" doc:"When it was checked."`
	OK        bool   `json:"ok"`
	Class     string `json:"class,omitempty" doc:"unavailable: a person must mend something; anything else: it could not be told."`
	Reason    string `json:"reason,omitempty" doc:"What was wrong."`
	Account   string `json:"account,omitempty" doc:"As the destination calls it; as are the others, of the newest good answer."`
	ExpiresAt Time   `json:"expires_at" format:"date-time" nullable:"true" doc:"When the credentials expire; null if they do not, or nobody can know."`
	Quota     string `json:"quota,omitempty" doc:"What is left of what the destination allows, in its own words."`
}

// Destination is where a channel publishes to.
type Destination struct {
	Endpoint string `json:"endpoint,omitempty"`
	Account  string `json:"account,omitempty"`
	Sender   string `json:"sender,omitempty"`
}

// Channels is every channel, in the order of the configuration.
type Channels struct {
	Channels []Channel `json:"channels" nullable:"false"`
}

// Checked is the answer of a channel's check.
type Checked struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Says string `json:"says"`

	Account   string `json:"account,omitempty"`
	ExpiresAt Time   `json:"expires_at" format:"date-time" nullable:"true" doc:"When the credentials expire; null if they do not, or nobody can know."`
	Quota     string `json:"quota,omitempty"`
	Paused    bool   `json:"paused,omitempty" doc:"It is unusable, and was paused."`
}

// Mode switches a channel.
type Mode struct {
	Rehearsal bool `json:"rehearsal" doc:"true: nothing leaves the machine; false: live."`
}
