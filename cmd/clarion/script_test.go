package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"clarion": main, "people": peopleMain})
}

// TestScripts runs the specification of the command line: the real program,
// with a real daemon where a script starts one.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"up": up, "until": until, "capture": capture, "fetch": fetch, "exits": exits, "large": large, "sql": runSQL,
			"relay": startRelay, "inbox": startInbox, "system": startSystem, "terminate": terminate, "hangup": hangUp, "mode": checkMode, "link": makeLink,
			"factor": setUpFactor, "totp": factorCode, "confirm": confirmLogin,
		},
		UpdateScripts: *update,
	})
}

// setUp gives every script a port, a configuration for it, and the samples.
func setUp(env *testscript.Env) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	elsewhere, err := freePort()
	if err != nil {
		return err
	}
	env.Setenv("CLARION_LISTEN", port)
	env.Setenv("ELSEWHERE", elsewhere)
	env.Setenv("BASE", "http://"+port)
	samples, err := filepath.Abs("../../examples/announcements")
	if err != nil {
		return err
	}
	env.Setenv("SAMPLES", samples)
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")) // else every command of a race build waits a second at its end
	if err := os.WriteFile(filepath.Join(env.WorkDir, "password"), []byte(scriptPassword+"\n"), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "office.toml"), []byte(office), 0o600)
}

// office is the configuration that scripts copy into their data folder.
const office = `
[office]
name = "Department for Rivers and Coasts"
zone = "Europe/London"
language = "en-GB"

[[channel]]
name = "web"
kind = "webfeed"

[[channel]]
name = "email"
kind = "email"
host = "127.0.0.1"
port = 1
security = "none"
from = "Press Office <press@example.org>"
attempts = 1

[[channel]]
name = "mastodon"
kind = "rehearsal"
limit = 500
`

// freePort gives a loopback address that was free just now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
