package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"clarion/channels"
)

// MaxSecrets is how many secrets may sign at once.
const MaxSecrets = 4

// settings are the channel's own keys.
type settings struct {
	URL     string            `toml:"url"`     // https; http to a loopback or private address
	Secret  channels.Secret   `toml:"secret"`  // whsec_…
	Secrets []channels.Secret `toml:"secrets"` // instead of secret, while one takes the place of another
	CAFile  string            `toml:"ca_file"` // PEM; by default the system's certificates
}

// complete reports every fault at once.
func (s *settings) complete() (signers, error) {
	list, err := s.signers()
	if err = errors.Join(s.checkURL(), err); err != nil {
		return nil, err
	}
	return list, nil
}

func fault(key, says, try string) error {
	return &channels.SettingError{Key: key, Says: says, Try: try}
}

// checkURL quotes nothing of what could hold a secret.
func (s *settings) checkURL() error {
	const try = `write it as "https://intranet.example.org/hooks/clarion"`
	if s.URL == "" {
		return fault("url", "the receiver's address is missing", try)
	}
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return fault("url", "it is no https address", try)
	case u.User != nil:
		return fault("url", "it holds a user name or password", "leave it out: the signature tells the receiver who sends")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(s.URL, "#"):
		return fault("url", "it has a query or a fragment; the address is shown to people, so that nothing secret may stand in it",
			"leave it out: the signature tells the receiver who sends")
	case u.Scheme == "http" && !within(u.Hostname()):
		return fault("url", "it would send messages in the clear", "use https; http is for a loopback or private address")
	}
	return nil
}

// within reports whether an address leads out of nobody's network.
func within(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (address.IsLoopback() || address.IsPrivate())
}

func (s *settings) signers() (signers, error) {
	switch {
	case s.Secret.IsZero() && len(s.Secrets) == 0:
		return nil, fault("secret", "there is nothing to sign with", `give it as "file:PATH" or "env:NAME"; docs/webhook.md shows how to make one`)
	case !s.Secret.IsZero() && len(s.Secrets) > 0:
		return nil, fault("secrets", "secret is given as well", "put all of them into secrets, or leave secrets out")
	case len(s.Secrets) > MaxSecrets:
		return nil, fault("secrets", fmt.Sprintf("there are %d, the limit is %d", len(s.Secrets), MaxSecrets), "leave out those that no receiver uses any more")
	case len(s.Secrets) == 0:
		return newSigners("secret", s.Secret)
	default:
		return newSigners("secrets", s.Secrets...)
	}
}
