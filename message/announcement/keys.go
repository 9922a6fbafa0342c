package announcement

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"clarion/channels"
	"clarion/message"
)

// key is one key of the front matter and how its value is read.
type key struct {
	name string
	read func(r *reader, n *yaml.Node)
}

func keys() []key {
	return []key{
		line("title", func(c *message.Content) *string { return &c.Title }),
		text("summary", func(c *message.Content) *string { return &c.Summary }),
		line("language", func(c *message.Content) *string { return &c.Language }),
		text("objective", func(c *message.Content) *string { return &c.Objective }),
		line("department", func(c *message.Content) *string { return &c.Department }),
		list("topics", func(c *message.Content) *[]string { return &c.Topics }),
		list("audiences", func(c *message.Content) *[]string { return &c.Plan.Audiences }),
		list("channels", func(c *message.Content) *[]string { return &c.Plan.Channels }),
		{"publish", (*reader).publish},
		{"late_limit", (*reader).lateLimit},
		instant("expires", func(c *message.Content) **message.Instant { return &c.Schedule.Expires }),
		instant("embargo", func(c *message.Content) **message.Instant { return &c.Embargo }),
		text("contact", func(c *message.Content) *string { return &c.Contact }),
		text("notes", func(c *message.Content) *string { return &c.Notes }),
		{"assets", (*reader).assets},
		{"variants", (*reader).variants},
		line("corrects", func(c *message.Content) *string { return &c.Corrects }),
		line("withdraws", func(c *message.Content) *string { return &c.Withdraws }),
	}
}

func names(keys []key) []string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.name
	}
	return all
}

func line(name string, field func(*message.Content) *string) key {
	return key{name, func(r *reader, n *yaml.Node) {
		*field(&r.content) = strings.TrimSpace(r.text(n, name))
	}}
}

func text(name string, field func(*message.Content) *string) key {
	return key{name, func(r *reader, n *yaml.Node) {
		*field(&r.content) = r.text(n, name)
	}}
}

func list(name string, field func(*message.Content) *[]string) key {
	return key{name, func(r *reader, n *yaml.Node) {
		*field(&r.content) = r.list(n, name)
	}}
}

func instant(name string, field func(*message.Content) **message.Instant) key {
	return key{name, func(r *reader, n *yaml.Node) {
		*field(&r.content) = r.instant(n, name)
	}}
}

// publish reads the instant of publication; none means once it is approved.
func (r *reader) publish(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && strings.EqualFold(strings.Join(strings.Fields(n.Value), " "), whenApproved) {
		r.lines["publish"] = r.at(n)
		return
	}
	r.content.Schedule.Earliest = r.instant(n, "publish")
}

func (r *reader) lateLimit(n *yaml.Node) {
	r.content.Schedule.LateLimit = r.duration(n, "late_limit")
}

func (r *reader) assets(n *yaml.Node) {
	for i, entry := range r.items(n, "assets", "a list of `- file: NAME` entries") {
		path := item("assets", i)
		r.lines[path] = r.at(entry)
		var a channels.Asset
		fields := map[string]*string{"file": &a.Name, "alt": &a.Alt, "focus": &a.Focus}
		r.mapping(entry, path, []string{"file", "alt", "focus"}, func(name string, value *yaml.Node) {
			*fields[name] = strings.TrimSpace(r.text(value, path+"."+name))
		})
		r.content.Assets = append(r.content.Assets, a)
	}
}

func (r *reader) variants(n *yaml.Node) {
	r.lines["variants"] = r.at(n)
	r.content.Variants = map[string]channels.Variant{}
	r.mapping(n, "variants", nil, func(channel string, value *yaml.Node) {
		path := "variants[" + channel + "]"
		if says, try := unfitChannel(channel); says != "" {
			r.faults.add(r.at(value), "variants", says, try)
			return
		}
		r.lines[path] = r.at(value)
		r.content.Variants[channel] = r.variant(value, path)
	})
}

func (r *reader) variant(n *yaml.Node, path string) channels.Variant {
	var v channels.Variant
	fields := map[string]*string{
		"title": &v.Title, "summary": &v.Summary, "text": &v.Text, "warning": &v.Warning, "visibility": &v.Visibility,
	}
	r.mapping(n, path, []string{"title", "summary", "text", "warning", "visibility"}, func(name string, value *yaml.Node) {
		*fields[name] = r.text(value, path+"."+name)
	})
	v.Title, v.Warning, v.Visibility = strings.TrimSpace(v.Title), strings.TrimSpace(v.Warning), strings.TrimSpace(v.Visibility)
	return v
}
