package main

import (
	"net"
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"

	"clarion/demo/mailcatcher"
)

// startInbox runs a relay that takes every mail: its port is in RELAY_PORT,
// and what it took can be fetched from $INBOX/api.
func startInbox(ts *testscript.TestScript, _ bool, _ []string) {
	catcher, err := mailcatcher.New("127.0.0.1:0")
	ts.Check(err)
	catcher.Start()
	ts.Defer(func() { ts.Check(catcher.Stop()) })
	pages := httptest.NewServer(catcher.Handler())
	ts.Defer(pages.Close)
	_, port, err := net.SplitHostPort(catcher.Addr())
	ts.Check(err)
	ts.Setenv("RELAY_PORT", port)
	ts.Setenv("INBOX", pages.URL)
}
