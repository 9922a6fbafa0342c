//go:build prove

// Package prove holds the long trials against the real binary.
package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// build builds the binary once, with its crash points armed.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "clarion")
	out, err := exec.Command("go", "build", "-tags", "prove", "-o", bin, "../../cmd/clarion").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// office is one data folder with its binary.
type office struct {
	t      *testing.T
	bin    string
	dir    string
	config string
	listen string
	user   string            // who acts; empty before anybody can
	tokens map[string]string // of each person, by which they act
}

func newOffice(t *testing.T, bin, config string) *office {
	t.Helper()
	dir := t.TempDir()
	o := &office{t: t, bin: bin, dir: filepath.Join(dir, "data"), config: filepath.Join(dir, "clarion.toml"), listen: freeAddress(t)}
	if err := os.WriteFile(o.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// by gives the same office with somebody else acting.
func (o *office) by(name string) *office {
	other := *o
	other.user = name
	return &other
}

// people makes ada, who may do everything and acts from now on, and carys, who
// approves, in an office with a department.
func (o *office) people() {
	o.t.Helper()
	password := filepath.Join(o.t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("violin tundra magnet soup\n"), 0o600); err != nil {
		o.t.Fatal(err)
	}
	o.run("user", "add", "ada", "--first", "--full-name", "Ada Okoro", "--password-file", password)
	ada := o.token("ada", password)
	o.run("user", "add", "carys", "--full-name", "Carys Morgan")
	o.run("user", "roles", "carys", "approver", "publisher")
	invited := objects[struct{ Link string }](o.t, o.run("--json", "user", "invite", "carys"))[0]
	o.run("user", "accept", invited.Link, "--password-file", password)
	o.tokens = map[string]string{"ada": ada, "carys": o.token("carys", password)}
	o.user = "ada"
	o.run("department", "add", "Roads")
}

// token signs somebody in and makes a token that may do what they may.
func (o *office) token(name, password string) string {
	o.t.Helper()
	o.run("login", name, "--password-file", password)
	return objects[struct{ Secret string }](o.t, o.run("--json", "token", "make", "trial", "--scope", "all"))[0].Secret
}

// run runs one verb and gives what it prints; it must succeed.
func (o *office) run(args ...string) string {
	o.t.Helper()
	out, err := o.try(args...)
	if err != nil {
		o.t.Fatalf("clarion %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (o *office) try(args ...string) (string, error) {
	cmd := exec.Command(o.bin, append([]string{"--data", o.dir, "--config", o.config}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Dir(o.config), "CLARION_TOKEN="+o.tokens[o.user])
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil {
		return out.String() + errs.String(), err
	}
	return out.String(), nil
}

// daemon is one running daemon.
type daemon struct {
	cmd  *exec.Cmd
	done chan error
	log  *bytes.Buffer
}

// start starts the daemon and waits until it is ready or dead.
func (o *office) start(env ...string) *daemon {
	o.t.Helper()
	cmd := exec.Command(o.bin, "--data", o.dir, "--config", o.config, "serve", "--listen", o.listen)
	cmd.Env = append(os.Environ(), env...)
	d := &daemon{cmd: cmd, done: make(chan error, 1), log: &bytes.Buffer{}}
	cmd.Stdout, cmd.Stderr = d.log, d.log
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	go func() { d.done <- cmd.Wait() }()
	o.t.Cleanup(d.kill)
	o.awaitReady(d)
	return d
}

func (o *office) awaitReady(d *daemon) {
	o.t.Helper()
	client := &http.Client{Timeout: time.Second}
	o.await("the daemon to be ready", 30*time.Second, func() bool {
		select {
		case err := <-d.done:
			d.done <- err
			return true // dead: a trial may have killed it already
		default:
		}
		resp, err := client.Get("http://" + o.listen + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// await asks again and again, bounded in time.
func (o *office) await(what string, limit time.Duration, done func() bool) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			o.t.Fatalf("waited %s for %s", limit, what)
		}
	}
}

// kill ends the daemon as a dead machine would.
func (d *daemon) kill() {
	if err := d.cmd.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return
	}
	d.wait()
}

func (d *daemon) wait() {
	err := <-d.done
	d.done <- err
}

// stop ends the daemon as an operator would; it must exit with 0.
func (o *office) stop(d *daemon) {
	o.t.Helper()
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	if err := <-d.done; err != nil {
		o.t.Fatalf("stop: %v\n%s", err, d.log)
	}
	d.done <- nil
}

// objects reads one JSON object a line.
func objects[T any](t *testing.T, out string) []T {
	t.Helper()
	var all []T
	dec := json.NewDecoder(strings.NewReader(out))
	for {
		var v T
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("read %q: %v", out, err)
		}
		all = append(all, v)
	}
}

// copyTo copies the data folder of an office without a daemon.
func (o *office) copyTo(to *office) {
	o.t.Helper()
	if err := os.CopyFS(to.dir, os.DirFS(o.dir)); err != nil {
		o.t.Fatal(fmt.Errorf("copy the data folder: %w", err))
	}
}
