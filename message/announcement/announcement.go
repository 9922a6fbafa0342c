// Package announcement reads and writes announcement files: CommonMark with
// YAML front matter. docs/announcements.md is the grammar.
//
// Failure rules. A file is read whole or not at all: with one fault in it
// there is no announcement. All faults are given at once, each with its line
// and what to try. What YAML could hide (anchors, aliases, tags, a second
// value for a key, a second document) is refused, and so is every character
// that does not show. No fault quotes the body, the notes or the contact.
package announcement

import (
	"clarion/channels"
	"clarion/message"
)

// MaxFile is the greatest size of an announcement file, in bytes.
const MaxFile = 1 << 20

// Defaults is what the office has set for what a file leaves out.
type Defaults struct {
	Language   string // BCP 47
	Zone       string // IANA; shown in what to try, never assumed for a time
	Department string
}

// Announcement is a file that was read without a fault.
type Announcement struct {
	// Content has assets with their name and description only: the files
	// themselves have not been looked at.
	Content message.Content
	Assets  []AssetFile // as listed, in order

	// Lines gives a field's line in the file, for faults found later. Fields
	// are named as in channels.Problem: title, topics[2] (from 1),
	// assets[chart.png].alt, variants[web].text. For the body it is its first
	// line, so that line n of the body is line Lines["body"]+n-1 of the file.
	Lines map[string]int
}

// AssetFile is a file that an announcement names beside itself.
type AssetFile struct {
	Name string
	Alt  string
	// Focus is the point that a crop keeps, as in channels.Asset.
	Focus string
	Line  int
}

// Parse reads an announcement file; name is what faults call it. The error is
// Faults.
func Parse(name string, text []byte, defaults Defaults) (Announcement, error) {
	src, faults := readSource(name, text)
	if faults.fatal {
		return Announcement{}, faults.sorted()
	}
	r := reader{faults: faults, source: src, lines: map[string]int{}, defaults: defaults, keys: keys()}
	r.frontMatter()
	r.body()
	r.fillIn()
	r.blame(Check(r.content))
	if len(r.faults.list) > 0 {
		return Announcement{}, r.faults.sorted()
	}
	return r.announcement(), nil
}

func (r *reader) announcement() Announcement {
	a := Announcement{Content: r.content, Lines: r.lines}
	for i, asset := range r.content.Assets {
		a.Assets = append(a.Assets, AssetFile{Name: asset.Name, Alt: asset.Alt, Focus: asset.Focus, Line: r.lines[item("assets", i)]})
	}
	r.nameAssetLines()
	return a
}

// nameAssetLines lets assets be found by file name as well as by number, since
// that is how channels name them.
func (r *reader) nameAssetLines() {
	for i, asset := range r.content.Assets {
		for _, part := range []string{"", ".file", ".alt", ".focus"} {
			line, ok := r.lines[item("assets", i)+part]
			named := "assets[" + asset.Name + "]" + part
			if _, taken := r.lines[named]; ok && !taken {
				r.lines[named] = line
			}
		}
	}
}

// fillIn puts the office's defaults where the file says nothing.
func (r *reader) fillIn() {
	c := &r.content
	if _, given := r.lines["language"]; !given {
		c.Language = r.defaults.Language
	}
	if _, given := r.lines["department"]; !given {
		c.Department = r.defaults.Department
	}
	if _, given := r.lines["late_limit"]; !given {
		c.Schedule.LateLimit = message.DefaultLateLimit
	}
	c.Language = canonicalLanguage(c.Language)
}

// blame adds what is wrong with what was read as such. A field that could not
// be read is not blamed twice.
func (r *reader) blame(all []channels.Problem) {
	for _, p := range all {
		if unknown := r.unread && p.Field != "body"; !unknown && !r.faults.blames(p.Field) {
			r.faults.add(r.line(p), p.Field, p.Says, p.Try)
		}
	}
}

// line gives the line of a problem, or of the nearest field around it.
func (r *reader) line(p channels.Problem) int {
	for field := p.Field; field != ""; field = parent(field) {
		if line, ok := r.lines[field]; ok {
			return line
		}
	}
	return 1
}
