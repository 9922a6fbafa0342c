package mastodon

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/social"
)

// settings are the channel's own keys.
type settings struct {
	Server       string          `toml:"server"` // address, without a path
	Token        channels.Secret `toml:"token"`
	Account      string          `toml:"account"`       // name before the server's; empty takes what the token is for
	Visibility   string          `toml:"visibility"`    // public (default), unlisted or private
	SettleAfter  string          `toml:"settle_after"`  // duration, 1s to 1h; by default 1m
	TokenExpires string          `toml:"token_expires"` // date; empty if the token does not expire

	settle  time.Duration
	expires time.Time
}

// visibilities are who may see a post (entities/Status, visibility). Posts to
// single people are not for a press office.
func visibilities() []string { return []string{"public", "unlisted", "private"} }

// complete fills in the defaults and reports every fault at once.
func (s *settings) complete() error {
	var settle, expires error
	s.settle, settle = social.Settle("settle_after", s.SettleAfter)
	s.expires, expires = social.Expiry("token_expires", s.TokenExpires)
	return errors.Join(s.completeServer(), s.checkToken(), s.completeAccount(), s.completeVisibility(), settle, expires)
}

func fault(key, says, try string) error {
	return &channels.SettingError{Key: key, Says: says, Try: try}
}

func (s *settings) completeServer() error {
	const example = `write it as "https://mastodon.example.org"`
	if s.Server == "" {
		return fault("server", "the server is missing", example)
	}
	u, err := url.Parse(s.Server)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return fault("server", "is no web address", example)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return fault("server", "is more than a server's address", example)
	case u.Scheme == "http" && !near(u.Hostname()):
		return fault("server", "the token would go there in the clear", `write "https://"; "http://" is for servers on private addresses`)
	}
	s.Server = u.Scheme + "://" + u.Host
	return nil
}

// near reports whether a host is this machine or on a private address.
func near(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsPrivate())
}

func (s *settings) checkToken() error {
	switch token := s.Token.Reveal(); {
	case token == "":
		return fault("token", "the access token is missing", `add it as "file:PATH" or "env:NAME"`)
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fault("token", "holds a character that no access token has", "copy the token alone, without spaces")
	}
	return nil
}

func (s *settings) completeAccount() error {
	s.Account = strings.TrimPrefix(s.Account, "@")
	if s.Account != "" && !regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`).MatchString(s.Account) {
		return fault("account", "is no account's name", `write the name alone, such as "@pressoffice", without the server`)
	}
	return nil
}

func (s *settings) completeVisibility() error {
	if s.Visibility == "" {
		s.Visibility = visibilities()[0]
	}
	if !slices.Contains(visibilities(), s.Visibility) {
		return fault("visibility", fmt.Sprintf("%q is unknown", s.Visibility), `write "public", "unlisted" or "private"`)
	}
	return nil
}
