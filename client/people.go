package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"clarion/api"
)

// SignIn gives the key of a session, or says that a code is wanted.
func (c *Client) SignIn(ctx context.Context, s api.SignIn) (api.SignedIn, error) {
	return call[api.SignedIn](ctx, c.With(""), request{method: http.MethodPost, path: path("session"), body: s})
}

// SignOut ends the session.
func (c *Client) SignOut(ctx context.Context) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodDelete, path: path("session")})
	return err
}

// BeginBrowser begins a sign-in that a browser confirms.
func (c *Client) BeginBrowser(ctx context.Context, machine string) (api.BrowserWait, error) {
	return call[api.BrowserWait](ctx, c.With(""), request{method: http.MethodPost, path: path("session", "browser"), body: api.BrowserSignIn{Machine: machine}})
}

// CollectBrowser gives the key of the session, or says that nobody confirmed it
// yet.
func (c *Client) CollectBrowser(ctx context.Context, w api.BrowserWait) (api.SignedIn, error) {
	return call[api.SignedIn](ctx, c.With(""), request{method: http.MethodPost, path: path("session", "browser", "collect"), body: api.BrowserCollect{Code: w.Code, Secret: w.Secret}})
}

// Self shows who asks.
func (c *Client) Self(ctx context.Context) (api.Self, error) {
	return call[api.Self](ctx, c, request{method: http.MethodGet, path: path("session")})
}

// Prove gives the session a fresh second factor.
func (c *Client) Prove(ctx context.Context, code string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("session", "prove"), body: api.Code{Code: code}})
	return err
}

// Choose chooses a password by an invitation.
func (c *Client) Choose(ctx context.Context, choice api.Choice) error {
	_, err := call[api.Done](ctx, c.With(""), request{method: http.MethodPost, path: path("session", "choose"), body: choice})
	return err
}

// People lists everyone.
func (c *Client) People(ctx context.Context) (api.People, error) {
	return whole(func(cursor string) (api.People, string, error) {
		page, err := call[api.People](ctx, c, request{method: http.MethodGet, path: path("people"), query: nextPage(cursor)})
		return page, page.Next, err
	}, func(all *api.People, page api.People) { all.People, all.Next = append(all.People, page.People...), "" })
}

// SetPerson adds or changes a person.
func (c *Client) SetPerson(ctx context.Context, name string, s api.PersonSettings) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPut, path: path("people", name), body: s})
	return err
}

// SetRoles sets the roles that a person holds in a department.
func (c *Client) SetRoles(ctx context.Context, name string, r api.Roles) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPut, path: path("people", name, "roles"), body: r})
	return err
}

// Invite makes a link by which a person chooses a password.
func (c *Client) Invite(ctx context.Context, name string) (api.Invitation, error) {
	return call[api.Invitation](ctx, c, request{method: http.MethodPost, path: path("people", name, "invite")})
}

// Disable ends a person's access and tells what they left open.
func (c *Client) Disable(ctx context.Context, name string) (api.Left, error) {
	return call[api.Left](ctx, c, request{method: http.MethodPost, path: path("people", name, "disable")})
}

// Enable gives a person their access back.
func (c *Client) Enable(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("people", name, "enable")})
	return err
}

// Erase erases a disabled person for good, or decides so first of two.
func (c *Client) Erase(ctx context.Context, name string) (api.Erased, error) {
	return call[api.Erased](ctx, c, request{method: http.MethodPost, path: path("people", name, "erase")})
}

// Link binds a person to who they are at the provider of single sign-on.
func (c *Client) Link(ctx context.Context, name, subject string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPut, path: path("people", name, "identity"), body: api.Identity{Subject: subject}})
	return err
}

// Unlink forgets who a person is there.
func (c *Client) Unlink(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodDelete, path: path("people", name, "identity")})
	return err
}

// ResetFactor takes away a person's second factor.
func (c *Client) ResetFactor(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("people", name, "reset-factor")})
	return err
}

// MakeToken makes a token and gives its secret.
func (c *Client) MakeToken(ctx context.Context, t api.TokenRequest) (api.Token, error) {
	return call[api.Token](ctx, c, request{method: http.MethodPost, path: path("tokens"), body: t})
}

// Tokens lists the tokens of a person or system, of whoever asks if none is
// named.
func (c *Client) Tokens(ctx context.Context, of string) (api.Tokens, error) {
	return whole(func(cursor string) (api.Tokens, string, error) {
		q := nextPage(cursor)
		put(q, "of", of)
		page, err := call[api.Tokens](ctx, c, request{method: http.MethodGet, path: path("tokens"), query: q})
		return page, page.Next, err
	}, func(all *api.Tokens, page api.Tokens) { all.Tokens, all.Next = append(all.Tokens, page.Tokens...), "" })
}

// RevokeToken ends a token.
func (c *Client) RevokeToken(ctx context.Context, id int64) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodDelete, path: path("tokens", strconv.FormatInt(id, 10))})
	return err
}

// Departments lists the departments.
func (c *Client) Departments(ctx context.Context) (api.Departments, error) {
	return whole(func(cursor string) (api.Departments, string, error) {
		page, err := call[api.Departments](ctx, c, request{method: http.MethodGet, path: path("departments"), query: nextPage(cursor)})
		return page, page.Next, err
	}, func(all *api.Departments, page api.Departments) {
		all.Departments, all.Next = append(all.Departments, page.Departments...), ""
	})
}

// AddDepartment adds a department.
func (c *Client) AddDepartment(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPost, path: path("departments"), body: api.Department{Name: name}})
	return err
}

// RemoveDepartment removes a department.
func (c *Client) RemoveDepartment(ctx context.Context, name string) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodDelete, path: path("departments", name)})
	return err
}

// Policies lists what messages must have.
func (c *Client) Policies(ctx context.Context) (api.Policies, error) {
	return call[api.Policies](ctx, c, request{method: http.MethodGet, path: path("policies")})
}

// SetPolicy sets what messages must have.
func (c *Client) SetPolicy(ctx context.Context, p api.Policy) error {
	_, err := call[api.Done](ctx, c, request{method: http.MethodPut, path: path("policies"), body: p})
	return err
}

// DropPolicy takes a policy away.
func (c *Client) DropPolicy(ctx context.Context, department, audience string) error {
	q := url.Values{}
	put(q, "department", department)
	put(q, "audience", audience)
	_, err := call[api.Done](ctx, c, request{method: http.MethodDelete, path: path("policies"), query: q})
	return err
}
