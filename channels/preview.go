package channels

// Previewer is a channel that can show people what a rendering will look like
// at its destination.
type Previewer interface {
	// Preview reads the rendering and nothing else. It does no I/O. The values
	// are what is known before there is a delivery: PageAddress, EntryID,
	// AssetBase, Zone and Asset. For what else is open it finds a stand-in.
	Preview(r Rendering, v Values) ([]Preview, error)
}

// Preview is one post as readers will see it.
type Preview struct {
	Text     string         `json:"text"`
	Length   int            `json:"length"` // by the channel's own count
	Limit    int            `json:"limit"`
	Language string         `json:"language,omitempty"`
	Warning  string         `json:"warning,omitempty"` // shown in place of the text until a reader asks for it
	Images   []PreviewImage `json:"images,omitempty"`
	Card     string         `json:"card,omitempty"` // address of the page whose card is shown
}

// PreviewImage is an image of a post with its description.
type PreviewImage struct {
	SHA256 string `json:"sha256"` // of the bytes that leave
	Alt    string `json:"alt"`
}
