package channeltest

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"clarion/channels"
)

// proveDeterministic renders each post four times: twice in a row, and a copy
// from two goroutines at once.
func proveDeterministic(tb testing.TB, s Subject) error {
	ch, _ := s.New(tb)
	var faults []error
	for name, post := range posts() {
		before := clone(post)
		want, problems := ch.Render(post)
		if !reflect.DeepEqual(post, before) {
			faults = append(faults, fmt.Errorf("%s: Render changed the post", name))
		}
		same := func(p channels.Post) bool {
			r, again := ch.Render(p)
			return bytes.Equal(r.Marshal(), want.Marshal()) && r.Length == want.Length && reflect.DeepEqual(again, problems)
		}
		parallel := make(chan bool)
		for range 2 {
			go func() { parallel <- same(clone(post)) }()
		}
		if first, second := <-parallel, <-parallel; !same(post) || !first || !second {
			faults = append(faults, fmt.Errorf("%s: renders in different ways", name))
		}
	}
	return errors.Join(faults...)
}

func proveRenderings(tb testing.TB, s Subject) error {
	ch, _ := s.New(tb)
	var faults []error
	if _, problems := ch.Render(Post()); len(problems) > 0 {
		faults = append(faults, fmt.Errorf("the plain post has problems: %+v", problems))
	}
	for name, post := range posts() {
		r, problems := ch.Render(post)
		err := whole(problems)
		if len(problems) == 0 {
			err = errors.Join(sound(r, ch.Capabilities()), shows(ch, r))
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

func whole(problems []channels.Problem) error {
	for _, p := range problems {
		if p.Field == "" || p.Says == "" {
			return fmt.Errorf("a problem without field or text: %+v", p)
		}
	}
	return nil
}

// sound says whether a rendering can be stored, read back and filled.
func sound(r channels.Rendering, caps channels.Capabilities) error {
	back, err := channels.UnmarshalRendering(r.Marshal())
	if err != nil {
		return err
	}
	if !bytes.Equal(back.Marshal(), r.Marshal()) || len(r.Documents) == 0 {
		return fmt.Errorf("%d documents do not round-trip", len(r.Documents))
	}
	if caps.Limit > 0 && (r.Length < 1 || r.Length > caps.Limit) {
		return fmt.Errorf("length %d is not between 1 and the limit of %d", r.Length, caps.Limit)
	}
	seen := map[string]bool{}
	for _, d := range back.Documents {
		if d.Name == "" || seen[d.Name] {
			return fmt.Errorf("two documents, or one without a name, are called %q", d.Name)
		}
		seen[d.Name] = true
		if _, _, err := mime.ParseMediaType(d.MediaType); err != nil {
			return fmt.Errorf("document %q: media type %q: %w", d.Name, d.MediaType, err)
		}
		if content, err := d.Fill(Values("0123456789abcdef")); err != nil || len(content) == 0 {
			return fmt.Errorf("document %q fills with %d bytes: %w", d.Name, len(content), err)
		}
	}
	return nil
}

// shows says whether a channel that previews can do so before there is a
// delivery.
func shows(ch channels.Channel, r channels.Rendering) error {
	previewer, ok := ch.(channels.Previewer)
	if !ok {
		return nil
	}
	all := Values("")
	known := channels.Values{PageAddress: all.PageAddress, EntryID: all.EntryID, AssetBase: all.AssetBase, Zone: all.Zone, Asset: all.Asset}
	if _, err := previewer.Preview(r, known); err != nil {
		return fmt.Errorf("can't be previewed with what is known before a delivery: %w", err)
	}
	return nil
}

// proveClosedSlots puts texts into one field after the other: what the author
// writes must change neither number, type nor order of the slots.
func proveClosedSlots(tb testing.TB, s Subject) error {
	ch, _ := s.New(tb)
	const drawn = 40
	texts := hostile()
	for i := range drawn {
		texts = append(texts, "x"+rapid.String().Example(i))
	}
	for field, set := range fields() {
		want := slots(rendered(ch, set, "Plain words"))
		for _, text := range texts {
			got := slots(rendered(ch, set, text))
			if got != "" && got != want {
				return fmt.Errorf("%q as %s changes the slots from\n%sto\n%s", text, field, want, got)
			}
		}
	}
	return nil
}

// rendered is empty if the channel refuses the text.
func rendered(ch channels.Channel, set func(*channels.Post, string), text string) channels.Rendering {
	post := Post()
	post.Assets = []channels.Asset{Image(), Attachment()}
	set(&post, text)
	r, problems := ch.Render(post)
	if len(problems) > 0 {
		return channels.Rendering{}
	}
	return r
}

// fields lists what an author may write.
func fields() map[string]func(p *channels.Post, text string) {
	return map[string]func(p *channels.Post, text string){
		"title":           func(p *channels.Post, text string) { p.Title = text },
		"summary":         func(p *channels.Post, text string) { p.Summary = text },
		"body":            func(p *channels.Post, text string) { p.Body = text },
		"department":      func(p *channels.Post, text string) { p.Department = text },
		"topic":           func(p *channels.Post, text string) { p.Topics = []string{text} },
		"notes":           func(p *channels.Post, text string) { p.Notes = text },
		"contact":         func(p *channels.Post, text string) { p.Contact = text },
		"corrected title": func(p *channels.Post, text string) { p.Corrects = text },
		"withdrawn title": func(p *channels.Post, text string) { p.Withdraws = text },
		"variant title":   func(p *channels.Post, text string) { p.Variant.Title = text },
		"variant summary": func(p *channels.Post, text string) { p.Variant.Summary = text },
		"variant text":    func(p *channels.Post, text string) { p.Variant.Text = text },
		"alt text":        func(p *channels.Post, text string) { p.Assets[0].Alt = text },
		"file name":       func(p *channels.Post, text string) { p.Assets[1].Name = text + ".txt" },
		"audience title":  func(p *channels.Post, text string) { p.Audiences[0].Title = text },
	}
}
