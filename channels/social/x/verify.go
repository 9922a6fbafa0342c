package x

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/dghubble/go-twitter/twitter"

	"clarion/channels"
	"clarion/channels/request"
)

// verifyTimeout bounds the library, which knows no context.
const verifyTimeout = 10 * time.Second

// verify asks version 1.1 whose the credentials are. It is the one use of
// go-twitter, which reports no error for answers that it does not understand,
// so that only a status of 200 with an id and a name counts.
func (s signer) verify(ctx context.Context) (identity, error) {
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	client := &http.Client{
		Transport:     toward{ctx: ctx, api: s.API, signed: s.transport(http.DefaultTransport)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	yes, no := true, false
	user, res, err := twitter.NewClient(client).Accounts.VerifyCredentials(
		&twitter.AccountVerifyParams{SkipStatus: &yes, IncludeEntities: &no, IncludeEmail: &no})
	switch {
	case err != nil:
		return identity{}, &channels.Error{Class: channels.Temporary, Reason: "version 1.1 of X's interface did not name the account"}
	case res == nil || res.StatusCode != http.StatusOK || user == nil || !isID(user.IDStr) || user.ID == 0 || !isHandle(user.ScreenName):
		return identity{}, &channels.Error{Class: channels.Temporary, Reason: "version 1.1 of X's interface named no account"}
	}
	return identity{user.IDStr, user.ScreenName}, nil
}

// toward sends the library's requests to the configured address, within a
// context, and bounds what it reads.
type toward struct {
	ctx    context.Context
	api    string
	signed http.RoundTripper
}

func (t toward) RoundTrip(req *http.Request) (*http.Response, error) {
	api, err := url.Parse(t.api)
	if err != nil {
		return nil, fmt.Errorf("read the configured address: %w", err)
	}
	own := req.Clone(t.ctx)
	own.URL.Scheme, own.URL.Host, own.Host = api.Scheme, api.Host, api.Host
	res, err := t.signed.RoundTrip(own)
	if err != nil {
		return nil, err
	}
	res.Body = bounded{io.LimitReader(res.Body, request.MaxAnswer), res.Body}
	return res, nil
}

// bounded reads no more than its limit.
type bounded struct {
	io.Reader
	io.Closer
}
