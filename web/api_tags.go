package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"clarion/api"
	"clarion/office"
)

// thing is what a tag is of: how it is read, and which operations read and
// change it.
type thing struct {
	name    string // in refusals
	read    func(ctx context.Context, path func(string) string) (any, error)
	shows   string
	changes []string
}

// things lists what has a tag.
func (a *API) things() []thing {
	return []thing{
		{"message", a.readMessage, "show-message", []string{
			"edit-message", "submit-message", "approve-message", "return-message", "release-in-emergency", "settle-emergency",
			"hold-message", "release-message", "cancel-message", "rehearse-message",
		}},
		{"send", a.readSend, "show-send", []string{"resolve-send", "retry-send"}},
		{"audience", a.readAudience, "show-audience", []string{"set-audience", "import-audience"}},
		{"channel", a.readChannel, "show-channel", []string{"pause-channel", "resume-channel", "rehearse-channel"}},
		{"person", a.readPerson, "show-person", []string{"set-person", "set-roles", "invite-person", "disable-person", "enable-person", "reset-factor"}},
		{"list of policies", a.readPolicies, "list-policies", []string{"set-policy", "drop-policy"}},
	}
}

// guarded gives the thing that an operation changes; nil if it has no tag.
func (a *API) guarded(operation string) *thing {
	for _, t := range a.things() {
		if slices.Contains(t.changes, operation) {
			return &t
		}
	}
	return nil
}

// isTagged reports whether an operation's answer has a tag.
func (a *API) isTagged(operation string) bool {
	return slices.ContainsFunc(a.things(), func(t thing) bool { return t.shows == operation })
}

// tagOf gives the strong entity tag of an answer (RFC 9110, 8.8.3): revision and
// state where it has them, so that a refusal can tell what changed, and a hash of
// all of it.
func tagOf(answer []byte) string {
	var known struct {
		Revision int    `json:"revision"`
		State    string `json:"state"`
	}
	_ = json.Unmarshal(answer, &known) // a list has neither
	sum := sha256.Sum256(answer)
	return fmt.Sprintf("%q", fmt.Sprintf("%d.%s.%s", known.Revision, known.State, base64.RawURLEncoding.EncodeToString(sum[:16])))
}

// statesIn reads the revision and state out of a tag of ours.
func statesIn(tag string) (says string, ok bool) {
	parts := strings.Split(strings.Trim(tag, `"`), ".")
	if len(parts) != 3 || parts[1] == "" {
		return "", false
	}
	says = strings.ReplaceAll(parts[1], "_", " ")
	if parts[0] != "0" {
		says = "revision " + parts[0] + " and " + says
	}
	return says, true
}

// anyTag reports whether a list of entity tags (RFC 9110, 13.1.1) holds one that
// matches; weak ones match where they may.
func anyTag(list, tag string, weak bool) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if weak {
			one = strings.TrimPrefix(one, "W/")
		}
		if one == tag || one == "*" && tag != "" {
			return true
		}
	}
	return false
}

// withTag gives an answer its tag, and nothing else to whoever has it already.
func (a *API) withTag(ctx huma.Context, next func(huma.Context)) {
	if !a.isTagged(ctx.Operation().OperationID) {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	kept := &keeper{ResponseWriter: w, status: http.StatusOK}
	next(humago.NewContext(ctx.Operation(), r.WithContext(ctx.Context()), kept))
	if kept.status == http.StatusOK {
		tag := tagOf(kept.body.Bytes())
		w.Header().Set("ETag", tag)
		if anyTag(strings.Join(r.Header.Values("If-None-Match"), ","), tag, true) {
			w.Header().Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes()) // the client may be gone
}

type conditionKey struct{}

// condition is what a change is asked for on.
type condition struct {
	tags string // of If-Match
	path func(string) string
}

// withCondition notes what a change is asked for on.
func (a *API) withCondition(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	if tags := r.Header.Values("If-Match"); len(tags) > 0 && a.guarded(ctx.Operation().OperationID) != nil {
		ctx = huma.WithValue(ctx, conditionKey{}, condition{strings.Join(tags, ","), ctx.Param})
	}
	next(ctx)
}

// conditionTries bounds how often a change is begun again because something else
// changed meanwhile.
const conditionTries = 20

// onCondition runs a change, if the thing is what the client saw. What others
// change in between makes it look again.
func onCondition[O any](ctx context.Context, a *API, t *thing, run func(context.Context) (*O, error)) (*O, error) {
	c, ok := ctx.Value(conditionKey{}).(condition)
	if !ok || t == nil {
		return run(ctx)
	}
	for range conditionTries {
		unmoved := a.office.Unmoved(ctx)
		if err := a.meets(ctx, c, t); err != nil {
			return nil, err
		}
		out, err := run(unmoved)
		if !errors.Is(err, office.ErrMoved) {
			return out, err
		}
	}
	return nil, problem(http.StatusConflict, "too much changes at once to hold to If-Match", "try again in a moment")
}

// meets refuses if the thing is not what the client saw.
func (a *API) meets(ctx context.Context, c condition, t *thing) error {
	now := ""
	body, err := t.read(ctx, c.path)
	if err == nil {
		now, err = tagOfBody(body)
	}
	if refusal, refused := errors.AsType[*office.Refusal](err); err != nil && (!refused || refusal.Code != office.NotFound) {
		return err
	}
	if anyTag(c.tags, now, false) {
		return nil
	}
	e := problem(http.StatusPreconditionFailed, "the "+t.name+" is not what you saw", "read it again, and decide about that")
	e.ETag = now
	is, known := statesIn(now)
	was, _ := statesIn(strings.TrimSpace(c.tags))
	switch {
	case now == "":
		e.Detail = "there is no such " + t.name
	case known && was != "" && was != is:
		e.Detail += fmt.Sprintf(": it was %s, and is %s", was, is)
	case known:
		e.Detail += fmt.Sprintf(": it is %s, and something about it changed", is)
	}
	return e
}

// tagOfBody gives the tag that an answer will have.
func tagOfBody(body any) (string, error) {
	var b bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&b, body); err != nil {
		return "", fmt.Errorf("write an answer: %w", err)
	}
	return tagOf(b.Bytes()), nil
}

// describeTags adds the headers to an operation's description.
func (a *API) describeTags(op *huma.Operation) {
	text := &huma.Schema{Type: huma.TypeString}
	if a.isTagged(op.OperationID) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "If-None-Match", In: "header", Schema: text, Description: "Tags that are known: the answer is 304 if nothing changed."})
		op.Responses["304"] = &huma.Response{Description: "Nothing changed."}
	}
	if a.guarded(op.OperationID) != nil {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "If-Match", In: "header", Schema: text, Description: "The tag of what was seen: the answer is 412 if it changed since."})
	}
}

func (a *API) readMessage(ctx context.Context, path func(string) string) (any, error) {
	d, err := a.view(ctx).Message(ctx, path("id"))
	return detailOf(d), err
}

func (a *API) readSend(ctx context.Context, path func(string) string) (any, error) {
	var id int64
	if _, err := fmt.Sscan(path("id"), &id); err != nil {
		return nil, office.Refuse(office.NotFound, "there is no such send", "")
	}
	return a.sendDetail(ctx, id)
}

func (a *API) readAudience(ctx context.Context, path func(string) string) (any, error) {
	return a.audience(ctx, path("name"))
}

func (a *API) readChannel(ctx context.Context, path func(string) string) (any, error) {
	return a.channel(ctx, path("name"))
}

func (a *API) readPerson(ctx context.Context, path func(string) string) (any, error) {
	return a.person(ctx, path("name"))
}

func (a *API) readPolicies(ctx context.Context, _ func(string) string) (any, error) {
	out, err := a.listPolicies(ctx, &nothing{})
	if err != nil {
		return nil, err
	}
	return out.Body, nil
}

// audience gives one audience.
func (a *API) audience(ctx context.Context, name string) (api.Audience, error) {
	all, err := a.audiences(ctx)
	if err != nil {
		return api.Audience{}, err
	}
	return oneNamed(all, "audience", name, func(x api.Audience) string { return x.Name })
}

// channel gives one channel.
func (a *API) channel(ctx context.Context, name string) (api.Channel, error) {
	all, err := a.listChannels(ctx, &nothing{})
	if err != nil {
		return api.Channel{}, err
	}
	return oneNamed(all.Body.Channels, "channel", name, func(x api.Channel) string { return x.Name })
}

// person gives one person.
func (a *API) person(ctx context.Context, name string) (api.Person, error) {
	all, err := a.people(ctx)
	if err != nil {
		return api.Person{}, err
	}
	return oneNamed(all, "person", name, func(x api.Person) string { return x.Name })
}

func oneNamed[T any](all []T, what, name string, nameOf func(T) string) (T, error) {
	for _, one := range all {
		if nameOf(one) == name {
			return one, nil
		}
	}
	var none T
	return none, office.Refuse(office.NotFound, fmt.Sprintf("there is no %s called %.100q", what, name), "look at the list")
}
