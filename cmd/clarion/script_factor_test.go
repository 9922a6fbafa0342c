package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"
)

// setUpFactor sets up somebody's second factor in a browser: factor NAME. Its
// secret is in FACTOR, a recovery code in RECOVERY.
func setUpFactor(ts *testscript.TestScript, _ bool, args []string) {
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	b := browser{ts, &http.Client{Jar: jar}, ts.Getenv("BASE")}
	b.post("/signin", url.Values{"name": {args[0]}, "password": {scriptPassword}})
	secret := b.find(b.get("/account/factor"), `name="secret" value="(\w+)"`)
	codes := b.post("/account/factor", url.Values{"secret": {secret}, "code": {codeOf(ts, secret, 0)}, "password": {scriptPassword}})
	ts.Setenv("FACTOR", secret)
	ts.Setenv("RECOVERY", b.find(codes, `<code>(\w{4}-\w{4}-\w{5})</code>`))
}

// factorCode computes a code: totp VARIABLE STEPS, counted from now. Each code
// counts once.
func factorCode(ts *testscript.TestScript, _ bool, args []string) {
	steps, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Setenv(args[0], codeOf(ts, ts.Getenv("FACTOR"), steps))
}

func codeOf(ts *testscript.TestScript, secret string, steps int) string {
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	ts.Check(err)
	return code
}

// browser is what somebody signs in with.
type browser struct {
	ts     *testscript.TestScript
	client *http.Client
	base   string
}

func (b browser) get(path string) string {
	resp, err := b.client.Get(b.base + path) //nolint:noctx,bodyclose // the test ends it, and page closes it
	return b.page(resp, err)
}

func (b browser) post(path string, form url.Values) string {
	resp, err := b.client.PostForm(b.base+path, form) //nolint:noctx,bodyclose // the test ends it, and page closes it
	return b.page(resp, err)
}

func (b browser) page(resp *http.Response, err error) string {
	b.ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	b.ts.Check(err)
	if resp.StatusCode != http.StatusOK {
		b.ts.Fatalf("%s answers %s\n%s", resp.Request.URL, resp.Status, text)
	}
	return string(text)
}

func (b browser) find(page, pattern string) string {
	found := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if len(found) != 2 {
		b.ts.Fatalf("%q is not in the page\n%s", pattern, page)
	}
	return found[1]
}
