package x

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"clarion/channels"
)

// textOf is the text of a post as it leaves.
func textOf(d channels.Delivery, name string) (string, error) {
	document, _ := d.Rendering.Document(name)
	body, err := document.Fill(placeholders(d))
	if err != nil {
		return "", &channels.Error{Class: channels.Permanent, Reason: "the post could not be completed", Err: err}
	}
	var got struct{ Text string }
	if err := json.Unmarshal(body, &got); err != nil {
		return "", &channels.Error{Class: channels.Permanent, Reason: "the rendering is no post", Err: err}
	}
	return got.Text, nil
}

// placeholders fills the ids that a text does not depend on.
func placeholders(d channels.Delivery) channels.Values {
	v := d.Values
	v.ParentPost, v.MediaIDs = "0", map[string]string{}
	for _, sum := range d.Rendering.Assets() {
		v.MediaIDs[sum] = "0"
	}
	return v
}

// canonical is a text as it left, in the form in which it is compared.
func (c *account) canonical(text string) string {
	text = norm.NFC.String(text)
	var b strings.Builder
	at := 0
	for _, l := range c.text.Links(text) {
		b.WriteString(text[at:l.Start] + canonicalLink(text[l.Start:l.End]))
		at = l.End
	}
	return spaced(b.String() + text[at:])
}

// canonical is the text of a post as X has it, in the form in which it is
// compared: X shortens links, adds one for images, and writes &, < and > as in
// HTML.
func (t tweet) canonical() string {
	text := t.Text
	for _, u := range t.Entities.URLs {
		if u.Short == "" {
			continue
		}
		link := canonicalLink(u.Expanded)
		if u.MediaKey != "" || strings.Contains(u.Expanded, "/status/"+t.ID+"/photo/") {
			link = ""
		}
		text = strings.Replace(text, u.Short, link, 1)
	}
	text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
	return spaced(norm.NFC.String(text))
}

func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }

// canonicalLink drops the scheme, which X adds to a bare domain, and writes the
// host as in DNS.
func canonicalLink(link string) string {
	for _, scheme := range []string{"https://", "http://"} {
		if len(link) >= len(scheme) && strings.EqualFold(link[:len(scheme)], scheme) {
			link = link[len(scheme):]
			break
		}
	}
	host, path, _ := strings.Cut(link, "/")
	if ascii, err := idna.Punycode.ToASCII(lower(host)); err == nil {
		host = ascii
	}
	return strings.TrimSuffix(host+"/"+path, "/")
}

// links reports whether a post leads to a page.
func (t tweet) links(page string) bool {
	if page == "" {
		return false
	}
	for _, u := range t.Entities.URLs {
		if canonicalLink(u.Expanded) == canonicalLink(page) || u.Unwound != "" && canonicalLink(u.Unwound) == canonicalLink(page) {
			return true
		}
	}
	return false
}
