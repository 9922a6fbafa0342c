package email

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"clarion/channels"
)

// TestWire: what arrives is the rendering with its slots filled, byte for
// byte, whatever lines begin with a dot.
func TestWire(t *testing.T) {
	t.Parallel()
	dots := plain()
	dots.Body = ".\n\n..\n\n.a\n\n" + strings.Repeat("x. ", 60) + "\n\n.\n"
	table := posts()
	table["dots"] = dots
	for name, post := range table {
		r := startRelay(t, nil)
		ch := open(t, base(r.addr))
		d := delivery(rendered(t, ch, post), "ada@example.com")
		d.Values.Asset = content
		if _, err := ch.Publish(deadline(t), d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := r.mail(t), filled(t, d.Rendering, d.Values); got != want {
			t.Errorf("%s: the relay has\n%q\nwant\n%q", name, got, want)
		}
	}
}

// TestDotsAtSlots: a dot is doubled where a slot ends a line before it, and
// where a value begins a line with it.
func TestDotsAtSlots(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	part := func(text string) channels.Part { return channels.Part{Literal: []byte(text)} }
	link := channels.Part{Slot: channels.UnsubscribeLink, Form: channels.Plain}
	name := channels.Part{Slot: channels.RecipientName, Form: channels.Base64Lines}
	d := delivery(channels.Rendering{Documents: []channels.Document{{Name: document, Parts: []channels.Part{
		link, part("\r\n"), link, part("\r\n"), name, part(".b\r\n.c"), link, part(".d"),
	}}}}, "ada@example.com")
	d.Values.UnsubscribeLink = ".a"
	if _, err := ch.Publish(deadline(t), d); err != nil {
		t.Fatal(err)
	}
	if got, want := r.mail(t), ".a\r\n.a\r\nQWRhIEV4YW1wbGU=\r\n.b\r\n.c.a.d\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBadRenderings(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	doc := func(name, text string) channels.Document {
		return channels.Document{Name: name, Parts: []channels.Part{{Literal: []byte(text)}}}
	}
	for name, docs := range map[string][]channels.Document{
		"none": nil, "other": {doc("page", "x")}, "two": {doc(document, "x"), doc("more", "y")},
		"lone LF": {doc(document, "a\n.\r\n")}, "lone CR": {doc(document, "a\r.\r\n")}, "LF CR": {doc(document, "a\n\r")},
	} {
		d := delivery(channels.Rendering{Documents: docs}, "ada@example.com")
		if _, err := ch.Publish(deadline(t), d); channels.AsError(err).Class != channels.Temporary {
			t.Errorf("%s: got %v, want temporary", name, err)
		}
	}
	if n := len(r.heard("MAIL")); n != 0 {
		t.Errorf("%d envelopes were begun", n)
	}
}

func TestAssetThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	s := connect(t, ch)
	d := delivery(rendered(t, ch, posts()["full"]), "ada@example.com")
	d.Values.Asset = func(string) ([]byte, error) { return nil, errors.New("the disk is gone") }
	if _, err := s.Publish(deadline(t), d); channels.AsError(err).Class != channels.Temporary {
		t.Errorf("got %v, want temporary", err)
	}
	d.Values.Asset = content
	if _, err := s.Publish(deadline(t), d); err != nil {
		t.Errorf("once it can be read: %v", err)
	}
}

// TestSharedValues: two messages with one rendering don't get each other's
// page or date.
func TestSharedValues(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	s := connect(t, ch)
	post := plain()
	post.HasPage = true
	first := delivery(rendered(t, ch, post), "ada@example.com")
	second := first
	second.Values.PageAddress, second.Values.PublishedAt = "https://news.example.org/news/other", first.Values.PublishedAt.Add(time.Hour)
	for _, d := range []channels.Delivery{first, second, first} {
		if _, err := s.Publish(deadline(t), d); err != nil {
			t.Fatal(err)
		}
		r.mu.Lock()
		got := r.whole[len(r.whole)-1]
		r.mu.Unlock()
		if got != filled(t, d.Rendering, d.Values) {
			t.Errorf("got %q", got)
		}
	}
}

// TestPreparedOnce: ten sessions read an attachment once, and give it up when
// they end.
func TestPreparedOnce(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	d := delivery(rendered(t, ch, posts()["welsh"]), "ada@example.com")
	var reads atomic.Int64
	d.Values.Asset = func(sum string) ([]byte, error) { reads.Add(1); return content(sum) }
	var sessions []channels.Session
	var wg sync.WaitGroup
	for range 10 {
		s := connect(t, ch)
		sessions = append(sessions, s)
		wg.Go(func() {
			for range 3 {
				if _, err := s.Publish(deadline(t), d); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	runtime.KeepAlive(sessions)
	if got := reads.Load(); got != 1 {
		t.Errorf("the attachment was read %d times", got)
	}
	if opened, _, accepted := r.counts(); opened != 10 || accepted != 30 {
		t.Errorf("%d connections, %d mails; want 10, 30", opened, accepted)
	}
}

func TestCacheKeepsNothingAlive(t *testing.T) {
	t.Parallel()
	ch := open(t, base("127.0.0.1:25"))
	for i := range 3 {
		post := plain()
		post.Title = fmt.Sprint("Bridge ", i)
		if _, err := (&session{channel: ch}).letter(delivery(rendered(t, ch, post), "ada@example.com")); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
	}
	ch.ready.mu.Lock()
	defer ch.ready.mu.Unlock()
	if n := len(ch.ready.mails); n > 1 {
		t.Errorf("%d mails are known, want the last only", n)
	}
}

// backend is a real server: emersion/go-smtp, keeping what it gets.
type backend struct {
	mu    sync.Mutex
	mails []string
}

type visitor struct {
	*backend
	known    bool
	from, to string
}

func (b *backend) NewSession(*smtp.Conn) (smtp.Session, error) { return &visitor{backend: b}, nil }
func (v *visitor) AuthMechanisms() []string                    { return []string{sasl.Plain} }
func (v *visitor) Reset()                                      { v.from, v.to = "", "" }
func (v *visitor) Logout() error                               { return nil }
func (v *visitor) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if v.known = username == "press" && password == "sesame"; !v.known {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (v *visitor) Mail(from string, _ *smtp.MailOptions) error {
	if !v.known {
		return smtp.ErrAuthRequired
	}
	v.from = from
	return nil
}

func (v *visitor) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + to + "> is unknown"}
	}
	v.to = to
	return nil
}

func (v *visitor) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.mails = append(v.mails, v.from+" "+v.to+"\n"+string(b))
	return err
}

func (b *backend) has(mail string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.mails, mail)
}

// TestRealServer sends through an independent implementation, with STARTTLS,
// PLAIN and PIPELINING, refusals between mails.
func TestRealServer(t *testing.T) {
	t.Parallel()
	config, file := certificate(t, []string{"127.0.0.1"}, time.Now().Add(time.Hour))
	b := &backend{}
	server := smtp.NewServer(b)
	server.TLSConfig, server.Domain, server.EnableSMTPUTF8 = config, "relay.test", true
	l := listen(t)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close() // it ends with the test
		if err := <-served; err != nil {
			t.Error(err)
		}
	})

	set := base(l.Addr().String())
	set.Security, set.CAFile, set.Username, set.Password = securityStartTLS, file, "press", channels.NewSecret("sesame")
	ch := open(t, set)
	s := connect(t, ch)
	r := rendered(t, ch, posts()["full"])
	for _, to := range []string{"ada@example.com", "nobody@example.com", "siân@example.com", "nobody@example.org", "bob@example.com"} {
		d := delivery(r, to)
		d.Values.Asset = content
		_, err := s.Publish(deadline(t), d)
		if bad := strings.HasPrefix(to, "nobody@"); bad != (err != nil) || bad && channels.AsError(err).Class != channels.Permanent {
			t.Errorf("%s: %v", to, err)
		}
		if want := "bounces@example.org " + to + "\n" + filled(t, r, d.Values); err == nil && !b.has(want) {
			t.Errorf("%s: the server lacks the mail", to)
		}
	}
	if _, err := ch.Check(deadline(t)); err != nil {
		t.Error(err)
	}
	set.Password = channels.NewSecret("wrong")
	if _, err := open(t, set).Check(deadline(t)); channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestNotify(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	err := ch.Notify(deadline(t), []string{"ops@example.org", "bad address", "lead@example.org"}, "Relay down – since\r\n09:00", "It is down.\n.\nLook at it.")
	if channels.AsError(err).Class != channels.Permanent {
		t.Errorf("got %v, want the fault of the bad address", err)
	}
	opened, whole, accepted := r.counts()
	if opened != 1 || whole != 2 || accepted != 2 {
		t.Fatalf("%d connections, %d mails; want 1, 2", opened, accepted)
	}
	n := read(t, r.whole[0])
	if n.kind != "text/plain" || n.header.Get("Auto-Submitted") != "auto-generated" || n.header.Get("To") != "<ops@example.org>" {
		t.Errorf("got %+v", n)
	}
	if _, err := n.header.Date(); err != nil {
		t.Error(err)
	}
	checkLinesOf(t, r.whole[0])
	if r.whole[0] == r.whole[1] || !strings.Contains(r.whole[0], "It is down.\r\n.\r\nLook at it.\r\n") {
		t.Errorf("got %q", r.whole[0])
	}
}
