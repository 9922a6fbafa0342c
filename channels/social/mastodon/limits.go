package mastodon

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"clarion/channels"
)

// limits are what a server allows. They are the facts of a rendering, and its
// document of that name.
type limits struct {
	Version    string `json:"version"` // as the server says it; empty if it was not asked
	Characters int    `json:"characters"`
	// Mastodon says that it is that, or a fork. A link counts LinkWeight there, a
	// mention without its server, and what a reader sees as one character as one.
	// Other servers count code points, and links in full; some take what looks
	// like markup out of warnings and descriptions.
	Mastodon    bool     `json:"mastodon"`
	LinkWeight  int      `json:"link_weight"`
	Images      int      `json:"images"`
	ImageTypes  []string `json:"image_types"`
	ImageBytes  int64    `json:"image_bytes"`
	ImagePixels int64    `json:"image_pixels"`
	AltLimit    int      `json:"alt_limit"` // characters
}

// Bounds of what a server may say.
const (
	maxCharacters  = 100_000
	maxLinkWeight  = 1_000
	maxImages      = 16
	maxImageTypes  = 32
	maxImageBytes  = 1 << 30
	maxImagePixels = 1 << 31
	maxAltLimit    = 100_000
	maxVersion     = 100 // characters
)

// defaults are the limits of Mastodon itself (entities/Instance).
func defaults() limits {
	return limits{
		Characters: 500, Mastodon: true, LinkWeight: 23, Images: 4,
		ImageTypes: []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif"},
		ImageBytes: 16 << 20, ImagePixels: 33_177_600, AltLimit: 1500,
	}
}

// limitsOf reads facts; without any it gives the defaults.
func limitsOf(facts channels.Facts) (limits, error) {
	if len(facts) == 0 {
		return defaults(), nil
	}
	var l limits
	if err := json.Unmarshal(facts, &l); err != nil {
		return limits{}, fmt.Errorf("read the server's limits: %w", err)
	}
	return l, nil
}

// document shows the limits that a rendering was made for. It leaves nowhere.
func (l limits) document() channels.Document {
	return channels.Document{Name: limitsName, MediaType: jsonType, Parts: []channels.Part{{Literal: l.marshal()}}}
}

func (l limits) marshal() []byte {
	b, err := json.Marshal(l)
	if err != nil {
		panic("mastodon: limits always marshal: " + err.Error())
	}
	return b
}

// instance is what is read of a server's description, in either version
// (entities/Instance, entities/V1_Instance).
type instance struct {
	Version       string `json:"version"`
	Configuration struct {
		Statuses struct {
			Characters int64 `json:"max_characters"`
			Images     int64 `json:"max_media_attachments"`
			LinkWeight int64 `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		Media struct {
			Types  []string `json:"supported_mime_types"`
			Bytes  int64    `json:"image_size_limit"`
			Pixels int64    `json:"image_matrix_limit"`
			Alt    int64    `json:"description_limit"`
		} `json:"media_attachments"`
	} `json:"configuration"`
	Characters int64 `json:"max_toot_chars"` // older compatible servers
}

// limits bounds what a server says. Where it says nothing, or nothing that
// makes sense, Mastodon's own limit holds.
func (i instance) limits() limits {
	l, said := defaults(), i.Configuration
	l.Version = strings.Join(strings.Fields(strings.ToValidUTF8(i.Version, "")), " ")
	if runes := []rune(l.Version); len(runes) > maxVersion {
		l.Version = string(runes[:maxVersion])
	}
	l.Mastodon = mastodon(l.Version)
	l.Characters = int(bounded(said.Statuses.Characters, bounded(i.Characters, int64(l.Characters), maxCharacters), maxCharacters))
	l.Images = int(bounded(said.Statuses.Images, int64(l.Images), maxImages))
	l.LinkWeight = int(bounded(said.Statuses.LinkWeight, int64(l.LinkWeight), maxLinkWeight))
	l.ImageBytes = bounded(said.Media.Bytes, l.ImageBytes, maxImageBytes)
	l.ImagePixels = bounded(said.Media.Pixels, l.ImagePixels, maxImagePixels)
	l.AltLimit = int(bounded(said.Media.Alt, int64(l.AltLimit), maxAltLimit))
	if types := imageTypes(said.Media.Types); len(types) > 0 {
		l.ImageTypes = types
	}
	return l
}

func bounded(said, otherwise, most int64) int64 {
	if said < 1 {
		return otherwise
	}
	return min(said, most)
}

func imageTypes(said []string) []string {
	known := regexp.MustCompile(`^image/[a-z0-9.+-]{1,40}$`)
	said = slices.DeleteFunc(slices.Clone(said), func(t string) bool { return !known.MatchString(t) })
	return said[:min(len(said), maxImageTypes)]
}

// mastodon reports whether a version is Mastodon's own, or that of a fork, rather
// than one of a server that is compatible and counts in its own way.
func mastodon(version string) bool {
	return version != "" && version[0] >= '1' && version[0] <= '9' && !strings.Contains(version, "compatible")
}

// mangles reports whether the server may take something out of a warning or a
// description.
func (l limits) mangles(text string) bool {
	return !l.Mastodon && (strings.ContainsAny(text, "<>") || html.UnescapeString(text) != text)
}
