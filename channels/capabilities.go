package channels

// Capabilities is what a channel can do; the rest of the product reads it and
// never asks for a kind by name.
type Capabilities struct {
	Local     bool `json:"local"`     // the publication is ours: settling is publishing
	Addressed bool `json:"addressed"` // people are addressed one by one
	Page      bool `json:"page"`      // gives a message its public page
	Media     bool `json:"media"`     // shows images with their descriptions
	Replaces  bool `json:"replaces"`  // a correction replaces the original in place
	Edits     bool `json:"edits"`     // a published post can be edited
	Deletes   bool `json:"deletes"`   // a published post can be deleted
	Replies   bool `json:"replies"`   // a post can be answered by another
	Threads   bool `json:"threads"`   // a text over the limit becomes several posts
	Rehearses bool `json:"rehearses"` // it only ever rehearses: nothing leaves the machine

	// Limit is the greatest length of a text in Unit; 0 means no limit.
	Limit int    `json:"limit,omitempty"`
	Unit  string `json:"unit,omitempty"` // "characters", "bytes"
	// Images is how many images a post may have, and AltLimit how many
	// characters the description of each; 0 means no limit of its own.
	Images   int `json:"images,omitempty"`
	AltLimit int `json:"alt_limit,omitempty"`

	// Concurrency is how many deliveries may be under way at once, and Ahead
	// how many attempts each of them may open ahead, unless the configuration
	// says otherwise. Both are at least 1.
	Concurrency int `json:"concurrency"`
	Ahead       int `json:"ahead"`
}
