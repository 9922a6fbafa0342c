package x

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"clarion/channels"
	"clarion/channels/request"
)

// X says with each answer what the app may do.
const (
	accessLevel = "X-Access-Level"
	readOnly    = "read"
)

// identity is whom X takes the credentials for.
type identity struct{ id, handle string }

// Check asks whose the credentials are. By OAuth 1.0a it is version 1.1 that is
// asked first, which costs nothing; but what it says against them counts only
// if version 2, which takes the posts, says so too.
func (c *account) Check(ctx context.Context) (channels.Standing, error) {
	who, err := c.who(ctx)
	if err != nil {
		return channels.Standing{}, untold(err)
	}
	if !strings.EqualFold(who.handle, c.Handle) {
		return channels.Standing{}, unavailable("the credentials are of @" + who.handle + ", and the channel is for @" + c.Handle +
			"; correct handle, or take the credentials of that account")
	}
	c.remember(who.id)
	return channels.Standing{Account: "@" + who.handle, Quota: c.left()}, nil
}

// untold is an error as a check answers it: a person must mend something, or it
// could not be told just now.
func untold(err error) error {
	e := *channels.AsError(err)
	switch e.Class {
	case channels.Unavailable, channels.Permanent:
		e.Class = channels.Unavailable
	default:
		e.Class = channels.Temporary
	}
	return &e
}

func (c *account) who(ctx context.Context) (identity, error) {
	if s, ok := c.credentials.(signer); ok {
		if who, told := s.verify(ctx); told {
			return who, nil
		}
	}
	return c.me(ctx)
}

// me asks version 2. X charges for the answer.
func (c *account) me(ctx context.Context) (identity, error) {
	answer, err := c.ask(ctx, request.Request{Method: http.MethodGet, URL: c.API + "/2/users/me"})
	switch {
	case err != nil:
		return identity{}, err
	case !answer.OK():
		return identity{}, unpublished(c.fault(answer))
	case answer.Header.Get(accessLevel) == readOnly:
		return identity{}, unavailable("the app may only read; give it read and write permission, then make new tokens")
	}
	var got struct {
		Data struct{ ID, Username string }
	}
	if err := json.Unmarshal(answer.Body, &got); err != nil || !isID(got.Data.ID) || !isHandle(got.Data.Username) {
		return identity{}, &channels.Error{Class: channels.Temporary, Reason: "X's answer names no account", Err: err}
	}
	return identity{got.Data.ID, got.Data.Username}, nil
}
