package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"clarion/channels"
	"clarion/message"
	"clarion/store"
)

// amended is the message that a correction or withdrawal is about.
type amended struct {
	id       string
	title    string
	withdraw bool
	field    string                   // of the announcement that names it
	carriers map[string]store.Carrier // what made it known, by channel
	page     bool                     // it has its public page
	barred   bool                     // it can't be corrected or withdrawn now, and a problem says why
}

// doing is what is done to the original, in a word.
func (a *amended) doing() string {
	if a.withdraw {
		return "withdraw"
	}
	return "correct"
}

// original looks up what the message is about, and what keeps it from being
// corrected or withdrawn.
func (p *planner) original(ctx context.Context) error {
	id := p.content.Original()
	if id == "" {
		return nil
	}
	a := &amended{id: id, withdraw: p.content.Withdraws != "", field: "corrects", carriers: map[string]store.Carrier{}}
	if a.withdraw {
		a.field = "withdraws"
	}
	m, err := p.reader.message(ctx, id)
	refusal, refused := errors.AsType[*Refusal](err)
	switch {
	case refused && refusal.Code == NotFound:
		p.problem(a.field, fmt.Sprintf("there is no message %s to %s", message.Quote(id), a.doing()), "`clarion message list` shows the ids")
		return nil
	case err != nil:
		return err
	}
	p.about, a.title = a, m.Title
	before := len(p.problems)
	err = p.standing(ctx, m)
	a.barred = len(p.problems) > before
	return err
}

// standing says what keeps the original from being corrected or withdrawn now.
func (p *planner) standing(ctx context.Context, m message.Message) error {
	a := p.about
	switch {
	case m.Original() != "":
		p.problem(a.field, fmt.Sprintf("message %s is a %s itself", m.ID, amendment(m)), "name what it is about: "+m.Original())
		return nil
	case m.State != message.Releasing && m.State != message.Released && m.State != message.ReleasedWithOpen:
		p.problem(a.field, fmt.Sprintf("message %s is %s: there is nothing public to %s", m.ID, m.State, a.doing()), "edit it instead")
		return nil
	}
	amendments, err := p.office.store.Amendments(ctx, m.ID)
	if err != nil {
		return err
	}
	if says, try := barred(m.ID, a.withdraw, amendments); says != "" {
		p.problem(a.field, says, try)
		return nil
	}
	if a.withdraw {
		a.title = lastTitle(m, amendments)
	}
	carriers, err := p.office.store.Carriers(ctx, m.ID)
	if err != nil {
		return err
	}
	if says, try := unsettled(carriers, a.withdraw); says != "" {
		p.problem(a.field, says, try)
		return nil
	}
	for _, c := range carriers {
		p.carrier(c)
	}
	return nil
}

// lastTitle is what readers know a message by: the title of its last correction
// that went out, so that a withdrawal does not publish again what was mended.
func lastTitle(m message.Message, amendments []message.Message) string {
	title := m.Title
	for _, c := range amendments {
		if c.Corrects != "" && (c.State == message.Released || c.State == message.ReleasedWithOpen) {
			title = c.Title
		}
	}
	return title
}

// amendment calls a message about another what it is.
func amendment(m message.Message) string {
	if m.Withdraws != "" {
		return "withdrawal"
	}
	return "correction"
}

// barred says why a message can't be corrected or withdrawn, by what else is
// about it: once withdrawn it is done with, and no correction may come after a
// withdrawal.
func barred(id string, withdraw bool, amendments []message.Message) (says, try string) {
	for _, m := range amendments {
		switch {
		case m.Withdraws != "" && withdraws(m.State):
			return fmt.Sprintf("message %s is withdrawn by %s", id, m.ID), "publish what is to be said as a message of its own"
		case withdraw && m.Corrects != "" && pending(m.State):
			return fmt.Sprintf("a correction of message %s, %s, is %s and would come after its withdrawal", id, m.ID, m.State),
				fmt.Sprintf("cancel it with `clarion message cancel %s`", m.ID)
		}
	}
	return "", ""
}

// pending tells that a message was approved and has not left whole.
func pending(s message.State) bool {
	return s == message.Approved || s == message.Held || s == message.Releasing
}

// withdraws tells that a withdrawal in such a state holds, or will.
func withdraws(s message.State) bool {
	return pending(s) || s == message.Released || s == message.ReleasedWithOpen
}

// unsettled says what must come to an end first: nobody could say yet whom the
// original reached. Before a withdrawal that goes for what its corrections did
// about it as well, or they might come after it.
func unsettled(carriers []store.Carrier, withdraw bool) (says, try string) {
	for _, c := range carriers {
		switch {
		case c.Of != 0 && !withdraw:
		case moving(c.State):
			return fmt.Sprintf("send %d of message %s by %s is still %s", c.Send, c.Message, c.Channel, c.State),
				fmt.Sprintf("let it finish, or cancel what has not left: clarion message cancel %s", c.Message)
		case !c.Addressed && c.State == message.SendUnknown:
			return fmt.Sprintf("nobody knows whether send %d of message %s by %s was published", c.Send, c.Message, c.Channel),
				fmt.Sprintf("resolve it first: clarion send resolve %d", c.Send)
		}
	}
	return "", ""
}

// carrier takes up what made the original known by a channel.
func (p *planner) carrier(c store.Carrier) {
	a := p.about
	if _, known := a.carriers[c.Channel]; known || c.Of != 0 || c.Addressed && c.Reached == 0 || !c.Addressed && c.State != message.Sent {
		return
	}
	a.carriers[c.Channel] = c
	if channel, ok := p.office.channel(c.Channel); ok && channel.Channel.Capabilities().Page {
		a.page = true
	}
}

func moving(s message.SendState) bool { return !s.Closed() && !s.Open() }

// amend says what each channel does about the original. Those that did not
// carry it have no part in this unless they were named: a correction is then
// new to them.
func (p *planner) amend(served []reached) []reached {
	if p.about == nil || p.about.barred {
		return served
	}
	var all []reached
	for _, r := range served {
		if p.amendBy(&r) {
			all = append(all, r)
		}
	}
	if len(all) == 0 && len(p.problems) == 0 {
		p.problem("audiences", fmt.Sprintf("message %s did not go out by any channel that reaches these audiences", p.about.id),
			fmt.Sprintf("name the audiences that it was for; `clarion message show %s` shows them", p.about.id))
	}
	return all
}

func (p *planner) amendBy(r *reached) bool {
	a, can := p.about, r.Channel.Channel.Capabilities()
	field := fmt.Sprintf("channels[%d]", 1+slices.Index(p.content.Plan.Channels, r.Name))
	named := len(p.content.Plan.Channels) > 0
	if !named {
		field = a.field
	}
	carrier, carried := a.carriers[r.Name]
	switch {
	case !carried && named && a.withdraw:
		p.problem(field, fmt.Sprintf("message %s did not go out by %s: there is nothing to withdraw there", a.id, r.Name), "leave the channel out")
		return false
	case !carried:
		return named
	case !can.Local && !can.Addressed && carrier.Fingerprint != r.Channel.Channel.Destination().Fingerprint():
		p.problem(field, fmt.Sprintf("message %s went out by %s to another account or address than it has now", a.id, r.Name),
			fmt.Sprintf("%s it there by hand, and name the other channels in channels", a.doing()))
		return false
	}
	r.of, r.actions = &carrier, actions(a.withdraw, can)
	if len(r.actions) == 0 {
		p.problem(field, fmt.Sprintf("the channel %s can neither take a post away nor answer it", r.Name), "withdraw it there by hand, and name the other channels in channels")
		return false
	}
	if can.Addressed {
		r.audiences = carrier.Audiences
	}
	return true
}

// actions are what a channel can do about an original, the best first.
func actions(withdraw bool, can channels.Capabilities) []channels.Action {
	switch {
	case can.Addressed:
		return []channels.Action{channels.Publish}
	case withdraw && (can.Local || can.Deletes):
		return []channels.Action{channels.Delete}
	case can.Local:
		return []channels.Action{channels.Edit}
	case withdraw && can.Replies:
		return []channels.Action{channels.Reply}
	case withdraw:
		return nil
	case can.Edits && can.Replies:
		return []channels.Action{channels.Edit, channels.Reply}
	case can.Edits:
		return []channels.Action{channels.Edit}
	case can.Replies:
		return []channels.Action{channels.Reply}
	default:
		return []channels.Action{channels.Publish}
	}
}

// mayAmend refuses an approval of what can no longer be done to the original,
// or not yet.
func mayAmend(t *store.Tx, m message.Message) error {
	id := m.Original()
	if id == "" {
		return nil
	}
	amendments, err := t.Amendments(id)
	if err != nil {
		return err
	}
	if says, try := barred(id, m.Withdraws != "", amendments); says != "" {
		return Refuse(Conflict, says, try)
	}
	carriers, err := t.Carriers(id)
	if err != nil {
		return err
	}
	if says, try := unsettled(carriers, m.Withdraws != ""); says != "" {
		return Refuse(Conflict, says, try)
	}
	return nil
}

// mayGoAgain refuses to send again what is withdrawn, or what corrects it.
func mayGoAgain(t *store.Tx, s message.Send) error {
	m, err := t.Message(s.Message)
	if err != nil {
		return err
	}
	amendments, err := t.Amendments(cmp.Or(m.Original(), m.ID))
	if err != nil {
		return err
	}
	for _, a := range amendments {
		if a.Withdraws != "" && a.ID != m.ID && withdraws(a.State) {
			return Refuse(Conflict, fmt.Sprintf("message %s is withdrawn by %s: nothing of it is sent again", a.Withdraws, a.ID), "give send "+fmt.Sprint(s.ID)+" up instead")
		}
	}
	return nil
}
