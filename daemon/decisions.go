package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/rs/zerolog"

	"clarion/api"
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

// logDecisions logs what people decide about everything at once or about a
// channel: who and what, and not their words.
func (d *Daemon) logDecisions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what, channel := decisionIn(r)
		if what == "" {
			next.ServeHTTP(w, r)
			return
		}
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		if answer.status/100 == 2 {
			d.logDecision(r, what, channel, answer.body.Bytes())
		}
	})
}

// decisionIn tells which decision a request asks for, and about which channel;
// empty if it is none of those that are logged.
func decisionIn(r *http.Request) (what, channel string) {
	path, ours := strings.CutPrefix(r.URL.Path, api.Base+"/")
	if !ours || r.Method != http.MethodPost {
		return "", ""
	}
	if path == "freeze" || path == "thaw" {
		return path, ""
	}
	parts := strings.Split(path, "/")
	if len(parts) == 3 && parts[0] == "channels" && (parts[2] == "pause" || parts[2] == "resume" || parts[2] == "mode") {
		return parts[2], parts[1]
	}
	return "", ""
}

func (d *Daemon) logDecision(r *http.Request, what, channel string, answer []byte) {
	by := r.Header.Get(api.ActHeader)
	event := d.log.Warn().Str("by", strings.ToValidUTF8(by[:min(len(by), maxWho)], ""))
	switch what {
	case "freeze":
		logFreeze(event, answer)
	case "thaw":
		logThaw(event, answer)
	default:
		d.logChannel(context.WithoutCancel(r.Context()), event, what, channel)
	}
}

func logFreeze(event *zerolog.Event, answer []byte) {
	var p api.Pressed
	_ = json.Unmarshal(answer, &p) // our own
	event.Str("event", "freeze").Bool("memory", p.Memory).Bool("file", p.File).Bool("row", p.Row).
		Str("says", "everything is frozen").Send()
}

func logThaw(event *zerolog.Event, answer []byte) {
	var decided api.Decision
	_ = json.Unmarshal(answer, &decided) // our own
	event = event.Str("event", "thaw").Bool("done", decided.Done)
	if !decided.Done {
		event.Str("says", "one wants to thaw; it takes another to agree").Send()
		return
	}
	event.Str("says", "everything goes on").Send()
}

// logChannel tells how a channel stands after a decision about it.
func (d *Daemon) logChannel(ctx context.Context, event *zerolog.Event, what, name string) {
	event = event.Str("event", "channel").Str("mechanism", name).Str("decision", what)
	channels, err := d.office.Channels(ctx)
	for _, c := range channels {
		if c.Name == name {
			event = event.Bool("paused", c.State.Paused).Bool("rehearsal", c.State.Rehearsal)
		}
	}
	event.Err(err).Str("says", "a person decided about the channel").Send()
}

// answer keeps what a handler answers.
type answer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.body.Write(b)
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer beneath.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
