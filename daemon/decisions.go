package daemon

import (
	"context"
	"fmt"
	"strings"

	"github.com/rs/zerolog"

	"clarion/office"
	"clarion/store"
)

// maxWho bounds a name in the log, in bytes: anyone may freeze, under any name.
const maxWho = 40

// adoptFreeze takes over a freeze that the file alone holds, and says so
// wherever everything is frozen.
func (d *Daemon) adoptFreeze(ctx context.Context) error {
	_, known, err := d.store.Freeze(ctx)
	if err != nil {
		return err
	}
	if err := d.office.AdoptFreeze(ctx); err != nil {
		return fmt.Errorf("take over the freeze: %w", err)
	}
	state, err := d.office.FreezeState(ctx)
	if err == nil && state.Frozen {
		d.log.Warn().Str("event", "freeze").Bool("adopted", !known).Str("by", state.By).Time("since", state.At.UTC()).
			Str("says", "everything is frozen; it takes two people to thaw").Send()
	}
	return err
}

// Froze logs a freeze.
func (o *observer) Froze(by string, took office.Pressed) {
	o.decided(by).Str("event", "freeze").Bool("memory", took.Memory).Bool("file", took.File).Bool("row", took.Row).
		Str("says", "everything is frozen").Send()
}

// Thawed logs a thaw, or that one of two people wants it.
func (o *observer) Thawed(by string, done bool) {
	says := "one wants to thaw; it takes another to agree"
	if done {
		says = "everything goes on"
	}
	o.decided(by).Str("event", "thaw").Bool("done", done).Str("says", says).Send()
}

// ChannelDecided logs how a channel stands after a decision about it.
func (o *observer) ChannelDecided(by, decision string, state store.ChannelState) {
	o.decided(by).Str("event", "channel").Str("mechanism", state.Name).Str("decision", decision).
		Bool("paused", state.Paused).Bool("rehearsal", state.Rehearsal).
		Str("says", "a person decided about the channel").Send()
}

func (o *observer) decided(by string) *zerolog.Event {
	return o.log.Warn().Str("by", strings.ToValidUTF8(by[:min(len(by), maxWho)], ""))
}
