package announcement

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"clarion/audience"
	"clarion/channels"
	"clarion/message"
)

// ParseTemplate reads a template file, which has the form of an announcement
// and keys of its own; name is what faults call it. The error is Faults. A
// template without a department is for every one.
func ParseTemplate(name string, text []byte, defaults Defaults) (message.Template, error) {
	src, faults := readSource(name, text)
	if faults.fatal {
		return message.Template{}, faults.sorted()
	}
	var t message.Template
	r := reader{faults: faults, source: src, lines: map[string]int{}, defaults: defaults, keys: templateKeys(&t)}
	r.frontMatter()
	r.body()
	if _, given := r.lines["language"]; !given {
		r.content.Language = defaults.Language
	}
	c := r.content
	t.Department, t.Language, t.Title, t.Summary, t.Body, t.Variants = c.Department, canonicalLanguage(c.Language), c.Title, c.Summary, c.Body, c.Variants
	r.blame(CheckTemplate(t))
	if len(r.faults.list) > 0 {
		return message.Template{}, r.faults.sorted()
	}
	return t, nil
}

func templateKeys(t *message.Template) []key {
	wanted := []string{"title", "summary", "language", "department", "variants"}
	all := []key{
		{"name", func(r *reader, n *yaml.Node) { t.Name = strings.TrimSpace(r.text(n, "name")) }},
		{"kind", func(r *reader, n *yaml.Node) { t.Kind = message.TemplateKind(strings.TrimSpace(r.text(n, "kind"))) }},
	}
	for _, k := range keys() {
		for _, name := range wanted {
			if k.name == name {
				all = append(all, k)
			}
		}
	}
	return all
}

// CheckTemplate gives every fault of a template as such.
func CheckTemplate(t message.Template) []channels.Problem {
	p := problems{}
	if !audience.WellFormed(t.Name) {
		p.add("name", fmt.Sprintf("%s is no name of a template", message.Quote(t.Name)), "choose up to 40 of a to z, 0 to 9 and -, as in sent-in-error")
	}
	if t.Kind != message.Correction && t.Kind != message.Withdrawal {
		p.add("kind", fmt.Sprintf("%s is no kind of template", message.Quote(string(t.Kind))), "write correction or withdrawal")
	}
	p.oneLine("department", t.Department, message.MaxField)
	p.language(t.Language)
	p.oneLine("title", t.Title, message.MaxTitle)
	p.required("title", t.Title, "a title")
	p.text("summary", t.Summary, message.MaxSummary)
	p.required("summary", t.Summary, "a summary")
	p.required("body", t.Body, "a body")
	p.block("body", t.Body, message.MaxBody)
	p.variants(t.Variants)
	for _, m := range t.Placeholders() {
		p.add(m.Field, m.Says, m.Try)
	}
	return p.found
}

// FormatTemplate writes a template as a file. ParseTemplate gives it back.
func FormatTemplate(t message.Template) []byte {
	m := mapping{}
	m.text("name", t.Name)
	m.text("kind", string(t.Kind))
	m.text("department", t.Department)
	m.text("language", t.Language)
	m.text("title", t.Title)
	m.text("summary", t.Summary)
	m.variants(t.Variants)
	var b bytes.Buffer
	m.write(&b, t.Body)
	return b.Bytes()
}
