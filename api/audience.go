package api

// Audience is a named group of stakeholders.
type Audience struct {
	Name        string   `json:"name"`
	Title       string   `json:"title" doc:"As readers see it."`
	Description string   `json:"description,omitempty"`
	Public      bool     `json:"public" doc:"Whether it has feeds and shows on public pages."`
	Channels    []string `json:"channels" nullable:"false" doc:"That reach it."`
	Rule        string   `json:"rule,omitempty" doc:"Which subscribers are in it; absent: all of its list."`
	Size        int      `json:"size" doc:"How many people mail would reach."`
}

// Audiences is every audience, by name.
type Audiences struct {
	Audiences []Audience `json:"audiences" nullable:"false"`
	Next      string     `json:"next,omitempty" doc:"Give this as cursor for the next page; absent on the last."`
}

// AudienceSettings is what is set of an audience.
type AudienceSettings struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Public      bool     `json:"public,omitempty"`
	Channels    []string `json:"channels" nullable:"false" maxItems:"50"`
	Rule        string   `json:"rule,omitempty"`
}

// Imported tells what became of a list of subscribers.
type Imported struct {
	Rows     int       `json:"rows" doc:"Good rows in the list."`
	Added    int       `json:"added" doc:"Of those, people new to the audience."`
	Problems []Problem `json:"problems" nullable:"false" doc:"The rows that were left out."`
}
