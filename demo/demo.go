// Package demo is the demonstration office: a small department with named
// people, three audiences, channels of every kind and the sample
// announcements, some of them due within seconds.
//
// Failure rules. It is set up once; a data folder that has people is taken as
// it is. Nothing leaves the machine: email goes to a catcher on loopback and
// the social networks rehearse.
package demo

import (
	"context"
	_ "embed" // for demo.toml
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"clarion/demo/mailcatcher"
)

//go:embed demo.toml
var configuration string

// The addresses of the demonstration, unless flags say otherwise.
const (
	DefaultSMTP = "127.0.0.1:2525" // the catcher takes mails here
	DefaultMail = "127.0.0.1:8081" // and shows them here
)

// Secret is what stands in the file of credentials. The channels that want it
// rehearse, so it goes nowhere; it has the form that the strictest of them asks
// for.
const Secret = "whsec_dGhlIGRlbW9uc3RyYXRpb24gcmVoZWFyc2VzLCBub3RoaW5nIGxlYXZlcw==" //nolint:gosec // everybody may know it

// Config gives the demonstration's configuration file for a catcher that takes
// mails at an address, and a file that holds Secret.
func Config(smtp, secret string) ([]byte, error) {
	host, port, err := net.SplitHostPort(smtp)
	if err != nil {
		return nil, fmt.Errorf("the catcher's address %q: %w", smtp, err)
	}
	return []byte(strings.NewReplacer(`"127.0.0.1"`, `"`+host+`"`, "2525", port, "file:SECRET", "file:"+secret).Replace(configuration)), nil
}

// Mail is the running mail catcher with its pages.
type Mail struct {
	catcher *mailcatcher.Catcher
	pages   *http.Server
}

// StartMail starts the catcher on its two addresses.
func StartMail(smtp, pages string) (*Mail, error) {
	catcher, err := mailcatcher.New(smtp)
	if err != nil {
		return nil, fmt.Errorf("start the mail catcher: %w", err)
	}
	listener, err := net.Listen("tcp", pages)
	if err != nil {
		_ = catcher.Stop()
		return nil, fmt.Errorf("show caught mails on %s: %w", pages, err)
	}
	m := &Mail{catcher: catcher, pages: &http.Server{Handler: catcher.Handler(), ReadHeaderTimeout: 10 * time.Second}}
	catcher.Start()
	go func() { _ = m.pages.Serve(listener) }() // ends with Stop
	return m, nil
}

// Stop stops the catcher; what it caught is gone.
func (m *Mail) Stop(ctx context.Context) error {
	_ = m.pages.Shutdown(ctx)
	return m.catcher.Stop()
}

// Welcome prints where to look and who is who.
func Welcome(w io.Writer, base, mail, data string) {
	fmt.Fprintf(w, `
Clarion, as the press office of the Department for Rivers and Coasts

  newsroom         %[1]s/
  feeds            %[1]s/feeds/all.atom   (.rss, .json; stakeholders.atom)
  caught mails     http://%[2]s/
  health, figures  %[1]s/readyz   %[1]s/metrics

  who is who
`, base, mail)
	for _, m := range staff() {
		fmt.Fprintf(w, "    %-12s %-14s %s\n", m.name, m.fullName, m.does)
	}
	fmt.Fprintf(w, `
  everybody's password is    %[2]s
  sign in at                 %[3]s/signin

  in another terminal (with --data %[1]s where it is not ./data)
    bin/clarion login carys.morgan
    bin/clarion send list --follow
    bin/clarion message list --state in_review
    bin/clarion message show ID
    bin/clarion message approve ID --digest DIGEST
    bin/clarion freeze

Ctrl-C stops; the next start goes on from here.

`, data, Password, base)
}

// IsConfig reports whether a configuration file is the demonstration's.
func IsConfig(text []byte) bool {
	first, _, _ := strings.Cut(configuration, "\n")
	return strings.HasPrefix(string(text), first)
}
