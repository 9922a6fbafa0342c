package main

import (
	"bufio"
	"net"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// startRelay runs a mail relay that misbehaves and points the configuration
// ./data/clarion.toml at it: relay reject refuses every recipient, relay drop
// hangs up in place of the answer to a whole mail.
func startRelay(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go relay(conn, args[0])
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv("RELAY_PORT", port)
}

func relay(conn net.Conn, manner string) {
	defer func() { _ = conn.Close() }()
	say := func(s string) { _, _ = conn.Write([]byte(s + "\r\n")) }
	lines := bufio.NewScanner(conn)
	say("220 relay.example.org ESMTP")
	for data := false; lines.Scan(); {
		verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " ")
		switch {
		case data && lines.Text() == ".":
			return // the mail is whole, and nobody learns what became of it
		case data:
		case verb == "DATA":
			data = true
			say("354 go on")
		case verb == "RCPT" && manner == "reject":
			say("550 5.1.1 no such mailbox")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 relay.example.org")
		}
	}
}
