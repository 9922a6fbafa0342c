package bluesky

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/language"

	"clarion/channels"
	"clarion/channels/social"
)

// bskySocial is the server that most accounts sign in at. It hands each of them
// to one of its hosts.
const (
	bskySocial = "https://bsky.social"
	bskyHosts  = ".host.bsky.network"
)

// maxLanguages is how many languages a post may name, by the lexicon.
const maxLanguages = 3

// settings are the channel's own keys.
type settings struct {
	Service     string          `toml:"service"`      // default https://bsky.social
	Identifier  string          `toml:"identifier"`   // the account's handle or DID
	AppPassword channels.Secret `toml:"app_password"` // made in the app, not the account's own
	SettleAfter string          `toml:"settle_after"` // 1s to 1h, default 1m
	Languages   []string        `toml:"languages"`    // BCP 47, default: the message's

	settleAfter time.Duration
}

func readSettings(s channels.Settings) (settings, error) {
	set := settings{Service: bskySocial, SettleAfter: "1m"}
	return set, errors.Join(s.Decode(&set), set.complete())
}

// complete reports every fault at once.
func (s *settings) complete() error {
	return errors.Join(s.completeService(), s.checkIdentifier(), s.checkPassword(), s.completeSettle(), s.checkLanguages())
}

func fault(key, says, try string) error {
	return &channels.SettingError{Key: key, Says: says, Try: try}
}

func (s *settings) completeService() error {
	s.Service = strings.TrimSuffix(s.Service, "/")
	u, err := url.Parse(s.Service)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "":
		return fault("service", fmt.Sprintf("%q is no server's address", s.Service), `write scheme and host, as "https://bsky.social"`)
	case u.Scheme == "https" || u.Scheme == "http" && private(u.Hostname()):
		return nil
	default:
		return fault("service", "the password would travel in the clear", `write "https://"; "http://" is for a server on this machine or network`)
	}
}

func private(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip.IsLoopback() || ip.IsPrivate()
}

func (s *settings) checkIdentifier() error {
	if isHandle(s.Identifier) || isDID(s.Identifier) {
		return nil
	}
	says := fmt.Sprintf("%q is neither a handle nor a DID", s.Identifier)
	if s.Identifier == "" {
		says = "the account is missing"
	}
	return fault("identifier", says, `write the handle without @, as "office.example.org"`)
}

func (s *settings) checkPassword() error {
	if s.AppPassword.IsZero() {
		return fault("app_password", "the app password is missing",
			`make one in the app (Settings, Privacy and security, App passwords) and add it as "file:PATH" or "env:NAME"`)
	}
	return nil
}

func (s *settings) completeSettle() error {
	d, err := social.Settle("settle_after", s.SettleAfter)
	s.settleAfter = d
	return err
}

func (s *settings) checkLanguages() error {
	if len(s.Languages) > maxLanguages {
		return fault("languages", fmt.Sprintf("%d are named, a post has at most %d", len(s.Languages), maxLanguages), "leave some out")
	}
	for _, tag := range s.Languages {
		if _, err := language.Parse(tag); err != nil {
			return fault("languages", fmt.Sprintf("%q is no language", tag), `write BCP 47 tags, as ["en-GB", "cy"]`)
		}
	}
	return nil
}

// The longest names by the protocol (atproto.com/specs/handle and /did).
const (
	maxHandle = 253
	maxDID    = 2048
)

// isHandle reports whether a name has the form of a handle.
func isHandle(name string) bool {
	labels := strings.Split(name, ".")
	last := labels[len(labels)-1]
	if len(name) > maxHandle || len(labels) < 2 || last == "" || last[0] >= '0' && last[0] <= '9' {
		return false
	}
	label := regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	for _, l := range labels {
		if !label.MatchString(l) {
			return false
		}
	}
	return true
}

// isDID reports whether an id has the form of a decentralised identifier.
func isDID(id string) bool {
	form := regexp.MustCompile(`^did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]$`)
	return len(id) <= maxDID && form.MatchString(id)
}
