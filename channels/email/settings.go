package email

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"

	"clarion/channels"
)

// The ways to secure the connection.
const (
	securityStartTLS = "starttls"
	securityTLS      = "tls"
	securityNone     = "none"
)

// settings are the channel's own keys.
type settings struct {
	Host       string          `toml:"host"`
	Port       int             `toml:"port"`     // 1 to 65535; by default 587, 465 or 25, by security
	Security   string          `toml:"security"` // starttls (default), tls, or none to a loopback host
	Username   string          `toml:"username"`
	Password   channels.Secret `toml:"password"`
	From       string          `toml:"from"` // Name <address>
	ReplyTo    string          `toml:"reply_to"`
	ReturnPath string          `toml:"return_path"` // envelope sender; by default the address of from
	Helo       string          `toml:"helo"`        // by default the address literal of our end
	CAFile     string          `toml:"ca_file"`     // PEM; by default the system's certificates

	from    mail.Address
	replyTo mail.Address
}

// complete fills in the defaults and reports every fault at once.
func (s *settings) complete() error {
	return errors.Join(
		s.completeHost(), s.completeSecurity(), s.completePort(), s.checkLogin(),
		s.completeFrom(), s.completeReplyTo(), s.completeReturnPath(), s.checkHelo(),
	)
}

func fault(key, says, try string) error {
	return &channels.SettingError{Key: key, Says: says, Try: try}
}

func (s *settings) completeHost() error {
	switch {
	case s.Host == "":
		return fault("host", "the relay is missing", `name it, as "mail.example.org"`)
	case !wireWord(s.Host) || strings.Contains(s.Host, "/"):
		return fault("host", fmt.Sprintf("%q is no host name", s.Host), "write the name or address alone, without scheme and port")
	}
	return nil
}

func (s *settings) completeSecurity() error {
	switch s.Security {
	case "":
		s.Security = securityStartTLS
	case securityStartTLS, securityTLS:
	case securityNone:
		if !loopback(s.Host) {
			return fault("security", `"none" would send mails and credentials in the clear`,
				`write "starttls" or "tls"; "none" is for a relay on this machine`)
		}
	default:
		return fault("security", fmt.Sprintf("%q is unknown", s.Security), `write "starttls", "tls" or "none"`)
	}
	return nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (s *settings) completePort() error {
	if s.Port == 0 {
		s.Port = map[string]int{securityStartTLS: 587, securityTLS: 465, securityNone: 25}[s.Security]
		return nil
	}
	if s.Port < 1 || s.Port > 65535 {
		return fault("port", fmt.Sprintf("%d is no port", s.Port), "write a number from 1 to 65535")
	}
	return nil
}

func (s *settings) checkLogin() error {
	switch {
	case s.Username != "" && s.Password.IsZero():
		return fault("password", "there is a username and no password", `add it as "file:PATH" or "env:NAME"`)
	case s.Username == "" && !s.Password.IsZero():
		return fault("username", "there is a password and no username", "add the username, or leave both out")
	}
	return nil
}

func (s *settings) completeFrom() error {
	if s.From == "" {
		return fault("from", "the sender is missing", `write it as "Press Office <press@example.org>"`)
	}
	address, err := parseMailbox(s.From)
	if err != nil {
		return fault("from", err.Error(), `write it as "Press Office <press@example.org>"`)
	}
	s.from = address
	return nil
}

func (s *settings) completeReplyTo() error {
	if s.ReplyTo == "" {
		return nil
	}
	address, err := parseMailbox(s.ReplyTo)
	if err != nil {
		return fault("reply_to", err.Error(), `write it as "Press Office <press@example.org>"`)
	}
	s.replyTo = address
	return nil
}

func (s *settings) completeReturnPath() error {
	if s.ReturnPath == "" {
		s.ReturnPath = s.from.Address
		return nil
	}
	if err := checkAddress(s.ReturnPath); err != nil || !ascii(s.ReturnPath) {
		return fault("return_path", fmt.Sprintf("%q is no mail address", s.ReturnPath), `write it as "bounces@example.org"`)
	}
	return nil
}

func (s *settings) checkHelo() error {
	if s.Helo != "" && !wireWord(s.Helo) {
		return fault("helo", fmt.Sprintf("%q is no host name", s.Helo), "write this machine's full name, or leave it out")
	}
	return nil
}
