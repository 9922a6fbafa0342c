package bluesky

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const fakeDID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"

// fake is a server that can be told what to answer. For what a real one does,
// see server_test.go.
type fake struct {
	*httptest.Server

	mu      sync.Mutex
	asked   []string           // methods, in their order
	bodies  map[string][]byte  // the last of each method
	script  map[string][]reply // by method; used up from the front
	records map[string]string  // text by key
	logins  int
	ends    time.Time
}

// reply is a scripted answer.
type reply struct {
	status int
	header map[string]string
	body   string
	cut    bool // in place of an answer, once the request was read
	does   bool // what was asked is done all the same
}

// well is the answer of a server that is well.
func well() reply { return reply{does: true} }

func says(status int, name, message string) reply {
	return reply{status: status, body: fmt.Sprintf(`{"error":%q,"message":%q}`, name, message)}
}

func newFake(tb testing.TB) *fake {
	tb.Helper()
	f := &fake{
		bodies: map[string][]byte{}, script: map[string][]reply{}, records: map[string]string{},
		ends: time.Now().Add(2 * time.Hour),
	}
	f.Server = httptest.NewServer(f)
	tb.Cleanup(f.Close)
	return f
}

// on scripts the next answers of a method.
func (f *fake) on(method string, replies ...reply) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script[method] = append(f.script[method], replies...)
}

// count tells how often a method was asked.
func (f *fake) count(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, m := range f.asked {
		if m == method {
			n++
		}
	}
	return n
}

// methods lists what was asked.
func (f *fake) methods() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

// body gives what a method was asked last.
func (f *fake) body(method string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.bodies[method])
}

// standing tells how many posts stand.
func (f *fake) standing() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.records)
}

// rewrite gives every post another text.
func (f *fake) rewrite(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key := range f.records {
		f.records[key] = text
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	method := r.URL.Path[strings.LastIndex(r.URL.Path, ".")+1:]
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, method)
	f.bodies[method] = body
	next := f.next(method)
	if next == nil || next.does {
		status, answer := f.work(method, r, body)
		if next == nil || next.status == 0 && !next.cut {
			next = &reply{status: status, body: answer}
		}
	}
	if next.cut {
		panic(http.ErrAbortHandler)
	}
	for name, value := range next.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(next.status)
	_, _ = io.WriteString(w, next.body) // the client may be gone
}

func (f *fake) next(method string) *reply {
	if len(f.script[method]) == 0 {
		return nil
	}
	next := f.script[method][0]
	f.script[method] = f.script[method][1:]
	return &next
}

// work does what a method is for.
func (f *fake) work(method string, r *http.Request, body []byte) (int, string) {
	var asked struct {
		Rkey   string
		Record struct{ Text string }
	}
	_ = json.Unmarshal(body, &asked) // an image is no JSON
	switch method {
	case "createSession", "refreshSession":
		f.logins++
		return http.StatusOK, f.session()
	case "getSession":
		return http.StatusOK, fmt.Sprintf(`{"did":%q,"handle":"office.example.org","active":true}`, fakeDID)
	case "uploadBlob":
		return http.StatusOK, fmt.Sprintf(`{"blob":{"$type":"blob","ref":{"$link":%q}}}`, contentID(body))
	case "putRecord":
		f.records[asked.Rkey] = asked.Record.Text
		return http.StatusOK, f.ref(asked.Rkey)
	case "deleteRecord":
		delete(f.records, asked.Rkey)
		return http.StatusOK, "{}"
	case "getRecord":
		key := r.URL.Query().Get("rkey")
		text, ok := f.records[key]
		if !ok {
			return http.StatusBadRequest, `{"error":"RecordNotFound","message":"Could not locate record"}`
		}
		value, _ := json.Marshal(text) // a text always marshals
		return http.StatusOK, strings.TrimSuffix(f.ref(key), "}") + fmt.Sprintf(`,"value":{"text":%s}}`, value)
	case "resolveHandle":
		if strings.HasPrefix(r.URL.Query().Get("handle"), "nobody.") {
			return http.StatusBadRequest, `{"error":"InvalidRequest","message":"Unable to resolve handle"}`
		}
		return http.StatusOK, fmt.Sprintf(`{"did":%q}`, fakeDID)
	}
	return http.StatusNotFound, `{"error":"NotFound"}`
}

func (*fake) ref(key string) string {
	return fmt.Sprintf(`{"uri":"at://%s/%s/%s","cid":"bafy%s"}`, fakeDID, collection, key, key)
}

// session makes tokens that differ each time.
func (f *fake) session() string {
	return fmt.Sprintf(`{"accessJwt":%q,"refreshJwt":"refresh-%d","did":%q,"handle":"office.example.org","active":true}`,
		f.token(), f.logins, fakeDID)
}

func (f *fake) token() string {
	payload := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d,"n":%d}`, f.ends.Unix(), f.logins))
	return "e30." + payload + ".sig"
}

// channel gives a channel of the fake's account.
func (f *fake) channel(tb testing.TB, change ...func(*settings)) *Channel {
	tb.Helper()
	return opened(tb, f.URL, "office.example.org", "abcd-efgh-ijkl-mnop", change...)
}
