package x

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // no longer developed, and kept behind this file

	"clarion/channels/request"
)

// verifyTimeout bounds the library, which knows no context.
const verifyTimeout = 10 * time.Second

// verify asks version 1.1 whose the credentials are; false if it does not say.
// It is the one use of go-twitter, which reports no error for answers that it
// does not understand, so that only a status of 200 with an id and a name
// counts.
func (s signer) verify(ctx context.Context) (identity, bool) {
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	client := &http.Client{
		Transport:     toward{ctx: ctx, api: s.API, signed: s.transport(http.DefaultTransport)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	yes, no := true, false
	user, res, err := twitter.NewClient(client).Accounts.VerifyCredentials( //nolint:bodyclose // the library closes it
		&twitter.AccountVerifyParams{SkipStatus: &yes, IncludeEntities: &no, IncludeEmail: &no})
	if err != nil || res == nil || res.StatusCode != http.StatusOK || res.Header.Get(accessLevel) == readOnly ||
		user == nil || user.ID == 0 || !isID(user.IDStr) || !isHandle(user.ScreenName) {
		return identity{}, false
	}
	return identity{user.IDStr, user.ScreenName}, true
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
