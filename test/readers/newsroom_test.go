//go:build servers

package readers

import (
	"context"
	"net"
	"os"
	"path/filepath"
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
)

const settings = `
[office]
name = "Department for Rivers and Coasts"
zone = "Europe/London"
language = "en-GB"

[[channel]]
name = "web"
kind = "webfeed"
`

// patience bounds every wait.
const patience = 30 * time.Second

// newsroom is a running office whose feeds readers subscribe to.
type newsroom struct {
	*testing.T
	*office.Office
	base string
}

func open(t *testing.T) *newsroom {
	t.Helper()
	n := &newsroom{T: t}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	n.no(err)
	n.no(l.Close())
	c, err := config.Parse("clarion.toml", []byte(settings), kinds.All(), config.Listen(l.Addr().String()))
	n.no(err)
	dir, err := os.MkdirTemp("", "readers") // short enough for a socket
	n.no(err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	d, err := daemon.New(t.Context(), daemon.Options{Config: c, Dir: filepath.Join(dir, "data"), Log: zerolog.Nop(), Version: "test"})
	n.no(err)
	n.no(d.Start(t.Context()))
	t.Cleanup(func() { n.no(d.Stop(context.Background())) })
	n.Office, n.base = d.Office(), c.Server.BaseURL
	ada, a := office.Actor{Name: "ada", Verified: true}, d.Accounts()
	n.no(a.AddFirst(t.Context(), people.Person{Name: "ada", FullName: "Ada", Kind: people.Human}, "violin tundra magnet soup"))
	n.no(a.SetPerson(t.Context(), people.Person{Name: "ben", FullName: "Ben", Kind: people.Human}, ada))
	n.no(a.SetRoles(t.Context(), "ben", people.Everywhere, []people.Role{people.Approver}, ada))
	n.no(n.SetAudience(t.Context(), audience.Audience{Name: "public", Title: "Everyone", Public: true, Channels: []string{"web"}}, ada))
	return n
}

func (n *newsroom) no(err error) {
	n.Helper()
	if err != nil {
		n.Fatalf("unexpected: %v", err)
	}
}

// publish takes a message to the public and gives it back.
func (n *newsroom) publish(d office.Draft) message.Message {
	n.Helper()
	ada, ctx := office.Actor{Name: "ada", Verified: true}, n.Context()
	d.File = "message.md"
	added, err := n.Add(ctx, d, ada)
	n.no(err)
	submitted, err := n.Submit(ctx, added.ID, ada)
	n.no(err)
	_, err = n.Approve(ctx, added.ID, submitted.Digest, office.Actor{Name: "ben", Verified: true})
	n.no(err)
	var m message.Message
	n.await("the message to be released", func() bool {
		detail, err := n.View(ada).Message(ctx, added.ID)
		n.no(err)
		m = detail.Message
		return m.State == message.Released
	})
	return m
}

func (n *newsroom) await(what string, done func() bool) {
	n.Helper()
	ctx, cancel := context.WithTimeout(n.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			n.Fatalf("waited %s for %s", patience, what)
		}
	}
}

func text(title, summary, body string) []byte {
	return []byte("---\ntitle: \"" + title + "\"\nsummary: " + summary + "\naudiences: [public]\n---\n\n" + body + "\n")
}
