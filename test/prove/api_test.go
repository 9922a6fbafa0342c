//go:build prove

package prove

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
)

// How often the daemon is killed: after an answer, and while one is awaited.
const (
	killsAfterAnswer = 200
	killsBefore      = 100
)

const apiConfig = `
[office]
name = "Trial Office"
zone = "Europe/London"
language = "en-GB"

[[channel]]
name = "web"
kind = "webfeed"
`

// call is a request with a key of its own.
type call struct{ key, path, body string }

// given is what came back; a status of 0 means that nobody knows.
type given struct {
	status int
	body   string
}

// ask makes a call over TCP on a connection of its own.
func (o *office) ask(method string, c call) given {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, "http://"+o.listen+"/api/v1"+c.path, strings.NewReader(c.body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.tokens[o.user])
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return given{}
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return given{}
	}
	return given{resp.StatusCode, string(b)}
}

// press is a small office in which calls are made one after the other.
type press struct {
	*office
	daemon   *daemon
	messages []string // that were added
	comments int
	depts    int
}

// next gives a call that adds something, each time of another kind.
func (p *press) next(i int) call {
	key := fmt.Sprintf("trial-%d-%d", i, rand.Uint64())
	switch i % 4 {
	case 0:
		text := fmt.Sprintf("---\ntitle: Trial %d\ndepartment: Roads\naudiences: [public]\n---\n\nText.\n", i)
		b, _ := json.Marshal(map[string]any{"file": "trial.md", "text": []byte(text)})
		return call{key, "/messages", string(b)}
	case 1:
		return call{key, "/messages/" + p.messages[len(p.messages)-1] + "/submit", ""}
	case 2:
		return call{key, "/messages/" + p.messages[len(p.messages)-1] + "/comments", fmt.Sprintf(`{"text":"comment %d"}`, i)}
	default:
		return call{key, "/departments", fmt.Sprintf(`{"name":"Department %d"}`, i)}
	}
}

// done counts what an answer says was done.
func (p *press) done(i int, g given) {
	p.t.Helper()
	if g.status < 200 || g.status > 299 {
		p.t.Fatalf("trial %d: %d %s", i, g.status, g.body)
	}
	switch i % 4 {
	case 0:
		var added struct{ ID string }
		if err := json.Unmarshal([]byte(g.body), &added); err != nil || added.ID == "" {
			p.t.Fatalf("trial %d: %s, %v", i, g.body, err)
		}
		p.messages = append(p.messages, added.ID)
	case 2:
		p.comments++
	case 3:
		p.depts++
	}
}

// check compares what is there with what was acknowledged.
func (p *press) check() {
	p.t.Helper()
	lost, double := 0, 0
	var page struct {
		Messages []struct{ ID string }
		Next     string
	}
	there := map[string]int{}
	for cursor := ""; ; cursor = page.Next {
		page.Next = ""
		g := p.ask(http.MethodGet, call{path: "/messages?limit=200&cursor=" + cursor})
		if err := json.Unmarshal([]byte(g.body), &page); err != nil || g.status != http.StatusOK {
			p.t.Fatal(g, err)
		}
		for _, m := range page.Messages {
			there[m.ID]++
		}
		if page.Next == "" {
			break
		}
	}
	comments := 0
	for _, id := range p.messages {
		if there[id] != 1 {
			lost++
		}
		var m struct {
			State    string
			Comments []any
		}
		if err := json.Unmarshal([]byte(p.ask(http.MethodGet, call{path: "/messages/" + id}).body), &m); err != nil {
			p.t.Fatal(err)
		}
		if m.State != "in_review" {
			lost++
		}
		comments += len(m.Comments)
	}
	var departments struct{ Departments []any }
	if err := json.Unmarshal([]byte(p.ask(http.MethodGet, call{path: "/departments?limit=200"}).body), &departments); err != nil {
		p.t.Fatal(err)
	}
	for name, n := range map[string][2]int{
		"messages": {len(there), len(p.messages)}, "comments": {comments, p.comments}, "departments": {len(departments.Departments) - 2, p.depts}, // the office and Roads
	} {
		lost += max(0, n[1]-n[0])
		double += max(0, n[0]-n[1])
		p.t.Logf("%d %s are there, %d were acknowledged", n[0], name, n[1])
	}
	if lost > 0 || double > 0 {
		p.t.Errorf("acknowledged but lost: %d; done twice: %d", lost, double)
	}
}

func openPress(t *testing.T) *press {
	t.Helper()
	o := newOffice(t, build(t), apiConfig)
	o.people()
	o.run("audience", "set", "public", "--title", "Everyone", "--public", "--channels", "web")
	p := &press{office: o}
	p.daemon = o.start()
	return p
}

// again kills the daemon, starts it anew, and makes a call once more.
func (p *press) again(c call) given {
	p.daemon.kill()
	p.daemon = p.start()
	return p.ask(http.MethodPost, c)
}

// TestKillAfterEachAnswer: what was acknowledged is there, and the same key gives
// the same answer.
func TestKillAfterEachAnswer(t *testing.T) {
	p := openPress(t)
	for i := range killsAfterAnswer {
		c := p.next(i)
		first := p.ask(http.MethodPost, c)
		second := p.again(c)
		if first != second {
			t.Errorf("trial %d: %d %s, then %d %s", i, first.status, first.body, second.status, second.body)
		}
		p.done(i, first)
	}
	p.check()
	p.stop(p.daemon)
	p.run("ledger", "verify")
}

// TestKillBeforeAnAnswer: whatever moment the daemon dies at, a repetition with
// the same key does it once.
func TestKillBeforeAnAnswer(t *testing.T) {
	p := openPress(t)
	unanswered := 0
	for i := range killsBefore {
		c := p.next(i)
		answered := make(chan given, 1)
		go func() { answered <- p.ask(http.MethodPost, c) }()
		time.Sleep(time.Duration(rand.IntN(12_000)) * time.Microsecond) // the moment is the trial
		second := p.again(c)
		if first := <-answered; first.status == 0 {
			unanswered++
		}
		p.done(i, second)
	}
	t.Logf("%d of %d calls got no answer", unanswered, killsBefore)
	p.check()
	p.stop(p.daemon)
	p.run("ledger", "verify")
}
