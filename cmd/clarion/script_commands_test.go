package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/rogpeppe/go-internal/testscript"

	"clarion/api"
	"clarion/client"
)

// patience bounds every wait of a script.
const patience = 30 * time.Second

// eventually asks again until the answer is yes or patience is over.
func eventually(ts *testscript.TestScript, what string, yes func() bool) {
	over := time.NewTimer(patience)
	defer over.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !yes() {
		select {
		case <-again.C:
		case <-over.C:
			ts.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// up waits until the daemon of ./data answers: up [FOLDER].
func up(ts *testscript.TestScript, _ bool, args []string) {
	dir := "data"
	if len(args) > 0 {
		dir = args[0]
	}
	c := client.Socket(ts.MkAbs(dir + "/clarion.sock"))
	eventually(ts, "the daemon", func() bool {
		_, err := c.Frozen(context.Background())
		_, answered := errors.AsType[*api.Error](err) // nobody is signed in
		return err == nil || answered
	})
}

// until runs a command until its output matches: until PATTERN COMMAND...
func until(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[0])
	var out, errs bytes.Buffer
	defer func() { ts.Logf("[last output]\n%s%s", &out, &errs) }()
	eventually(ts, strings.Join(args, " "), func() bool {
		out.Reset()
		errs.Reset()
		cmd := quiet(ts, args[1], args[2:]...)
		cmd.Stdout, cmd.Stderr = &out, &errs
		return cmd.Run() == nil && pattern.Match(out.Bytes())
	})
	_, err := ts.Stdout().Write(out.Bytes())
	ts.Check(err)
}

// quiet is a command of the script that is not logged.
func quiet(ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	path, err := findIn(ts.Getenv("PATH"), name)
	ts.Check(err)
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "GORACE", "CLARION_USER", "CLARION_TOKEN", "CLARION_DATA", "CLARION_CONFIG", "CLARION_LISTEN"} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	return cmd
}

func findIn(path, name string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name), nil
		}
	}
	return "", fmt.Errorf("there is no %s in %s", name, path)
}

// capture takes a part of the last output: capture NAME PATTERN, with one
// group.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("%q is not in the last output", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// fetch gets an address and checks the status: fetch STATUS URL. The body is
// the output.
func fetch(ts *testscript.TestScript, _ bool, args []string) {
	resp, err := http.Get(args[1]) //nolint:noctx // the test ends it
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("%s answers %s", args[1], resp.Status)
	}
}

// exits runs a command and checks its exit status: exits STATUS COMMAND...
func exits(ts *testscript.TestScript, _ bool, args []string) {
	status := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		status = exit.ExitCode()
	}
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("exit status %d, want %s", status, args[0])
	}
}

// large writes a file of a size, after what is in it: large FILE SIZE.
func large(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// runSQL changes a database behind Clarion's back: sql FOLDER STATEMENT.
func runSQL(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite3", "file:"+ts.MkAbs(args[0]+"/clarion.db"))
	ts.Check(err)
	result, err := db.Exec(args[1])
	ts.Check(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("%s changed nothing: %v", args[1], err)
	}
	ts.Check(db.Close())
}

// terminate sends SIGTERM to what was last started in the background, as a
// service manager does.
func terminate(ts *testscript.TestScript, _ bool, _ []string) {
	all := ts.BackgroundCmds()
	ts.Check(all[len(all)-1].Process.Signal(syscall.SIGTERM))
}

// hangUp sends SIGHUP to what was last started in the background.
func hangUp(ts *testscript.TestScript, _ bool, _ []string) {
	all := ts.BackgroundCmds()
	ts.Check(all[len(all)-1].Process.Signal(syscall.SIGHUP))
}

// checkMode checks a file's permissions: mode FILE 0600.
func checkMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s", args[0], got)
	}
}

// makeLink makes a symbolic link: link NAME TARGET.
func makeLink(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Symlink(strings.TrimSpace(args[1]), ts.MkAbs(args[0])))
}
