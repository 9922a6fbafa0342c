package office

import (
	"fmt"
	"slices"

	"clarion/message"
	"clarion/store"
)

// mayBy keeps whoever changed what a message is held for from releasing it:
// nobody sends an announcement somewhere else by themselves and one other. Who
// held it, or froze everything, may.
func (r release) mayBy(t *store.Tx, name string) error {
	changed, err := r.changes(t)
	if err != nil {
		return err
	}
	for _, c := range changed {
		if c.by.By == name && !c.by.At.Before(r.message.ApprovedAt) {
			return Refuse(Forbidden, fmt.Sprintf("%s changed %s after message %s was approved, and can't be one of those who release it", name, c.what, r.message.ID),
				"let two others release it")
		}
	}
	return nil
}

// changedBy is what a message is held for, and who changed it last.
type changedBy struct {
	what string
	by   store.Change
}

// changes gives who last changed what the message is held for.
func (r release) changes(t *store.Tx) ([]changedBy, error) {
	var channels, audiences []changedBy
	var err error
	if slices.Contains(r.holds, message.HoldChannelChanged) {
		channels, err = r.channelChanges(t)
	}
	if err == nil && slices.Contains(r.holds, message.HoldAudienceDrift) {
		audiences, err = r.audienceChanges(t)
	}
	return append(channels, audiences...), err
}

func (r release) channelChanges(t *store.Tx) ([]changedBy, error) {
	sends, err := t.ChangedChannels(r.message.ID)
	if err != nil {
		return nil, err
	}
	states, err := t.ChannelStates()
	var all []changedBy
	for _, s := range sends {
		all = append(all, changedBy{"the mode of the channel " + s.Channel, states[s.Channel].Mode})
	}
	return all, err
}

func (r release) audienceChanges(t *store.Tx) ([]changedBy, error) {
	revision, err := t.Revision(r.message.ID, r.message.Revision)
	if err != nil {
		return nil, err
	}
	var all []changedBy
	for _, name := range revision.Content.Plan.Audiences {
		change, err := t.AudienceChange(name)
		if err != nil {
			return nil, err
		}
		all = append(all, changedBy{"the audience " + name, change})
	}
	return all, nil
}
