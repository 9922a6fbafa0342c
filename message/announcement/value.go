package announcement

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"clarion/message"
)

// whenApproved is the `publish` of a message that leaves once it is approved.
const whenApproved = "when approved"

// text reads a text, or blames what stands there instead and gives "".
func (r *reader) text(n *yaml.Node, path string) string {
	r.lines[path] = r.at(n)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		r.wrong(n, path, "text")
		return ""
	}
	if n.Style == 0 && n.LineComment != "" { // a hashtag, as like as not
		r.faults.add(r.at(n), path, fmt.Sprintf("YAML takes %.40q for a comment, and it would be left out", n.LineComment), "put quotes round the whole value, or delete it")
	}
	s := trimText(strings.ReplaceAll(n.Value, "\r\n", "\n"))
	if s == "" {
		r.empty(n, path)
	}
	return s
}

// scalar reads a value that is written without quotes, whatever YAML takes it
// for.
func (r *reader) scalar(n *yaml.Node, path, want string) (string, bool) {
	r.lines[path] = r.at(n)
	if n.Kind != yaml.ScalarNode || isNull(n) {
		r.wrong(n, path, want)
		return "", false
	}
	s := strings.TrimSpace(n.Value)
	if s == "" {
		r.empty(n, path)
	}
	return s, s != ""
}

func (r *reader) items(n *yaml.Node, path, want string) []*yaml.Node {
	r.lines[path] = r.at(n)
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, path, want)
		return nil
	}
	if len(n.Content) == 0 {
		r.empty(n, path)
	}
	return n.Content
}

func (r *reader) list(n *yaml.Node, path string) []string {
	var all []string
	for i, entry := range r.items(n, path, "a list such as [one, two]") {
		all = append(all, strings.TrimSpace(r.text(entry, item(path, i))))
	}
	return all
}

func (r *reader) instant(n *yaml.Node, path string) *message.Instant {
	const want = "a time such as 2027-05-01 09:00 Europe/London"
	s, ok := r.scalar(n, path, want)
	if !ok {
		return nil
	}
	if len(s) > 100 {
		r.faults.add(r.at(n), path, "this is too long for a time", "write "+want)
		return nil
	}
	at, err := message.ParseInstant(s)
	if err != nil {
		says, try := r.timeFault(s, err)
		r.faults.add(r.at(n), path, says, try)
		return nil
	}
	return &at
}

// timeFault parts an error into what is wrong and what to do. To a time that
// lacks nothing but a zone it offers the office's own.
func (r *reader) timeFault(s string, err error) (says, try string) {
	says, try = advice(err)
	if _, err := message.Resolve(s, r.defaults.Zone); err == nil {
		try = fmt.Sprintf("name the zone, as in `%s %s`", s, r.defaults.Zone)
	}
	return says, try
}

func (r *reader) duration(n *yaml.Node, path string) time.Duration {
	const want = "a length of time such as 10m, 2h or 1d"
	s, ok := r.scalar(n, path, want)
	if !ok {
		return 0
	}
	d, err := parseDuration(s)
	if err != nil {
		r.faults.add(r.at(n), path, fmt.Sprintf("%.20q is no length of time", s), "write "+want)
	}
	return d
}

// parseDuration reads Go's durations and whole days.
func parseDuration(s string) (time.Duration, error) {
	days, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseUint(days, 10, 8)
	return time.Duration(n) * 24 * time.Hour, err // at most 255
}

// wrong blames a value of the wrong type.
func (r *reader) wrong(n *yaml.Node, path, want string) {
	switch {
	case n.Kind == yaml.AliasNode:
		r.faults.add(r.at(n), path, "a YAML alias (*name) is not taken", "write the value itself")
	case isNull(n):
		r.empty(n, path)
	case want == "text" && n.Kind == yaml.ScalarNode:
		r.faults.add(r.at(n), path, fmt.Sprintf("YAML reads %.40q as something other than text", n.Value),
			fmt.Sprintf("put quotes round it: \"%.40s\"", n.Value))
	default:
		r.faults.add(r.at(n), path, "this is not "+want, "write "+want)
	}
}

// empty blames a key without a value: left out by mistake, it must not pass
// for a choice.
func (r *reader) empty(n *yaml.Node, path string) {
	r.faults.add(r.at(n), path, "there is no value", "give one, or delete the key")
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
