package sso

import (
	"errors"
	"net"
	"net/http"
	"time"

	"clarion/fetch"
)

// Bounds of a request to the provider.
const (
	maxTime   = 10 * time.Second
	maxBody   = 1 << 20  // bytes
	maxHeader = 64 << 10 // bytes
)

var errPlain = errors.New("an endpoint away from the issuer is not https")

// bounded carries requests. The issuer is the operator's word and may stand
// inside; what it names elsewhere is not, and may not.
type bounded struct {
	issuer          string // its origin
	inside, outside http.RoundTripper
}

func newClient(issuer string) *http.Client {
	return &http.Client{
		Timeout:       maxTime,
		Transport:     &bounded{originOf(issuer), transport(&net.Dialer{}), transport(&net.Dialer{Control: fetch.Guard})},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func transport(d *net.Dialer) *http.Transport {
	return &http.Transport{
		DialContext: d.DialContext, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
	}
}

// RoundTrip implements http.RoundTripper.
func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	via := b.outside
	if originOf(r.URL.String()) == b.issuer {
		via = b.inside
	} else if r.URL.Scheme != "https" {
		return nil, errPlain
	}
	res, err := via.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = http.MaxBytesReader(nil, res.Body, maxBody)
	return res, nil
}
