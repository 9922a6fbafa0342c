package api

// Pressed tells which parts of a freeze took. Any one of them freezes
// everything.
type Pressed struct {
	Memory bool   `json:"memory" doc:"The flag of the running program."`
	File   bool   `json:"file" doc:"The file FREEZE in the data folder."`
	Row    bool   `json:"row" doc:"The row of the database."`
	Says   string `json:"says,omitempty" doc:"Why a part did not take."`
}

// Freeze is whether everything is frozen, by whom and why.
type Freeze struct {
	Frozen bool   `json:"frozen"`
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
	At     Time   `json:"at" format:"date-time" nullable:"true"`
}
