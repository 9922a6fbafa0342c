package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"clarion/channels"
)

// maxMentions is how many accounts a message may mention.
const maxMentions = 20

// facts are what Inform learned: the accounts behind handles, by handle; empty
// for a handle that no account has.
type facts struct {
	Accounts map[string]string `json:"accounts"`
}

// Inform asks for the accounts that the text mentions.
func (c *Channel) Inform(ctx context.Context, post channels.Post) (channels.Facts, error) {
	learned := facts{Accounts: map[string]string{}}
	_, text := wording(post)
	for _, f := range features(text) {
		if _, known := learned.Accounts[f.value]; f.sort != mention || known || len(learned.Accounts) == maxMentions {
			continue
		}
		did, err := c.resolve(ctx, f.value)
		if err != nil {
			return nil, fmt.Errorf("look up @%s: %w", f.value, err)
		}
		learned.Accounts[f.value] = did
	}
	return json.Marshal(learned)
}

// resolve gives the DID of a handle (com.atproto.identity.resolveHandle), or
// nothing if no account has it.
func (c *Channel) resolve(ctx context.Context, handle string) (string, error) {
	ask := query(c.set.Service, "com.atproto.identity.resolveHandle", url.Values{"handle": {handle}})
	a, err := c.client.Do(ctx, ask)
	if err != nil {
		return "", err
	}
	if a.Status == http.StatusBadRequest && refusalOf(a).Name != "" {
		return "", nil
	}
	if !a.OK() {
		return "", c.account.reading(a, c.now())
	}
	var answer struct{ DID string }
	if err := a.JSON(&answer); err != nil || !isDID(answer.DID) {
		return "", &channels.Error{Class: channels.Temporary, Reason: "the server's answer names no account", Err: err}
	}
	return answer.DID, nil
}

// mentions gives the accounts of a text by handle, and the problems of those
// that don't exist.
func mentions(field, text string, known channels.Facts) (map[string]string, []channels.Problem) {
	if len(known) == 0 {
		return nil, nil
	}
	var learned facts
	if err := json.Unmarshal(known, &learned); err != nil {
		return nil, []channels.Problem{{Field: field, Says: "the accounts it mentions are not known", Try: "submit the message again"}}
	}
	var problems []channels.Problem
	told := map[string]bool{}
	for _, f := range features(text) {
		if f.sort != mention || told[f.value] || learned.Accounts[f.value] != "" {
			continue
		}
		told[f.value] = true
		p := channels.Problem{
			Field: field, Says: fmt.Sprintf("Bluesky knows no account @%s", f.value), Try: "correct the handle, or leave out the @",
		}
		if _, asked := learned.Accounts[f.value]; !asked {
			p.Says = fmt.Sprintf("the account @%s was not looked up", f.value)
			p.Try = fmt.Sprintf("mention %d accounts at most, or leave out the @", maxMentions)
		}
		problems = append(problems, p)
	}
	return learned.Accounts, problems
}
