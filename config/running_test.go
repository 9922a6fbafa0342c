package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/config"
)

// built is a kind whose channels can be told apart.
func built() channels.Registry {
	return channels.Registry{{Name: "built", New: func(s channels.Settings) (channels.Channel, error) {
		settings := mailSettings{}
		err := s.Decode(&settings)
		return &builtChannel{fake{settings}, s}, err
	}}}
}

type builtChannel struct {
	fake
	given channels.Settings
}

func (*builtChannel) Notify() {}

const usualChannels = `
[[channel]]
name = "a"
kind = "built"
host = "h"
password = "file:SECRET"
tags = ["x"]
pool = { size = 1 }

[[channel]]
name = "b"
kind = "built"
`

// again reads a text, then another as a running program does.
func again(t *testing.T, before, after string) (was, is *config.Config) {
	t.Helper()
	was, err := config.Parse("clarion.toml", []byte(before), built())
	if err != nil {
		t.Fatal(err)
	}
	is, err = config.Parse("clarion.toml", []byte(after), built(), config.Running(was))
	if err != nil {
		t.Fatal(err)
	}
	return was, is
}

func TestARunningConfigurationKeepsWhatIsTheSame(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	write := func(value string) {
		if err := os.WriteFile(secret, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	usual := strings.ReplaceAll(office+usualChannels, "SECRET", secret)
	for _, c := range []struct {
		name, old, to string
		secret        string
		kept          bool
	}{
		{"nothing", "", "", "one", true},
		{"the order of keys", "host = \"h\"\ntags", "tags", "one", false},
		{"a limit", "kind = \"built\"\nhost", "kind = \"built\"\nconcurrency = 7\nhost", "one", true},
		{"a key", `host = "h"`, `host = "i"`, "one", false},
		{"a list", `"x"`, `"x", "y"`, "one", false},
		{"a table", "size = 1", "size = 2", "one", false},
		{"what a secret is", "", "", "two", false},
		{"the name", `name = "a"`, `name = "c"`, "one", false},
		{"a key of the queue", "[office]", "[queue]\nattempts = 3\n[office]", "one", true},
	} {
		write("one")
		was, err := config.Parse("clarion.toml", []byte(usual), built())
		if err != nil {
			t.Fatal(err)
		}
		write(c.secret)
		if c.name == "the order of keys" {
			c.old, c.to, c.kept = "host = \"h\"\npassword = \"file:"+secret+"\"", "password = \"file:"+secret+"\"\nhost = \"h\"", true
		}
		is, err := config.Parse("clarion.toml", []byte(strings.Replace(usual, c.old, c.to, 1)), built(), config.Running(was))
		if err != nil {
			t.Fatal(err)
		}
		if kept := is.Channels[0].Built == was.Channels[0].Built; kept != c.kept {
			t.Errorf("%s changed: kept %t", c.name, kept)
		}
		if is.Channels[1].Built != was.Channels[1].Built {
			t.Errorf("%s of a changed: b was not kept", c.name)
		}
	}
}

// TestARunningConfigurationWaitsForARestart: what can't change while running
// stays, also for the channels that are built anew.
func TestARunningConfigurationWaitsForARestart(t *testing.T) {
	t.Parallel()
	before := office + `
[server]
listen = "127.0.0.1:9000"
base_url = "https://news.example.org"
[queue]
stop_timeout = "10s"
[[channel]]
name = "a"
kind = "built"
`
	after := `
[office]
name = "Other"
zone = "Europe/London"
[server]
listen = "127.0.0.1:9001"
base_url = "https://other.example.org"
trusted_proxies = ["10.0.0.1"]
[log]
level = "debug"
[queue]
stop_timeout = "11s"
materialise_before = "1m"
attempts = 3
[ledger]
export_every = "@daily"
[[channel]]
name = "a"
kind = "built"
host = "changed"
`
	was, is := again(t, before, after)
	want := []string{
		"office.name", "office.zone", "server.listen", "server.base_url", "server.trusted_proxies", "log.level",
		"queue.stop_timeout", "queue.materialise_before", "ledger.export_every",
	}
	if !slices.Equal(is.Restart, want) {
		t.Errorf("waits for a restart: %q, want %q", is.Restart, want)
	}
	if len(was.Restart) != 0 {
		t.Errorf("at the start nothing waits: %q", was.Restart)
	}
	if is.Office != was.Office || is.Server.BaseURL != was.Server.BaseURL || is.Ledger != was.Ledger || is.Log != was.Log {
		t.Error("something changed that takes a restart")
	}
	if is.Queue.Attempts != 3 || is.Queue.StopTimeout != was.Queue.StopTimeout {
		t.Errorf("the queue is %+v", is.Queue)
	}
	given := is.Channels[0].Built.(*builtChannel).given
	if given.Office != "Press Office" || given.BaseURL != "https://news.example.org" {
		t.Errorf("the channel was given %q at %q", given.Office, given.BaseURL)
	}
	if _, back := again(t, before, before); len(back.Restart) != 0 {
		t.Errorf("the same file waits for a restart: %q", back.Restart)
	}
}

// TestARunningConfigurationHasItsFaults, also in what takes a restart.
func TestARunningConfigurationHasItsFaults(t *testing.T) {
	t.Parallel()
	was := parse(t, office)
	expect(t, faults(t, "[office]\nname = 1\n", config.Running(was)), "office.name", "is a whole number")
	expect(t, faults(t, office+"[ledger]\nexport_every = \"never\"\n", config.Running(was)), "ledger.export_every", "")
}

func TestVault(t *testing.T) {
	t.Parallel()
	text := office + "[[channel]]\nname = \"a\"\nkind = \"built\"\n"
	vault := memory{}
	for _, want := range []channels.Vault{nil, vault} {
		var options []config.Option
		if want != nil {
			options = append(options, config.Vault(want))
		}
		c, err := config.Parse("clarion.toml", []byte(text), built(), options...)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Channels[0].Built.(*builtChannel).given.Vault; (got == nil) != (want == nil) {
			t.Errorf("given %v, want %v", got, want)
		}
	}
}

type memory map[string][]byte

func (m memory) Load(name string) ([]byte, error)     { return m[name], nil }
func (m memory) Save(name string, value []byte) error { m[name] = value; return nil }

func TestFollowsListen(t *testing.T) {
	t.Parallel()
	if c := parse(t, office); !c.Server.FollowsListen {
		t.Error("without a base_url it follows the address listened on")
	}
	if c := parse(t, office+"[server]\nbase_url = \"https://news.example.org\"\n"); c.Server.FollowsListen {
		t.Error("a base_url follows nothing")
	}
}
