//go:build servers

// Package networks_test puts the whole product to the trial against real
// servers of networks, over connections that are cut at every phase of a
// request: nothing may be published twice, nothing may be lost, and what nobody
// can know is told.
package networks_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"clarion/audience"
	"clarion/channels/kinds"
	"clarion/config"
	"clarion/daemon"
	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

const (
	trials = 100
	cuts   = 150 // of requests that publish; later ones are carried whole
	lanes  = 4   // channels to the one account, so that sends go side by side
	bound  = 2 * time.Minute
)

// trial is a daemon whose channels reach their server through a cutter.
type trial struct {
	*testing.T
	network
	daemon *daemon.Daemon
	cut    *cutter
	mark   string             // in every text of this run, and in no other's
	sends  map[int64][]string // the words that each send publishes, each once
}

// network is a real server that a trial publishes to.
type network struct {
	address string // of the server
	channel func(address string) string
	cutter  func(t *testing.T, host string) *cutter
	posts   func(t *testing.T, mark string) []string // texts that hold the mark, read without Clarion
	// Every so many messages one has a text of so many sentences, which takes a
	// thread.
	every, sentences int
}

func (n network) try(t *testing.T) {
	t.Helper()
	u, err := url.Parse(n.address)
	if err != nil {
		t.Fatal(err)
	}
	tr := &trial{T: t, network: n, cut: n.cutter(t, u.Host), mark: message.NewID("t"), sends: map[int64][]string{}}
	tr.start(n.channel("http://" + tr.cut.address))
	for i := range trials {
		tr.approve(i)
	}
	tr.await()
	tr.judge(n.posts(t, tr.mark))
}

func (tr *trial) no(err error) {
	tr.Helper()
	if err != nil {
		tr.Fatalf("unexpected: %v", err)
	}
}

const common = `
[office]
name = "Trial Office"

[server]
base_url = "https://news.example.org"

[queue]
attempts = 30
backoff_first = "200ms"
backoff_max = "1s"
publish_timeout = "20s"
read_back_first = "500ms"
read_back_for = "1m"
`

func (tr *trial) start(channel string) {
	tr.Helper()
	dir, err := os.MkdirTemp("", "clarion") // short enough for a socket
	tr.no(err)
	tr.Cleanup(func() { _ = os.RemoveAll(dir) })
	text := common
	for i := range lanes {
		text += fmt.Sprintf("\n[[channel]]\nname = \"net%d\"\n%s", i, channel)
	}
	cfg, err := config.Parse("trial.toml", []byte(text), kinds.All(), config.Listen(free(tr.T)))
	tr.no(err)
	log, err := os.Create(filepath.Join(dir, "log"))
	tr.no(err)
	tr.daemon, err = daemon.New(tr.Context(), daemon.Options{Config: cfg, Dir: filepath.Join(dir, "data"), Log: zerolog.New(log), Version: "trial"})
	tr.no(err)
	tr.no(tr.daemon.Start(tr.Context()))
	tr.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), bound)
		defer cancel()
		if err := tr.daemon.Stop(ctx); err != nil {
			tr.Errorf("stop: %v", err)
		}
		if tr.Failed() {
			lines, _ := os.ReadFile(log.Name())
			tr.Logf("the log:\n%s", lines)
		}
		_ = log.Close()
	})
	tr.furnish()
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func as(name string) office.Actor { return office.Actor{Name: name, Verified: true} }

func (tr *trial) furnish() {
	tr.Helper()
	o, a := tr.daemon.Office(), tr.daemon.Accounts()
	tr.no(a.AddFirst(tr.Context(), people.Person{Name: "ann", FullName: "Officer Ann", Kind: people.Human}, "violin tundra magnet soup"))
	tr.no(a.SetPerson(tr.Context(), people.Person{Name: "bob", FullName: "Officer Bob", Kind: people.Human}, as("ann")))
	tr.no(a.SetRoles(tr.Context(), "bob", people.Everywhere, []people.Role{people.Approver}, as("ann")))
	for i := range lanes {
		name := fmt.Sprintf("net%d", i)
		tr.no(o.SetAudience(tr.Context(), audience.Audience{Name: name, Title: name, Channels: []string{name}}, as("ann")))
	}
}

// words are what a message publishes: each is in one post, once.
func (tr *trial) words(i int) []string {
	words := []string{fmt.Sprintf("%sx%03d.", tr.mark, i)}
	for n := range tr.sentences {
		if i%tr.every == 0 {
			words = append(words, fmt.Sprintf("%sx%03ds%02d.", tr.mark, i, n))
		}
	}
	return words
}

func (tr *trial) approve(i int) {
	tr.Helper()
	o := tr.daemon.Office()
	var variant strings.Builder
	for _, word := range tr.words(i) {
		fmt.Fprintf(&variant, "The gauges at the bridge and the mill are read by two people each hour until the river falls, says %s ", word)
	}
	text := fmt.Sprintf("---\ntitle: Gauges\naudiences: [net%d]\nvariants:\n  net%d:\n    text: %q\n---\nThe gauges are read.\n", i%lanes, i%lanes, variant.String())
	added, err := o.Add(tr.Context(), office.Draft{File: "gauges.md", Text: []byte(text)}, as("ann"))
	tr.no(err)
	submitted, err := o.Submit(tr.Context(), added.ID, as("ann"))
	tr.no(err)
	_, err = o.Approve(tr.Context(), added.ID, submitted.Digest, as("bob"))
	tr.no(err)
	all, err := o.View(as("ann")).Sends(tr.Context(), store.SendFilter{Message: added.ID, Limit: 10})
	tr.no(err)
	if len(all) != 1 {
		tr.Fatalf("message %d has %d sends", i, len(all))
	}
	tr.sends[all[0].ID] = tr.words(i)
}

// await waits until nothing moves any more, or the time is over.
func (tr *trial) await() {
	tr.Helper()
	over := time.After(bound)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for tr.moving() > 0 {
		select {
		case <-tick.C:
		case <-over:
			tr.Errorf("after %s %d sends still move", bound, tr.moving())
			return
		}
	}
}

// moving counts sends that go on by themselves.
func (tr *trial) moving() int {
	tr.Helper()
	n := 0
	for _, s := range tr.all() {
		switch s.State {
		case message.Sent, message.Failed:
		case message.SendUnknown:
			d, err := tr.daemon.Office().View(as("ann")).Send(tr.Context(), s.ID)
			tr.no(err)
			if !d.Decide {
				n++
			}
		default:
			n++
		}
	}
	return n
}

func (tr *trial) all() []message.Send {
	tr.Helper()
	all, err := tr.daemon.Office().View(as("ann")).Sends(tr.Context(), store.SendFilter{Limit: 2 * trials})
	tr.no(err)
	return all
}

// verdict is what the trial came to.
type verdict struct {
	doubled, lost, untrue, unresolved int // sends
	threads, unknown                  int // sends in several posts; attempts whose outcome was unknown
	looks                             map[string]int
}

// judge holds what the server has against what the states say.
func (tr *trial) judge(posts []string) {
	tr.Helper()
	there := strings.Join(posts, "\n")
	v := verdict{looks: map[string]int{}}
	for _, s := range tr.all() {
		d, err := tr.daemon.Office().View(as("ann")).Send(tr.Context(), s.ID)
		tr.no(err)
		v.count(d)
		least, most := len(there), 0
		for _, word := range tr.sends[s.ID] {
			n := strings.Count(there, word)
			least, most = min(least, n), max(most, n)
		}
		tr.hold(&v, d, least, most)
	}
	tr.Logf("%d trials: doubled %d, lost %d, untrue %d, unresolved %d; %d threads; %d unknown outcomes; looks by verdict %v; cuts: %s",
		trials, v.doubled, v.lost, v.untrue, v.unresolved, v.threads, v.unknown, v.looks, tr.cut.told())
	tr.tested(v)
}

func (v *verdict) count(d office.SendDetail) {
	for _, a := range d.Attempts {
		if a.Outcome == message.SendUnknown {
			v.unknown++
		}
	}
	for _, l := range d.Looks {
		v.looks[l.Verdict]++
	}
	posts := 0
	for _, s := range d.Steps {
		if strings.HasPrefix(s.Name, "post/") {
			posts++
		}
	}
	if posts > 1 {
		v.threads++
	}
}

// hold holds one send's state against how often its words are there.
func (tr *trial) hold(v *verdict, d office.SendDetail, least, most int) {
	tr.Helper()
	is := ""
	switch state := d.Send.State; {
	case most > 1:
		v.doubled++
		is = "doubled"
	case least == 0 && state == message.Sent:
		v.lost++
		is = "lost"
	case state == message.SendUnknown:
		v.unresolved++
		tr.Logf("unresolved, and told: send %d; %s", d.Send.ID, d.Advice)
	case state != message.Sent:
		v.untrue++
		is = "left behind"
	}
	if is != "" {
		tr.Errorf("send %d is %s: %s (%s), there %d to %d times: %+v, %+v", d.Send.ID, is, d.Send.State, d.Send.Reason, least, most, d.Attempts, d.Looks)
	}
}

// tested holds that the trial was one: every phase was cut, threads among them,
// and looks found what was there and what was not.
func (tr *trial) tested(v verdict) {
	tr.Helper()
	if n := len(tr.all()); n != trials || v.unknown < trials/2 || v.looks["found"] == 0 || v.looks["absent"] == 0 || v.threads < trials/tr.every {
		tr.Errorf("this is no trial: %d sends, %+v", n, v)
	}
	for p, n := range tr.cut.cuts {
		if n < trials/20 {
			tr.Errorf("%s: %d cuts", phase(p), n)
		}
	}
}
