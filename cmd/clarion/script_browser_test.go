package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// confirmLogin lets a command line go on as somebody who signs in in a browser:
// confirm NAME FILE, which holds what the command line said.
func confirmLogin(ts *testscript.TestScript, _ bool, args []string) {
	var link []string
	eventually(ts, "the link", func() bool {
		said, err := os.ReadFile(ts.MkAbs(args[1]))
		link = regexp.MustCompile(`(?s)code (\w{4}-\w{4}):\n\S+(/signin/cli\?code=\S+)\n`).FindStringSubmatch(string(said))
		return err == nil && link != nil
	})
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	b := browser{ts, &http.Client{Jar: jar}, ts.Getenv("BASE")}
	b.post("/signin", url.Values{"name": {args[0]}, "password": {scriptPassword}, "confirm": {link[1]}})
	code := b.find(b.get(link[2]), `name="code" value="([^"]+)"`)
	b.post("/signin/cli", url.Values{"code": {code}})
}
