package announcement

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"clarion/channels"
	"clarion/message"
)

// Format writes a content as an announcement file. Parse gives the content
// back, if Check has nothing against it and its texts are trimmed as Parse
// does; of assets it keeps the name and description.
func Format(c message.Content) []byte {
	m := front(c)
	var b bytes.Buffer
	m.write(&b, c.Body)
	return b.Bytes()
}

// write writes a file of front matter and a body.
func (m *mapping) write(b *bytes.Buffer, body string) {
	b.WriteString(fence + "\n")
	encoder := yaml.NewEncoder(b)
	encoder.SetIndent(2)
	if err := encoder.Encode(m.node()); err != nil {
		panic("announcement: front matter always encodes: " + err.Error())
	}
	b.WriteString(fence + "\n\n" + body + "\n")
}

func front(c message.Content) mapping {
	m := mapping{}
	m.text("title", c.Title)
	m.text("summary", c.Summary)
	m.text("language", c.Language)
	m.text("objective", c.Objective)
	m.text("department", c.Department)
	m.list("topics", c.Topics)
	m.list("audiences", c.Plan.Audiences)
	m.list("channels", c.Plan.Channels)
	m.schedule(c.Schedule)
	m.instant("embargo", c.Embargo)
	m.text("contact", c.Contact)
	m.text("notes", c.Notes)
	m.assets(c.Assets)
	m.variants(c.Variants)
	m.text("corrects", c.Corrects)
	m.text("withdraws", c.Withdraws)
	return m
}

// mapping builds a YAML mapping; what is empty is left out.
type mapping struct{ content []*yaml.Node }

func (m *mapping) node() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Content: m.content} }

func (m *mapping) add(key string, value *yaml.Node) {
	m.content = append(m.content, scalar(key), value)
}

func (m *mapping) text(key, value string) {
	if value != "" {
		m.add(key, scalar(value))
	}
}

func (m *mapping) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, v := range values {
		n.Content = append(n.Content, scalar(v))
	}
	m.add(key, n)
}

func (m *mapping) schedule(s message.Schedule) {
	if s.Earliest == nil {
		m.text("publish", whenApproved)
	}
	m.instant("publish", s.Earliest)
	if s.LateLimit != message.DefaultLateLimit {
		m.text("late_limit", formatDuration(s.LateLimit))
	}
	m.instant("expires", s.Expires)
}

func (m *mapping) instant(key string, at *message.Instant) {
	if at != nil {
		m.add(key, scalar(formatInstant(*at)))
	}
}

func (m *mapping) assets(assets []channels.Asset) {
	if len(assets) == 0 {
		return
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, a := range assets {
		entry := mapping{}
		entry.text("file", a.Name)
		entry.text("alt", a.Alt)
		entry.text("focus", a.Focus)
		list.Content = append(list.Content, entry.node())
	}
	m.add("assets", list)
}

func (m *mapping) variants(variants map[string]channels.Variant) {
	if len(variants) == 0 {
		return
	}
	all := mapping{}
	for _, channel := range slices.Sorted(maps.Keys(variants)) {
		v, entry := variants[channel], mapping{}
		entry.text("title", v.Title)
		entry.text("summary", v.Summary)
		entry.text("text", v.Text)
		entry.text("warning", v.Warning)
		entry.text("visibility", v.Visibility)
		all.add(channel, entry.node())
	}
	m.add("variants", all.node())
}

// scalar writes a text so that YAML reads it as one. Lines are kept as a block
// where a block keeps them.
func scalar(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.Contains(s, "\n") {
		n.Style = yaml.LiteralStyle
	}
	return n
}

// formatInstant writes a time as it was written: with its zone, or with its
// offset if that is all it has.
func formatInstant(at message.Instant) string {
	offset, err := time.Parse("-07:00", at.Zone)
	if err != nil {
		return at.String()
	}
	_, seconds := offset.Zone()
	return at.At.In(time.FixedZone("", seconds)).Format(time.RFC3339)
}

// formatDuration writes 2d, 1h, 90m or 1h30m where Go has 48h0m0s and so on.
func formatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	if d > 0 && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	s := d.String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, nothing) {
			s = s[:len(s)-2]
		}
	}
	return s
}
