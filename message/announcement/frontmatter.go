package announcement

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"clarion/message"
)

// reader reads one file.
type reader struct {
	faults   *collector
	source   source
	defaults Defaults
	content  message.Content
	lines    map[string]int // by field, for what the file gives
	keys     []key          // that are known
	unread   bool           // the front matter is not one YAML document
}

// body takes over the body and its line.
func (r *reader) body() {
	r.content.Body = r.source.body
	r.lines["body"] = min(r.source.bodyLine, r.faults.last)
}

func (r *reader) frontMatter() {
	decoder := yaml.NewDecoder(strings.NewReader(r.source.front))
	var doc yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if !errors.Is(err, io.EOF) { // EOF: there is nothing, and that is blamed key by key
			r.syntax(err)
		}
		return
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		r.unread = true
		r.faults.add(r.at(&doc), "front matter", "the front matter is more than one YAML document", "delete the line ... in it")
		return
	}
	if len(doc.Content) > 0 && !isNull(doc.Content[0]) {
		r.root(doc.Content[0])
	}
}

func (r *reader) root(n *yaml.Node) {
	r.plain(n)
	r.mapping(n, "", names(r.keys), func(name string, value *yaml.Node) {
		i := slices.IndexFunc(r.keys, func(k key) bool { return k.name == name })
		r.keys[i].read(r, value)
	})
}

// at gives the line of a node in the file.
func (r *reader) at(n *yaml.Node) int { return r.source.frontLine + n.Line - 1 }

// syntax blames a front matter that is no YAML. Nothing else is known of it
// then, so no key is blamed for being absent.
func (r *reader) syntax(err error) {
	line, says := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile(`^line (\d+): (.*)`).FindStringSubmatch(says); m != nil {
		line, _ = strconv.Atoi(m[1]) // digits, and few
		says = m[2]
	}
	line = min(r.source.frontLine+line-1, r.source.bodyLine-1)
	r.unread = true
	r.faults.add(line, "front matter", fmt.Sprintf("this is not YAML (%.80s)", says),
		"check how the lines are indented, and put quotes round a value with a colon, # or quote in it")
}

// plain blames what lets YAML mean something else than it shows. An alias is
// blamed where its value is wanted.
func (r *reader) plain(n *yaml.Node) {
	switch {
	case n.Anchor != "":
		r.faults.add(r.at(n), "", "a YAML anchor (&name) is not taken", "delete it, or put quotes round the value")
	case n.Style&yaml.TaggedStyle != 0:
		r.faults.add(r.at(n), "", "a YAML tag (!name) is not taken", "delete it, or put quotes round the value")
	}
	for _, child := range n.Content {
		r.plain(child)
	}
}

// mapping reads a mapping key by key. Keys that are not known, stand twice or
// are no text are blamed; each gets the rest. With no names every key is known.
func (r *reader) mapping(n *yaml.Node, path string, known []string, each func(name string, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, path, "a block of `key: value` lines")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.faults.add(r.at(key), path, "a key is not a plain word", "write `key: value`")
			continue
		}
		name := key.Value
		if line, twice := seen[name]; twice {
			r.faults.add(r.at(key), path, fmt.Sprintf("the key %.40q stands on line %d already", name, line), "delete one of them")
			continue
		}
		seen[name] = r.at(key)
		if known != nil && !slices.Contains(known, name) {
			r.faults.add(r.at(key), path, fmt.Sprintf("the key %.40q is not known", name), suggest(name, known))
			continue
		}
		each(name, value)
	}
}
