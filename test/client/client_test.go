//go:build client

// Package client holds a trial of the published document by a client that a
// generator of the npm registry makes from it, against the real binary.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	password = "violin tundra magnet soup"
	office   = "[office]\nname = \"Trial Office\"\nzone = \"Europe/London\"\n\n[[channel]]\nname = \"web\"\nkind = \"webfeed\"\n"
)

// trial is an office with its daemon.
type trial struct {
	*testing.T
	dir, bin, listen string
}

func TestGeneratedClient(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("there is no npm; install Node 20 or newer to run this")
	}
	tr := open(t)
	tr.fetch("/api/v1/openapi.json", "openapi.json")
	for _, name := range []string{"package.json", "package-lock.json", "tsconfig.json", "walk.ts"} {
		text, err := os.ReadFile(name)
		tr.no(err)
		tr.no(os.WriteFile(filepath.Join(tr.dir, name), text, 0o600))
	}
	tr.exec(nil, "npm", "ci", "--no-audit", "--no-fund")
	tr.exec(nil, "npm", "run", "generate")
	tr.exec(nil, "npm", "run", "compile")
	env := []string{"CLARION_BASE=http://" + tr.listen, "AUTHOR_TOKEN=" + tr.token("ada"), "APPROVER_TOKEN=" + tr.token("ben")}
	out := tr.exec(env, "node", filepath.Join("compiled", "walk.js"))
	var walked struct {
		ID    string
		Sends []struct {
			Mechanism, State string
			ScheduledFor     time.Time `json:"scheduled_for"`
		}
	}
	tr.no(json.Unmarshal([]byte(out), &walked))
	if walked.ID == "" || len(walked.Sends) != 1 || walked.Sends[0].State != "sent" || walked.Sends[0].ScheduledFor.IsZero() {
		t.Errorf("the walk ended as %s", out)
	}
}

// open builds the binary and starts an office with two people.
func open(t *testing.T) *trial {
	t.Helper()
	tr := &trial{T: t, dir: t.TempDir()}
	tr.bin = filepath.Join(tr.dir, "clarion")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", tr.bin, "../../cmd/clarion")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	tr.no(err)
	tr.listen = l.Addr().String()
	tr.no(l.Close())
	tr.no(os.MkdirAll(filepath.Join(tr.dir, "data"), 0o700))
	tr.no(os.WriteFile(filepath.Join(tr.dir, "data", "clarion.toml"), []byte(office), 0o600))
	tr.no(os.WriteFile(filepath.Join(tr.dir, "password"), []byte(password+"\n"), 0o600))
	tr.start()
	tr.clarion("user", "add", "ada", "--first", "--full-name", "Ada Okoro", "--password-file", "password")
	tr.clarion("login", "ada", "--password-file", "password")
	tr.clarion("department", "add", "Roads")
	tr.clarion("audience", "set", "public", "--title", "Everyone", "--public", "--channels", "web")
	tr.clarion("user", "add", "ben", "--full-name", "Ben Hughes")
	tr.clarion("user", "roles", "ben", "approver")
	var invited struct{ Link string }
	tr.no(json.Unmarshal([]byte(tr.clarion("--json", "user", "invite", "ben")), &invited))
	tr.clarion("user", "accept", invited.Link, "--password-file", "password")
	tr.clarion("login", "ben", "--password-file", "password")
	return tr
}

// start starts the daemon and waits until it is ready.
func (tr *trial) start() {
	tr.Helper()
	var log bytes.Buffer
	cmd := exec.CommandContext(context.WithoutCancel(tr.Context()), tr.bin, "serve", "--listen", tr.listen) // it ends by a signal
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = tr.dir, tr.env(nil), &log, &log
	tr.no(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tr.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			tr.Errorf("the daemon ended: %v\n%s", err, &log)
		}
	})
	over := time.After(30 * time.Second)
	for {
		if resp, err := http.Get("http://" + tr.listen + "/readyz"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-ended:
			ended <- err
			tr.Fatalf("the daemon ended: %v\n%s", err, &log)
		case <-over:
			tr.Fatal("the daemon is not ready")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (tr *trial) env(more []string) []string {
	return append(append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(tr.dir, "settings"), "CLARION_LISTEN="+tr.listen), more...)
}

// clarion runs a verb and gives what it prints.
func (tr *trial) clarion(args ...string) string { return tr.exec(nil, tr.bin, args...) }

// token makes a token of somebody who signed in.
func (tr *trial) token(name string) string {
	tr.Helper()
	var made struct{ Secret string }
	tr.no(json.Unmarshal([]byte(tr.clarion("--user", name, "--json", "token", "make", "trial", "--scope", "all")), &made))
	return made.Secret
}

// exec runs a program in the trial's folder; it must succeed.
func (tr *trial) exec(env []string, name string, args ...string) string {
	tr.Helper()
	cmd := exec.CommandContext(tr.Context(), name, args...)
	cmd.Dir, cmd.Env = tr.dir, tr.env(env)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		tr.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, &out, &errs)
	}
	return out.String()
}

// fetch keeps what an address answers.
func (tr *trial) fetch(path, file string) {
	tr.Helper()
	resp, err := http.Get("http://" + tr.listen + path)
	tr.no(err)
	b, err := io.ReadAll(resp.Body)
	tr.no(errors.Join(err, resp.Body.Close()))
	if resp.StatusCode != http.StatusOK {
		tr.Fatalf("%s answers %d", path, resp.StatusCode)
	}
	tr.no(os.WriteFile(filepath.Join(tr.dir, file), b, 0o600))
}

func (tr *trial) no(err error) {
	tr.Helper()
	if err != nil {
		tr.Fatal(err)
	}
}
