package x

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// early is how long before its end an access token is renewed.
const early = 2 * time.Minute

// tokens are credentials by OAuth 2.0. X takes a refresh token once and
// answers with the next one, so each is in the vault before the access token
// that came with it is used.
type tokens struct {
	*account
	name  string
	vault channels.Vault
	turn  chan struct{} // holds one value; whoever has it may use what follows
	held  token
	fresh *token // renewed, and not yet in the vault
}

// token is what the vault keeps.
type token struct {
	Access  string    `json:"access_token"`
	Refresh string    `json:"refresh_token"`
	Expires time.Time `json:"expires"`
	// Origin is the SHA-256 of the configured refresh token that all began
	// with: another one in the configuration begins anew.
	Origin string `json:"origin"`
}

func newTokens(c *account, name string, vault channels.Vault) *tokens {
	t := &tokens{account: c, name: name, vault: vault, turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}
	return t
}

// header gives the access token, renewed if need be.
func (t *tokens) header(ctx context.Context, _, _ string) (string, error) {
	release, err := t.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	if err := t.load(); err != nil {
		return "", err
	}
	if t.held.Access != "" && t.now().Before(t.held.Expires.Add(-early)) {
		return "Bearer " + t.held.Access, nil
	}
	if err := t.renew(ctx); err != nil {
		return "", err
	}
	return "Bearer " + t.held.Access, nil
}

func (t *tokens) acquire(ctx context.Context) (func(), error) {
	select {
	case <-t.turn:
		return func() { t.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, &channels.Error{Class: channels.Temporary, Reason: "stopped while the access token was renewed", Err: ctx.Err()}
	}
}

// load takes what the vault has, or the configured token to begin with.
func (t *tokens) load() error {
	if t.vault == nil {
		return unavailable("there is no place to keep renewed tokens; run Clarion with a data folder")
	}
	stored, err := t.vault.Load(t.name)
	if err != nil {
		return &channels.Error{Class: channels.Temporary, Reason: "the account's tokens cannot be read", Err: err}
	}
	begin := token{Refresh: t.RefreshToken.Reveal(), Origin: origin(t.RefreshToken.Reveal())}
	var kept token
	if stored == nil || json.Unmarshal(stored, &kept) != nil || kept.Origin != begin.Origin {
		kept = begin
	}
	if kept.Refresh != t.held.Refresh { // or an access token that X refused would come back
		t.held = kept
	}
	return nil
}

func origin(refresh string) string {
	sum := sha256.Sum256([]byte(refresh))
	return hex.EncodeToString(sum[:])
}

// renew asks for the next pair of tokens (RFC 6749 6) and keeps it. The
// request has a connection of its own: its refresh token is good for one.
func (t *tokens) renew(ctx context.Context) error {
	if t.fresh != nil {
		return t.keep()
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {t.held.Refresh}, "client_id": {t.ClientID}}
	answer, err := t.client.Do(ctx, request.Request{
		Method: http.MethodPost, URL: t.API + "/2/oauth2/token", Header: t.tokenHeader(), Body: []byte(form.Encode()),
		Begin: func() error { return nil },
	})
	if err != nil {
		return unpublished(err)
	}
	next, err := t.next(answer)
	if err != nil {
		return err
	}
	t.fresh = &next
	return t.keep()
}

// keep puts renewed tokens into the vault, and only then to use. The ones
// before them are spent, so they are held until they are kept.
func (t *tokens) keep() error {
	content, err := json.Marshal(t.fresh) //nolint:gosec // they are kept, and nowhere else
	if err == nil {
		err = t.vault.Save(t.name, content)
	}
	if err != nil {
		return &channels.Error{Class: channels.Temporary, Reason: "a renewed token cannot be kept; mend the data folder " +
			"before Clarion stops, or the app must be authorised anew", Err: err}
	}
	t.held, t.fresh = *t.fresh, nil
	return nil
}

func (t *tokens) tokenHeader() http.Header {
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if !t.ClientSecret.IsZero() {
		pair := url.QueryEscape(t.ClientID) + ":" + url.QueryEscape(t.ClientSecret.Reveal())
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	return h
}

// next reads the answer to a renewal.
func (t *tokens) next(a request.Answer) (token, error) {
	if !a.OK() {
		return token{}, t.notRenewed(a)
	}
	var got struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(a.Body, &got); err != nil || got.Access == "" || got.Seconds <= 0 || got.Seconds > maxLifetime {
		return token{}, &channels.Error{Class: channels.Temporary, Reason: "X answered the renewal of the access token with something else"}
	}
	if got.Refresh == "" { // it stays as it is (RFC 6749 6)
		got.Refresh = t.held.Refresh
	}
	return token{
		Access: got.Access, Refresh: got.Refresh, Origin: t.held.Origin,
		Expires: t.now().Add(time.Duration(got.Seconds) * time.Second),
	}, nil
}

// maxLifetime is the longest life of an access token that makes sense, in
// seconds; X's live for two hours.
const maxLifetime = 366 * 24 * 60 * 60

func (t *tokens) notRenewed(a request.Answer) error {
	e := a.Fault(scrub(words(a), append(t.settings.secrets(), t.held.Access, t.held.Refresh)), t.now())
	switch {
	case e.Class == channels.Unknown:
		e.Class = channels.Temporary
	case e.Class != channels.RateLimited:
		e.Class = channels.Unavailable
		e.Reason = "X does not renew the access token; authorise the app anew and set refresh_token: " + e.Reason
	}
	return e
}

// refused makes the next request renew the access token.
func (t *tokens) refused() {
	if release, err := t.acquire(context.Background()); err == nil {
		t.held.Access = ""
		release()
	}
}

func (t *tokens) secrets() []string {
	release, err := t.acquire(context.Background())
	if err != nil {
		return nil
	}
	defer release()
	return []string{t.held.Access, t.held.Refresh}
}
