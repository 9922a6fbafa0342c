package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"slices"

	"github.com/emersion/go-sasl"

	"clarion/channels"
)

// dial gives a connection that is greeted, encrypted and authenticated.
func dial(ctx context.Context, s *settings) (*conn, error) {
	tlsConfig, err := s.tls()
	if err != nil {
		return nil, err
	}
	nc, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.relay())
	if err != nil {
		return nil, unreached("the relay could not be reached", err)
	}
	c := &conn{}
	c.use(nc)
	done := c.watch(ctx)
	err = c.open(s, tlsConfig)
	done()
	if c.broken && err == nil {
		err = unreached("there was no time left to connect to the relay", context.Cause(ctx))
	}
	if err != nil {
		_ = nc.Close()
		return nil, err
	}
	return c, nil
}

func unreached(reason string, err error) error {
	return &channels.Error{Class: channels.Temporary, Reason: reason, Err: err}
}

func unusable(reason string, err error) error {
	return &channels.Error{Class: channels.Unavailable, Reason: reason, Err: err}
}

func (c *conn) open(s *settings, config *tls.Config) error {
	if s.Security == securityTLS {
		if err := c.encrypt(config); err != nil {
			return err
		}
	}
	if err := c.greeting(); err != nil {
		return err
	}
	if err := c.hello(s.Helo); err != nil {
		return err
	}
	if s.Security == securityStartTLS {
		if err := c.startTLS(s.Helo, config); err != nil {
			return err
		}
	}
	if s.Username == "" {
		return nil
	}
	return c.authenticate(s.Username, s.Password)
}

// tls makes the rules by which the relay's certificate is judged.
func (s *settings) tls() (*tls.Config, error) {
	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.CAFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, unusable("the file of ca_file cannot be read", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, unusable("the file of ca_file holds no certificate in PEM form", nil)
	}
	return config, nil
}

func (c *conn) encrypt(config *tls.Config) error {
	secured := tls.Client(c.net, config)
	err := secured.Handshake() // bounded by the deadline of the connection
	switch {
	case untrusted(err):
		return unusable("the relay's certificate does not hold", err)
	case err != nil:
		return unreached("the connection to the relay could not be encrypted", err)
	}
	c.use(secured)
	return nil
}

func (c *conn) greeting() error {
	r, err := c.answer()
	if err != nil {
		return unreached("the relay did not greet", err)
	}
	if !r.positive() {
		return unreached("the relay turned us away: "+r.scrub(""), nil)
	}
	return nil
}

// hello introduces us, by name or as an address literal (RFC 5321 4.1.4), and
// learns what the relay offers.
func (c *conn) hello(name string) error {
	if name == "" {
		name = literal(c.net.LocalAddr())
	}
	r, err := c.cmd("EHLO ", name)
	switch {
	case err != nil:
		return unreached("the relay did not answer EHLO", err)
	case r.permanent():
		return unusable("the relay refused EHLO: "+r.scrub(""), nil)
	case !r.positive():
		return unreached("the relay refused EHLO: "+r.scrub(""), nil)
	}
	c.ext = parseExtensions(r)
	return nil
}

func literal(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return "localhost"
	}
	if v4 := tcp.IP.To4(); v4 != nil {
		return "[" + v4.String() + "]"
	}
	return "[IPv6:" + tcp.IP.String() + "]"
}

// startTLS encrypts the connection, and forgets whatever came before. Bytes
// that follow the relay's answer in the clear are refused: they would be read
// as if they had been encrypted.
func (c *conn) startTLS(helo string, config *tls.Config) error {
	if !c.ext.startTLS {
		return unusable(`the relay offers no STARTTLS; check host and port, or set security to "tls"`, nil)
	}
	r, err := c.cmd("STARTTLS")
	switch {
	case err != nil:
		return unreached("the relay did not answer STARTTLS", err)
	case !r.positive():
		return unreached("the relay refused STARTTLS: "+r.scrub(""), nil)
	case c.r.Buffered() > 0:
		return unreached("the relay wrote more in the clear after it agreed to encrypt", nil)
	}
	if err := c.encrypt(config); err != nil {
		return err
	}
	return c.hello(helo)
}

func (c *conn) authenticate(username string, password channels.Secret) error {
	var client sasl.Client
	switch {
	case slices.Contains(c.ext.auth, sasl.Plain):
		client = sasl.NewPlainClient("", username, password.Reveal())
	case slices.Contains(c.ext.auth, sasl.Login):
		client = sasl.NewLoginClient(username, password.Reveal())
	default:
		return unusable("the relay offers neither AUTH PLAIN nor AUTH LOGIN", nil)
	}
	c.told = confidences(username, password)
	r, err := c.converse(client)
	switch {
	case err != nil:
		return unreached("the relay did not finish the sign-in", err)
	case r.permanent():
		return unusable("the relay refused the username or password: "+r.scrub(username), nil)
	case !r.positive():
		return unreached("the relay could not check the password now: "+r.scrub(username), nil)
	}
	return nil
}

// maxChallenges is more than PLAIN and LOGIN need.
const maxChallenges = 4

// converse carries a SASL exchange (RFC 4954 4).
func (c *conn) converse(client sasl.Client) (reply, error) {
	mechanism, initial, err := client.Start()
	if err != nil {
		return reply{}, err
	}
	command := "AUTH " + mechanism
	if initial != nil {
		command += " " + encode(initial)
	}
	for range maxChallenges {
		r, err := c.cmd(command)
		if err != nil || r.code != 334 {
			return r, err
		}
		response, err := respond(client, r.text)
		if err != nil {
			return reply{}, err
		}
		command = encode(response)
	}
	return reply{}, errors.New("the relay asks again and again")
}
