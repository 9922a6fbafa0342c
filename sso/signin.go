package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"clarion/people"
)

// freshAge is how old a sign-in at the provider may be where a fresh one is
// asked for.
const freshAge = time.Minute

// Attempt is one sign-in under way. It belongs to one browser.
type Attempt struct {
	State, Nonce, Verifier string
	Fresh                  bool // somebody proves a second factor anew
}

// Begin gives the address at the provider to which a browser is sent.
func (p *Provider) Begin(ctx context.Context, fresh bool) (string, Attempt, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", Attempt{}, err
	}
	a := Attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Fresh: fresh}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if fresh {
		options = append(options, oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(freshAge/time.Second))))
	}
	if fresh && len(p.settings.SecondFactor) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(p.settings.SecondFactor, " ")))
	}
	return found.oauth.AuthCodeURL(a.State, options...), a, nil
}

// Finish takes the provider's answer to an attempt, and gives who somebody is.
func (p *Provider) Finish(ctx context.Context, a Attempt, answer url.Values) (Identity, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	if err := p.checkAnswer(found, a, answer); err != nil {
		return Identity{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := found.oauth.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return Identity{}, exchangeError(err)
	}
	id, claims, err := p.verify(ctx, found, a, token)
	if err != nil {
		return Identity{}, err
	}
	if err := p.complete(ctx, found, id, token, claims); err != nil {
		return Identity{}, err
	}
	return p.identity(id, claims)
}

// checkAnswer looks at what the browser brought, before anything is done about
// it.
func (p *Provider) checkAnswer(found *discovered, a Attempt, answer url.Values) error {
	for _, key := range []string{"state", "iss", "code", "error"} {
		if len(answer[key]) > 1 {
			return stale("the provider's answer says " + key + " twice")
		}
	}
	switch {
	case a.State == "" || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.State)) != 1:
		return stale("this sign-in was not begun in this browser, or is over")
	case answer.Has("iss") && answer.Get("iss") != p.settings.Issuer, !answer.Has("iss") && found.says.NamesIssuer:
		return misconfigured("the answer is not from the provider that was asked", tryAgain)
	case answer.Has("error"):
		return answerError(answer.Get("error"))
	case answer.Get("code") == "":
		return stale("the provider's answer has no code")
	}
	return nil
}

// verify checks an ID token, and gives its claims.
func (p *Provider) verify(ctx context.Context, found *discovered, a Attempt, token *oauth2.Token) (*oidc.IDToken, claims, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, nil, misconfigured("the provider gave no ID token", "an administrator checks that the scopes hold openid")
	}
	id, err := found.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, nil, tokenError(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return nil, nil, stale("the ID token is of another sign-in")
	}
	if id.IssuedAt.After(p.now().Add(Skew)) {
		return nil, nil, misconfigured(fmt.Sprintf("the ID token is from the future: the clocks differ by more than %s", Skew), "an administrator sets the clock")
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return nil, nil, misconfigured("the ID token can't be read", tryAgain)
	}
	if azp := c.text("azp"); azp != p.settings.ClientID && (azp != "" || len(id.Audience) > 1) {
		return nil, nil, misconfigured("the ID token was made for another client", "an administrator compares client_id with the provider")
	}
	return id, c, nil
}

// complete asks for claims that the ID token lacks. Some providers tell them
// there only.
func (p *Provider) complete(ctx context.Context, found *discovered, id *oidc.IDToken, token *oauth2.Token, c claims) error {
	wanted := []string{p.settings.GroupsClaim, p.settings.NameClaim, "email"}
	if found.provider.UserInfoEndpoint() == "" || !slices.ContainsFunc(wanted, func(claim string) bool { return !c.has(claim) }) {
		return nil
	}
	if id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil {
		return misconfigured("the access token is not of the ID token", tryAgain)
	}
	info, err := found.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return unreachable("asking about you failed: " + why(err))
	}
	more := claims{}
	if err := info.Claims(&more); err != nil || info.Subject != id.Subject {
		return misconfigured("what the provider tells of you is of somebody else", tryAgain)
	}
	for name, value := range more {
		if _, said := c[name]; !said {
			c[name] = value
		}
	}
	return nil
}

// identity makes of checked claims who somebody is.
func (p *Provider) identity(id *oidc.IDToken, c claims) (Identity, error) {
	const maxSubject = 255 // OpenID Connect Core 1.0, section 2
	if id.Subject == "" || len(id.Subject) > maxSubject || people.OneLine(id.Subject, maxSubject) != id.Subject {
		return Identity{}, misconfigured("the provider names nobody in a way that can be kept", "ask whoever runs it")
	}
	who := Identity{
		Issuer: p.settings.Issuer, Subject: id.Subject, Login: c.text("preferred_username"),
		FullName: c.text(p.settings.NameClaim), Email: c.text("email"),
	}
	if !p.lets(who.Email, c.truth("email_verified")) {
		return Identity{}, refused("your account there has no verified mail address of a domain that is let in", "sign in there with another account, or ask an administrator")
	}
	if p.secondFactor(c) {
		who.Proved = c.instant("auth_time")
	}
	if now := p.now(); who.Proved.After(now) {
		who.Proved = now // a clock that is ahead makes nothing fresh for longer
	}
	var err error
	who.Groups, who.GroupsSaid, err = c.groups(p.settings.GroupsClaim)
	if errors.Is(err, errElsewhere) {
		return Identity{}, refused("you are in more groups than the provider tells", "whoever runs it makes it tell Clarion only the groups that matter here")
	}
	if err != nil {
		return Identity{}, refused("your groups can't be taken over: "+err.Error(), "whoever runs the provider makes it tell Clarion only the groups that matter here")
	}
	return who, nil
}

// lets reports whether somebody with a mail address may come in.
func (p *Provider) lets(address string, verified bool) bool {
	allowed := p.settings.AllowedDomains
	return len(allowed) == 0 || verified && slices.Contains(allowed, domainOf(address))
}

func (p *Provider) secondFactor(c claims) bool {
	return slices.ContainsFunc(p.settings.SecondFactor, func(v string) bool {
		return c.text("acr") == v || slices.Contains(c.texts("amr"), v)
	})
}

// domainOf gives the domain of a mail address; empty if it has none.
func domainOf(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 1 {
		return ""
	}
	return strings.ToLower(address[at+1:])
}
