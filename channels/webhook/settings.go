package webhook

import (
	"errors"
	"fmt"

	"clarion/channels"
	"clarion/channels/receiver"
)

// settings are the channel's own keys.
type settings struct {
	URL     string            `toml:"url"`     // https; http to a loopback or private address
	Secret  channels.Secret   `toml:"secret"`  // whsec_…
	Secrets []channels.Secret `toml:"secrets"` // instead of secret, while one takes the place of another
	CAFile  string            `toml:"ca_file"` // PEM; by default the system's certificates
}

// complete reports every fault at once.
func (s *settings) complete() (receiver.Signers, error) {
	list, err := s.signers()
	if err = errors.Join(s.checkURL(), err); err != nil {
		return nil, err
	}
	return list, nil
}

func fault(key, says, try string) error {
	return &channels.SettingError{Key: key, Says: says, Try: try}
}

func (s *settings) checkURL() error {
	if says, try := receiver.CheckAddress(s.URL); says != "" {
		return fault("url", says, try)
	}
	return nil
}

func (s *settings) signers() (receiver.Signers, error) {
	switch {
	case s.Secret.IsZero() && len(s.Secrets) == 0:
		return nil, fault("secret", "there is nothing to sign with", `give it as "file:PATH" or "env:NAME"; docs/webhook.md shows how to make one`)
	case !s.Secret.IsZero() && len(s.Secrets) > 0:
		return nil, fault("secrets", "secret is given as well", "put all of them into secrets, or leave secrets out")
	case len(s.Secrets) > receiver.MaxSecrets:
		return nil, fault("secrets", fmt.Sprintf("there are %d, the limit is %d", len(s.Secrets), receiver.MaxSecrets), "leave out those that no receiver uses any more")
	case len(s.Secrets) == 0:
		return newSigners("secret", s.Secret)
	default:
		return newSigners("secrets", s.Secrets...)
	}
}
