package channeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
)

const token = "s3cr3t-t0k3n"

// poster is a channel over HTTP that keeps the contract, unless it is given a
// bug. It shows that the suite finds each bug, and no fault where there is
// none.
type poster struct {
	endpoint string
	token    channels.Secret
	client   *http.Client
	bug      string
	renders  *atomic.Int64
}

func newPoster(endpoint, bug string) *poster {
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if bug == "follows redirects" {
		refuse = nil
	}
	transport := &http.Transport{}
	return &poster{
		endpoint: endpoint, token: channels.NewSecret(token), bug: bug, renders: new(atomic.Int64),
		client: &http.Client{Transport: transport, CheckRedirect: refuse},
	}
}

func (p *poster) Capabilities() channels.Capabilities {
	if p.bug == "looks up its limits" {
		p.ping()
	}
	if p.bug == "no concurrency" {
		return channels.Capabilities{Ahead: 1}
	}
	return channels.Capabilities{Concurrency: 4, Ahead: 8}
}

func (p *poster) Destination() channels.Destination {
	d := channels.Destination{Kind: "poster", Endpoint: p.endpoint}
	if p.bug == "shows its secret" {
		d.Account = p.token.Reveal()
	}
	return d
}

func (p *poster) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	switch p.bug {
	case "renders over the network":
		p.ping()
	case "counts renderings":
		post.Title += strconv.FormatInt(p.renders.Add(1), 10)
	case "changes the post":
		if len(post.Topics) > 0 {
			post.Topics[0] = "changed"
		}
	case "refuses without a word":
		if post.HasPage == false {
			return channels.Rendering{}, []channels.Problem{{}}
		}
	}
	parts := []channels.Part{{Literal: []byte(post.Title + "\n\n" + post.Summary + "\n")}}
	if p.bug == "reads slots out of text" && bytes.Contains(parts[0].Literal, []byte("{{page-address}}")) {
		parts = append(parts, channels.Part{Slot: channels.PageAddress})
	}
	if p.bug == "a slot that never fills" {
		parts = append(parts, channels.Part{Slot: channels.PageAddress, Form: channels.TimeLong})
	}
	documents := []channels.Document{{Name: "post", MediaType: "text/plain", Parts: parts}}
	if p.bug == "two documents of one name" {
		documents = append(documents, documents[0])
	}
	return channels.Rendering{Documents: documents}, nil
}

func (p *poster) Preview(r channels.Rendering, v channels.Values) ([]channels.Preview, error) {
	if p.bug == "previews only what has left" && v.PublishedAt.IsZero() {
		return nil, errors.New("it has not left")
	}
	text, err := r.Documents[0].Fill(v)
	return []channels.Preview{{Text: string(text)}}, err
}

func (p *poster) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	receipt, err := p.once(ctx, d)
	if err == nil && p.bug == "posts twice" || err != nil && p.bug == "retries" && ctx.Err() == nil {
		d.Begin = func() error { return nil }
		return p.once(ctx, d)
	}
	return receipt, err
}

func (p *poster) once(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	content, err := d.Rendering.Documents[0].Fill(d.Values)
	if err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: "a slot did not fill", Err: err}
	}
	if p.bug == "publishes when cancelled" {
		ctx = context.WithoutCancel(ctx)
	}
	if err := ctx.Err(); err != nil {
		if p.bug == "unclassed when cancelled" {
			return channels.Receipt{}, err
		}
		return channels.Receipt{}, &channels.Error{Class: channels.Temporary, Reason: "stopped before it began", Err: err}
	}
	request, err := p.request(ctx, d, content)
	if err != nil {
		return channels.Receipt{}, err
	}
	if err := p.begin(d); err != nil {
		return channels.Receipt{}, err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return channels.Receipt{}, p.lost(d, err)
	}
	defer func() { _ = response.Body.Close() }()
	if p.bug == "begins after the answer" {
		if err := d.Begin(); err != nil {
			return channels.Receipt{}, err
		}
	}
	return p.answer(d, response)
}

func (p *poster) begin(d channels.Delivery) error {
	switch p.bug {
	case "never begins", "begins after the answer":
		return nil
	case "begins twice":
		_ = d.Begin()
	case "goes on against Begin":
		_ = d.Begin()
		return nil
	case "hides Begin's error":
		if err := d.Begin(); err != nil {
			return &channels.Error{Class: channels.Temporary, Reason: "stopped"}
		}
		return nil
	case "classes Begin's error":
		if err := d.Begin(); err != nil {
			return &channels.Error{Class: channels.Temporary, Reason: "stopped", Err: err}
		}
		return nil
	}
	return d.Begin()
}

func (p *poster) request(ctx context.Context, d channels.Delivery, content []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.endpoint+"/posts", bytes.NewReader(content))
	if err != nil {
		return nil, &channels.Error{Class: channels.Unavailable, Reason: "the endpoint is no address", Err: err}
	}
	request.Header.Set("Authorization", "Bearer "+p.token.Reveal())
	request.Header.Set("Idempotency-Key", d.Key)
	if p.bug != "leaves the body rewindable" {
		request.GetBody = nil
	}
	return request, nil
}

func (p *poster) lost(d channels.Delivery, err error) error {
	e := &channels.Error{Class: channels.Unknown, Reason: "the connection was lost before an answer came", Err: err}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		e.Class = channels.Temporary
	}
	switch p.bug {
	case "takes a lost answer for a failure":
		e.Class = channels.Temporary
	case "unclassed errors":
		return err
	case "shows the recipient in errors":
		e.Reason += " for " + d.Values.RecipientAddress
	case "shows its secret in errors":
		e.Reason += " with " + p.token.Reveal()
	}
	return e
}

func (p *poster) answer(d channels.Delivery, response *http.Response) (channels.Receipt, error) {
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // 0 if it does not say
		if p.bug == "repeats in the past" {
			seconds = -5
		}
		return channels.Receipt{}, &channels.Error{
			Class: channels.RateLimited, Reason: response.Status, Until: time.Now().Add(time.Duration(seconds) * time.Second),
		}
	case status == http.StatusUnauthorized:
		return channels.Receipt{}, &channels.Error{Class: channels.Unavailable, Reason: response.Status}
	case status >= http.StatusInternalServerError:
		if p.bug == "takes a broken server for a success" {
			return channels.Receipt{RemoteID: "0"}, nil
		}
		return channels.Receipt{}, &channels.Error{Class: channels.Unknown, Reason: response.Status}
	case status >= http.StatusMultipleChoices:
		return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: response.Status}
	}
	const most = 64 << 10
	var posted struct{ ID string }
	if err := json.NewDecoder(io.LimitReader(response.Body, most)).Decode(&posted); err != nil || posted.ID == "" {
		return channels.Receipt{}, &channels.Error{Class: channels.Unknown, Reason: "the answer names no post", Err: err}
	}
	switch p.bug {
	case "no receipt":
		return channels.Receipt{}, nil
	case "the recipient in the receipt":
		return channels.Receipt{Detail: "sent to " + d.Values.RecipientAddress}, nil
	}
	return channels.Receipt{RemoteID: posted.ID}, nil
}

func (p *poster) ping() {
	response, err := p.client.Post(p.endpoint+"/posts", "text/plain", bytes.NewReader([]byte("limits?")))
	if err == nil {
		_ = response.Body.Close()
	}
}

// lines is a poster whose deliveries go over sessions.
type lines struct{ *poster }

func (l lines) Connect(context.Context) (channels.Session, error) {
	return &session{poster: newPoster(l.endpoint, l.bug)}, nil
}

// session posts over connections of its own.
type session struct {
	*poster
	broken bool
}

func (s *session) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if s.broken {
		return channels.Receipt{}, &channels.Error{Class: channels.Temporary, Reason: "the session is broken"}
	}
	receipt, err := s.poster.Publish(ctx, d)
	s.broken = err != nil
	return receipt, err
}

func (s *session) Alive() bool { return !s.broken || s.bug == "never says that it is broken" }

func (s *session) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// subject is a poster with a bug, or none.
func subject(bug string) Subject {
	return Subject{
		Secrets: []string{token},
		New: func(tb testing.TB) (channels.Channel, Destination) {
			to := NewHTTPDestination(tb, Script{Accept: Answer{Status: http.StatusCreated, Body: `{"id":"17"}`}})
			p := newPoster(to.URL(), bug)
			tb.Cleanup(p.client.CloseIdleConnections)
			return p, to
		},
	}
}

func overSessions(s Subject, bug string) Subject {
	plain := s.New
	s.New = func(tb testing.TB) (channels.Channel, Destination) {
		ch, to := plain(tb)
		p := ch.(*poster)
		return lines{&poster{endpoint: p.endpoint, token: p.token, client: p.client, bug: bug, renders: p.renders}}, to
	}
	return s
}
