package x

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"clarion/channels"
)

// Bounds and defaults of the settings.
const (
	defaultAPI    = "https://api.x.com"
	minSettle     = time.Second
	defaultSettle = time.Minute
	maxSettle     = time.Hour
)

// settings are the channel's own keys: its account, and the credentials for
// either OAuth 1.0a or OAuth 2.0.
type settings struct {
	API    string `toml:"api"`    // scheme and host
	Handle string `toml:"handle"` // without the @

	ConsumerKey    channels.Secret `toml:"consumer_key"`
	ConsumerSecret channels.Secret `toml:"consumer_secret"`
	AccessToken    channels.Secret `toml:"access_token"`
	AccessSecret   channels.Secret `toml:"access_secret"`

	ClientID     string          `toml:"client_id"`
	ClientSecret channels.Secret `toml:"client_secret"` // of a confidential client
	RefreshToken channels.Secret `toml:"refresh_token"` // to begin with; renewed ones are in the vault

	PricePost   price         `toml:"price_post"`
	PriceLink   price         `toml:"price_link"`
	SettleAfter time.Duration `toml:"settle_after"` // from an attempt to when it must show, 1s to 1h
}

func fault(key, says, try string) error {
	return &channels.SettingError{Key: key, Says: says, Try: try}
}

// check reports every fault at once.
func (s *settings) check() error {
	return errors.Join(s.checkAPI(), s.checkHandle(), s.checkCredentials(), s.checkSettle())
}

func (s *settings) checkAPI() error {
	const try = `write one such as "https://api.x.com"; http is for loopback and private addresses`
	u, err := url.Parse(s.API)
	if err != nil || u.Hostname() == "" || s.API != u.Scheme+"://"+u.Host {
		return fault("api", "is not an address of scheme and host alone", try)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !nearby(u.Hostname())) {
		return fault("api", "would send credentials in the clear", try)
	}
	return nil
}

// nearby reports whether a host is on this machine or a private network.
func nearby(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (address.IsLoopback() || address.IsPrivate())
}

func (s *settings) checkHandle() error {
	switch {
	case s.Handle == "":
		return fault("handle", "the account is missing", `name it, as "ExamplePress"`)
	case !isHandle(s.Handle):
		return fault("handle", "is no account of X", "write 1 to 15 letters, digits and underscores, without the @")
	}
	return nil
}

// checkCredentials wants all of one way to sign in, and nothing of the other.
func (s *settings) checkCredentials() error {
	first := map[string]bool{
		"consumer_key": !s.ConsumerKey.IsZero(), "consumer_secret": !s.ConsumerSecret.IsZero(),
		"access_token": !s.AccessToken.IsZero(), "access_secret": !s.AccessSecret.IsZero(),
	}
	second := map[string]bool{"client_id": s.ClientID != "", "refresh_token": !s.RefreshToken.IsZero()}
	any1, any2 := some(first), some(second) || !s.ClientSecret.IsZero()
	switch {
	case any1 && any2:
		return fault("client_id", "there are credentials for OAuth 1.0a and for OAuth 2.0", "keep one kind and remove the other")
	case any2:
		return missing(second, "client_id", "refresh_token")
	case any1:
		return missing(first, "consumer_key", "consumer_secret", "access_token", "access_secret")
	}
	return fault("consumer_key", "there are no credentials",
		"add consumer_key, consumer_secret, access_token and access_secret, or client_id and refresh_token")
}

func some(given map[string]bool) bool {
	for _, is := range given {
		if is {
			return true
		}
	}
	return false
}

func missing(given map[string]bool, keys ...string) error {
	var faults []error
	for _, key := range keys {
		if !given[key] {
			faults = append(faults, fault(key, "is missing", "add it; X shows it in its developer console"))
		}
	}
	return errors.Join(faults...)
}

func (s *settings) checkSettle() error {
	if s.SettleAfter < minSettle || s.SettleAfter > maxSettle {
		return fault("settle_after", fmt.Sprintf("%s is out of range", s.SettleAfter), fmt.Sprintf("choose %s to %s", minSettle, maxSettle))
	}
	return nil
}

// secrets are all that X could repeat and nobody may read.
func (s *settings) secrets() []string {
	return []string{
		s.ConsumerKey.Reveal(), s.ConsumerSecret.Reveal(), s.AccessToken.Reveal(), s.AccessSecret.Reveal(),
		s.ClientSecret.Reveal(), s.RefreshToken.Reveal(),
	}
}

// price is an amount in millionths of the account's currency, written as a
// decimal.
type price int64

// UnmarshalText reads up to six digits before the point and six behind it.
func (p *price) UnmarshalText(text []byte) error {
	const try = `write it as "0.015", with at most six digits on each side of the point`
	whole, part, point := strings.Cut(string(text), ".")
	if len(whole) < 1 || len(whole) > 6 || len(part) > 6 || point && part == "" {
		return errors.New("is no price; " + try)
	}
	var amount int64
	for _, r := range whole + part + strings.Repeat("0", 6-len(part)) {
		if r < '0' || r > '9' {
			return errors.New("is no price; " + try)
		}
		amount = amount*10 + int64(r-'0')
	}
	*p = price(amount)
	return nil
}

// MarshalText writes the decimal.
func (p price) MarshalText() ([]byte, error) {
	return []byte(fmt.Sprintf("%d.%06d", p/1e6, p%1e6)), nil
}

// isHandle knows a handle by its form in X's OpenAPI document.
func isHandle(s string) bool { return regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`).MatchString(s) }
