package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"clarion/accounts"
	"clarion/api"
	"clarion/client"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

func as(name string) office.Actor { return office.Actor{Name: name, Verified: true} }

func TestAPISessions(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	for _, in := range []api.SignIn{{Name: "ada", Password: "wrong"}, {Name: "nobody", Password: password}, {Name: "", Password: ""}} {
		_, err := d.nobody.SignIn(ctx, in)
		d.refused(err, http.StatusForbidden, "name, password or code is wrong")
	}
	self, err := d.ben.Self(ctx)
	d.no(err)
	if self.Name != "ben" || self.FullName != "Ben Hughes" || self.SecondFactor || self.Token || !self.Proved.IsZero() || len(self.Roles) != len(people.Roles()) {
		t.Errorf("ben is %+v", self)
	}
	_, err = d.nobody.Self(ctx)
	d.refused(err, http.StatusForbidden, "you are not signed in")
	d.refused(d.nobody.SignOut(ctx), http.StatusForbidden, "you are not signed in")
	token, err := d.ben.MakeToken(ctx, api.TokenRequest{Name: "x", Scope: "read", Days: 1})
	d.no(err)
	d.refused(d.nobody.With(token.Secret).SignOut(ctx), http.StatusConflict, "a token is no session", "clarion token revoke")
	other := d.nobody.With(d.signedIn("ben"))
	d.no(d.ben.SignOut(ctx))
	_, err = d.ben.Self(ctx)
	d.refused(err, http.StatusUnauthorized, "does not hold", "clarion login")
	_, err = other.Self(ctx)
	d.no(err)
	d.no(d.ada.SetRoles(ctx, "ben", api.Roles{Department: people.Everywhere, Roles: []string{"viewer"}}))
	_, err = other.Self(ctx)
	d.refused(err, http.StatusUnauthorized)
}

func TestAPISecondFactor(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	d.refused(d.ada.Prove(ctx, "123456"), http.StatusConflict, "you have no second factor")
	f, err := d.accounts.BeginFactor(as("ada"))
	d.no(err)
	code, err := totp.GenerateCode(f.Secret, time.Now())
	d.no(err)
	recovery, err := d.accounts.ConfirmFactor(ctx, f.Secret, code, password, "socket", as("ada"))
	d.no(err)
	in, err := d.nobody.SignIn(ctx, api.SignIn{Name: "ada", Password: password})
	d.no(err)
	if !in.WantsCode || in.Key != "" {
		t.Errorf("without a code: %+v", in)
	}
	in, err = d.nobody.SignIn(ctx, api.SignIn{Name: "ada", Password: password, Code: recovery[0]})
	d.no(err)
	ada := d.nobody.With(in.Key)
	first, err := ada.Self(ctx)
	d.no(err)
	d.refused(ada.Prove(ctx, "000000"), http.StatusForbidden, "is wrong")
	d.refused(d.nobody.Prove(ctx, recovery[1]), http.StatusForbidden, "not signed in")
	d.no(ada.Prove(ctx, recovery[1]))
	second, err := ada.Self(ctx)
	d.no(err)
	if !first.SecondFactor || first.Proved.IsZero() || !second.Proved.After(first.Proved.Time) {
		t.Errorf("proved at %s, then at %s", first.Proved, second.Proved)
	}
}

func TestAPIInvitation(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	d.no(d.ada.SetPerson(ctx, "cid", api.PersonSettings{FullName: "Cid"}))
	link, err := d.ada.Invite(ctx, "cid")
	d.no(err)
	code := link.Link[strings.LastIndex(link.Link, "=")+1:]
	if left := time.Until(link.Expires.Time); left > accounts.ResetAge || left < accounts.ResetAge-time.Minute {
		t.Errorf("the link holds for %s", left)
	}
	d.refused(d.nobody.Choose(ctx, api.Choice{Code: code, Password: "short"}), http.StatusBadRequest)
	d.no(d.nobody.Choose(ctx, api.Choice{Code: code, Password: password}))
	d.refused(d.nobody.Choose(ctx, api.Choice{Code: code, Password: password}), http.StatusNotFound, "does not hold")
	cid := d.nobody.With(d.signedIn("cid"))
	_, err = cid.Messages(ctx, api.MessageFilter{})
	d.refused(err, http.StatusForbidden, "cid may not read messages: that takes a role anywhere")
	_, err = cid.Invite(ctx, "ada")
	d.refused(err, http.StatusForbidden, "cid may not manage people", "the role admin")
	left, err := d.ada.Disable(ctx, "cid")
	d.no(err)
	if !left.Done || len(left.Messages) != 0 {
		t.Errorf("cid left %+v", left)
	}
	_, err = cid.Self(ctx)
	d.refused(err, http.StatusUnauthorized)
}

// scoped makes ada a token and gives a client that comes with it.
func (d *desk) scoped(scope string, test bool) (*client.Client, api.Token) {
	d.Helper()
	made, err := d.ada.MakeToken(d.Context(), api.TokenRequest{Name: scope, Scope: scope, Test: test, Days: 1})
	d.no(err)
	return d.nobody.With(made.Secret), made
}

func TestAPITokenScopes(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	id := d.add(sample)
	submitted, err := d.ada.Submit(ctx, id)
	d.no(err)
	tries := []struct {
		name    string
		try     func(c *client.Client) error
		allowed string // the scopes, a test token's of all too
	}{
		{"list", func(c *client.Client) error { _, err := c.Messages(ctx, api.MessageFilter{}); return err }, "read draft all test"},
		{"look", func(c *client.Client) error { _, err := c.Message(ctx, id); return err }, "read draft all test"},
		{"self", func(c *client.Client) error { _, err := c.Self(ctx); return err }, "read draft all test"},
		{"add", func(c *client.Client) error {
			_, err := c.Add(ctx, api.Draft{File: "a.md", Text: []byte(sample)})
			return err
		}, "draft all test"},
		{"hold", func(c *client.Client) error {
			err := c.Hold(ctx, id, "wait")
			if err == nil {
				_, err = d.ben.Release(ctx, id, "go on")
			}
			return err
		}, "draft all test"},
		{"approve", func(c *client.Client) error { _, err := c.Approve(ctx, id, strings.Repeat("0", 64)); return err }, "all"},
		{"audience", func(c *client.Client) error {
			return c.SetAudience(ctx, "press", api.AudienceSettings{Title: "Press", Channels: []string{"email"}})
		}, "all"},
		{"pause", func(c *client.Client) error { return c.PauseChannel(ctx, "email", "why") }, "all"},
		{"people", func(c *client.Client) error { return c.SetPerson(ctx, "cid", api.PersonSettings{FullName: "Cid"}) }, "all"},
		{"make a token", func(c *client.Client) error {
			_, err := c.MakeToken(ctx, api.TokenRequest{Name: "x", Scope: "all", Days: 1})
			return err
		}, ""},
	}
	for _, token := range []string{"read", "draft", "all", "test"} {
		scope := strings.Replace(token, "test", "all", 1)
		c, made := d.scoped(scope, token == "test")
		if !strings.HasPrefix(made.Secret, map[bool]string{false: "clarion_live_", true: "clarion_test_"}[token == "test"]) {
			t.Errorf("the secret of %s begins with %.13s", token, made.Secret)
		}
		for _, try := range tries {
			err := try.try(c)
			status := 0
			if e, ok := errorOf(err); ok {
				status = e.Status
			}
			if allowed := strings.Contains(try.allowed, token); (status != http.StatusForbidden) != allowed {
				t.Errorf("%s with a token for %s: %v", try.name, token, err)
			}
		}
	}
	if m, err := d.ada.Message(ctx, id); err != nil || m.State != "in_review" || submitted.Digest == "" {
		t.Errorf("the message is %+v, %v", m.Message, err)
	}
}

func errorOf(err error) (*api.Error, bool) {
	e, ok := err.(*api.Error) //nolint:errorlint // the client gives it as it is
	return e, ok
}

func TestAPITokensEnd(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	c, made := d.scoped("all", false)
	d.refused(d.ben.RevokeToken(ctx, 1<<40), http.StatusNotFound)
	d.refused(d.nobody.RevokeToken(ctx, made.ID), http.StatusForbidden, "not signed in")
	cid := d.nobody.With(d.join("cid", "Cid", people.Everywhere, people.Author))
	d.refused(cid.RevokeToken(ctx, made.ID), http.StatusNotFound, "you have no token")
	if got, err := cid.Tokens(ctx, ""); err != nil || len(got.Tokens) != 0 {
		t.Errorf("cid's tokens are %+v, %v", got, err)
	}
	d.no(d.ada.RevokeToken(ctx, made.ID))
	_, err := c.Messages(ctx, api.MessageFilter{})
	d.refused(err, http.StatusForbidden, "the token was revoked")
	all, err := d.ada.Tokens(ctx, "")
	d.no(err)
	if len(all.Tokens) != 1 || all.Tokens[0].Secret != "" || all.Tokens[0].Revoked.IsZero() {
		t.Errorf("the tokens are %+v", all.Tokens)
	}
	old := people.NewTokenSecret(false)
	d.no(d.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		_, err := t.InsertToken(people.Token{Name: "old", Owner: "ada", Hash: people.HashToken(old), Scope: people.ScopeAll, ExpiresAt: t.Now()})
		return err
	}))
	_, err = d.nobody.With(old).Messages(ctx, api.MessageFilter{})
	d.refused(err, http.StatusForbidden, "the token has expired")
}

// Without a key nothing is read, and nothing but a freeze done.
func TestAPIWithoutAKey(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	id := d.approved(sample)
	doc := httptest.NewRecorder()
	d.api.ServeHTTP(doc, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	var document struct {
		Paths map[string]map[string]struct{ RequestBody any }
	}
	d.no(json.Unmarshal(doc.Body.Bytes(), &document))
	fill := strings.NewReplacer("{id}", id, "{name}", "web", "{channel}", "web", "{hold}", "freeze")
	open := map[string]bool{"get /freeze": true, "delete /session": true, "post /reload": true} // reload: there is no daemon
	tried := 0
	for path, methods := range document.Paths {
		target := fill.Replace(path)
		if strings.Contains(path, "/sends/{id}") || strings.Contains(path, "/tokens/{id}") {
			target = strings.ReplaceAll(path, "{id}", "1")
		}
		for method, op := range methods {
			if op.RequestBody != nil || open[method+" "+strings.TrimPrefix(path, api.Base)] {
				continue
			}
			tried++
			if w, e := raw(t, d.api, strings.ToUpper(method), target, "", ""); w.Code != http.StatusForbidden || !strings.Contains(e.Detail, "not signed in") {
				t.Errorf("%s %s answers %d: %.200s", method, target, w.Code, w.Body)
			}
		}
	}
	if tried < 30 {
		t.Errorf("only %d operations were tried", tried)
	}
	if _, err := d.nobody.Freeze(t.Context(), "anyone may"); err != nil {
		t.Error(err)
	}
}
