package api

// Person is a named member of staff.
type Person struct {
	Name     string `json:"name" doc:"Short, as in --as."`
	FullName string `json:"full_name"`
	Role     string `json:"role"`
}

// People is everyone, by name.
type People struct {
	People []Person `json:"people" nullable:"false"`
}

// PersonSettings is what is set of a person.
type PersonSettings struct {
	FullName string `json:"full_name"`
	Role     string `json:"role,omitempty"`
}
