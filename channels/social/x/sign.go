package x

import (
	"context"
	"net/http"

	"github.com/dghubble/oauth1"

	"clarion/channels"
)

// credentials sign requests.
type credentials interface {
	// header gives the Authorization header of a request. Its error is classed
	// and means that nothing has left for the request.
	header(ctx context.Context, method, address string) (string, error)
	// refused tells that X did not take the header.
	refused()
	// secrets are what must show nowhere.
	secrets() []string
}

// signer signs by OAuth 1.0a in the name of the account.
type signer struct{ *settings }

// header signs method and address; a body in JSON or multipart is no part of a
// signature (RFC 5849 3.4.1.3.1).
func (s signer) header(ctx context.Context, method, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return "", &channels.Error{Class: channels.Permanent, Reason: "the address of the request is none"}
	}
	var signed kept
	res, err := s.transport(&signed).RoundTrip(req)
	if err != nil {
		return "", &channels.Error{Class: channels.Unavailable, Reason: "the request can't be signed", Err: err}
	}
	_ = res.Body.Close() // there is none
	return signed.authorization, nil
}

func (signer) refused() {}

// transport signs what goes through it to base.
func (s signer) transport(base http.RoundTripper) http.RoundTripper {
	config := oauth1.NewConfig(s.ConsumerKey.Reveal(), s.ConsumerSecret.Reveal())
	token := oauth1.NewToken(s.AccessToken.Reveal(), s.AccessSecret.Reveal())
	ctx := context.WithValue(context.Background(), oauth1.HTTPClient, &http.Client{Transport: base})
	return oauth1.NewClient(ctx, config, token).Transport
}

// kept takes the signature off a request and sends nothing: the library signs
// only what passes through it.
type kept struct{ authorization string }

func (k *kept) RoundTrip(req *http.Request) (*http.Response, error) {
	k.authorization = req.Header.Get("Authorization")
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
}
