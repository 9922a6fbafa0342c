package office

import (
	"context"
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"clarion/channels"
	"clarion/store"
)

// Difference is what changed in what a channel would publish since the last
// approved revision, document by document.
type Difference struct {
	Channel string
	Text    string // a unified diff; empty if nothing changed
}

// Difference compares what is in review, or would be, with the last revision
// that was approved; against is 0 if none was.
func (v View) Difference(ctx context.Context, id string) (against int, all []Difference, err error) {
	m, err := v.message(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	against, err = v.office.store.LastApproved(ctx, id, m.Revision)
	if err != nil {
		return 0, nil, err
	}
	var before []store.Rendered
	if against > 0 {
		if before, err = v.office.store.Plan(ctx, id, against); err != nil {
			return 0, nil, err
		}
	}
	now, err := v.office.planFor(ctx, m)
	if err != nil {
		return 0, nil, err
	}
	for _, channel := range channelsOf(before, now) {
		d, err := difference(channel, fmt.Sprintf("revision %d", against), of(before, channel), fmt.Sprintf("revision %d", m.Revision), of(now, channel))
		if err != nil {
			return 0, nil, err
		}
		all = append(all, d)
	}
	return against, all, nil
}

func channelsOf(plans ...[]store.Rendered) []string {
	var all []string
	for _, plan := range plans {
		for _, p := range plan {
			if !slices.Contains(all, p.Channel) {
				all = append(all, p.Channel)
			}
		}
	}
	slices.Sort(all)
	return all
}

// of gives what a plan holds for a channel; nothing if it has none.
func of(plan []store.Rendered, channel string) []byte {
	for _, p := range plan {
		if p.Channel == channel {
			return p.Body
		}
	}
	return nil
}

func difference(channel, oldName string, old []byte, newName string, now []byte) (Difference, error) {
	before, err := documents(old)
	if err != nil {
		return Difference{}, err
	}
	after, err := documents(now)
	if err != nil {
		return Difference{}, err
	}
	d := Difference{Channel: channel}
	var names []string
	for _, s := range slices.Concat(before, after) {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	for _, name := range names {
		d.Text += string(diff.Diff(name+" of "+oldName, textOf(before, name), name+" of "+newName, textOf(after, name)))
	}
	return d, nil
}

func documents(stored []byte) ([]Shown, error) {
	if stored == nil {
		return nil, nil
	}
	r, err := channels.UnmarshalRendering(stored)
	if err != nil {
		return nil, err
	}
	return show(r), nil
}

func textOf(all []Shown, name string) []byte {
	for _, s := range all {
		if s.Name == name {
			return append(slices.Clone(s.Text), '\n')
		}
	}
	return nil
}
