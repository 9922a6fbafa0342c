package x

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// secrets are the credentials of the accounts under test.
var secrets = []string{"cons-key-1", "cons-s3cret", "access-tok3n", "access-s3cret", "client-s3cret", "refresh-0", "refresh-1", "bearer-1"}

// noon is the time of the tests.
var noon = time.Date(2027, time.May, 1, 12, 0, 0, 0, time.UTC)

// byOAuth1 are settings with credentials of OAuth 1.0a.
func byOAuth1(api string) settings {
	return settings{
		API: api, Handle: "ExampleOffice", SettleAfter: time.Minute, PricePost: 15_000, PriceLink: 200_000,
		ConsumerKey: channels.NewSecret(secrets[0]), ConsumerSecret: channels.NewSecret(secrets[1]),
		AccessToken: channels.NewSecret(secrets[2]), AccessSecret: channels.NewSecret(secrets[3]),
	}
}

// made makes a channel of settings, at noon.
func made(tb testing.TB, own settings, vault channels.Vault) *account {
	tb.Helper()
	ch, err := Kind().New(channels.Settings{
		Name: "town", Vault: vault, Decode: func(into any) error { *into.(*settings) = own; return nil },
	})
	if err != nil {
		tb.Fatal(err)
	}
	c := ch.(*account)
	c.now = func() time.Time { return noon }
	return c
}

func signedIn(tb testing.TB, api string) *account {
	tb.Helper()
	c := made(tb, byOAuth1(api), nil)
	c.now = time.Now
	return c
}

// asked is one request that the fake X got.
type asked struct {
	method, path, query, authorization, contentType, body string
}

// fake is an X that answers from a script, for what a real one can't be made
// to show.
type fake struct {
	*httptest.Server
	mu   sync.Mutex
	seen []asked
}

// newFake starts one that answers as handler says, unless it has no word for a
// request: then with 404.
func newFake(tb testing.TB, handler func(w http.ResponseWriter, r asked)) *fake {
	tb.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		a := asked{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)}
		f.mu.Lock()
		f.seen = append(f.seen, a)
		f.mu.Unlock()
		handler(w, a)
	}))
	tb.Cleanup(f.Close)
	return f
}

func (f *fake) requests() []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]asked(nil), f.seen...)
}

// paths lists what was asked, as "METHOD path".
func (f *fake) paths() string {
	var all []string
	for _, a := range f.requests() {
		all = append(all, a.method+" "+a.path)
	}
	return strings.Join(all, "\n")
}

// delivery is of a post that renders without problems.
func delivery(tb testing.TB, c *account, post channels.Post) channels.Delivery {
	tb.Helper()
	r, problems := c.Render(post)
	if len(problems) > 0 {
		tb.Fatalf("problems: %+v", problems)
	}
	values := channeltest.Values("k")
	values.ParentPost, values.MediaIDs = "", nil // as the queue gives them
	return channels.Delivery{
		Key: "k", Attempt: 1, Rendering: r, Values: values, Opened: noon,
		Begin: func() error { return nil }, Journal: channeltest.NewJournal(),
	}
}

func classOf(err error) channels.Class { return channels.AsError(err).Class }

// vault is one in memory that may refuse to save.
type vault struct {
	mu     sync.Mutex
	values map[string][]byte
	fail   error
	saves  int
}

func newVault() *vault { return &vault{values: map[string][]byte{}} }

func (v *vault) Load(name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.values[name], nil
}

func (v *vault) Save(name string, value []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fail != nil {
		return v.fail
	}
	v.saves++
	v.values[name] = value
	return nil
}

var errDisk = errors.New("disk full")

// brokenJournal answers every look-up with an error.
type brokenJournal struct{ channels.Journal }

func (brokenJournal) Done(context.Context, string) (string, bool, error) { return "", false, errDisk }

// byOAuth2 are settings with credentials of OAuth 2.0.
func byOAuth2(api string) settings {
	return settings{
		API: api, Handle: "ExampleOffice", SettleAfter: time.Minute, ClientID: "client-1",
		ClientSecret: channels.NewSecret(secrets[4]), RefreshToken: channels.NewSecret(secrets[5]),
	}
}
