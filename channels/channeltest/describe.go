package channeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"clarion/channels"
)

func proveCapabilities(tb testing.TB, s Subject) error {
	ch, _ := s.New(tb)
	caps, to := ch.Capabilities(), ch.Destination()
	var faults []error
	if caps != ch.Capabilities() || to != ch.Destination() {
		faults = append(faults, errors.New("two looks at the capabilities or the destination differ"))
	}
	if caps.Concurrency < 1 || caps.Ahead < 1 {
		faults = append(faults, fmt.Errorf("concurrency %d and ahead %d must be at least 1", caps.Concurrency, caps.Ahead))
	}
	if caps.Limit < 0 || caps.Limit > 0 && caps.Unit == "" {
		faults = append(faults, fmt.Errorf("a limit of %d in unit %q", caps.Limit, caps.Unit))
	}
	if to.Kind == "" {
		faults = append(faults, errors.New("the destination names no kind"))
	}
	return errors.Join(faults...)
}

func proveNoSecret(tb testing.TB, s Subject) error {
	ch, _ := s.New(tb)
	r, _ := ch.Render(Post())
	destination, err := json.Marshal(ch.Destination())
	shown := map[string]string{
		"its destination": string(destination), "its rendering": string(r.Marshal()),
		"%v of it": fmt.Sprintf("%v", ch), "%+v of it": fmt.Sprintf("%+v", ch), "%#v of it": fmt.Sprintf("%#v", ch),
	}
	faults := []error{err}
	for where, text := range shown {
		faults = append(faults, s.silent(where, text))
	}
	return errors.Join(faults...)
}

// silent says whether a text shows a secret of the subject.
func (s Subject) silent(where, text string) error {
	for i, secret := range s.Secrets {
		if secret != "" && strings.Contains(text, secret) {
			return fmt.Errorf("%s shows secret %d", where, i)
		}
	}
	return nil
}

func proveNoIO(tb testing.TB, s Subject) error {
	ch, to := s.New(tb)
	if to == nil {
		to = none{}
	}
	for _, post := range posts() {
		ch.Capabilities()
		ch.Destination()
		ch.Render(post)
	}
	if n := to.Requests(); n != 0 {
		return fmt.Errorf("%d requests before anything was published", n)
	}
	return nil
}

// slots lists a rendering's slots by document, type, argument and form.
func slots(r channels.Rendering) string {
	var b strings.Builder
	for _, d := range r.Documents {
		fmt.Fprintf(&b, "%s (%s):", d.Name, d.MediaType)
		for _, p := range d.Parts {
			if p.Slot != channels.NoSlot {
				fmt.Fprintf(&b, " %s(%s)/%d", p.Slot, p.Arg, p.Form)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
