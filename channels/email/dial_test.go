package email

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clarion/channels"
)

// certificate makes a self-signed one and the file that a client trusts it by.
func certificate(t *testing.T, names []string, until time.Time) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay.test"},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, file
}

// secure makes a relay that speaks TLS, and settings that trust it.
func secure(t *testing.T, security string, change ...func(*relay)) (*relay, settings) {
	t.Helper()
	config, file := certificate(t, []string{"127.0.0.1"}, time.Now().Add(time.Hour))
	r := startRelay(t, map[string]string{}, append([]func(*relay){func(r *relay) {
		r.tls, r.implicit = config, security == securityTLS
		r.offersIn = []string{"PIPELINING", "AUTH LOGIN PLAIN"}
		if security == securityStartTLS {
			r.offers = []string{"STARTTLS"}
		}
	}}, change...)...)
	set := base(r.addr)
	set.Security, set.CAFile = security, file
	return r, set
}

func TestEncrypted(t *testing.T) {
	t.Parallel()
	for _, security := range []string{securityStartTLS, securityTLS} {
		r, set := secure(t, security)
		set.Username, set.Password = "press", channels.NewSecret("sesame")
		ch := open(t, set)
		if _, err := ch.Publish(deadline(t), delivery(rendered(t, ch, plain()), "ada@example.com")); err != nil {
			t.Fatalf("%s: %v", security, err)
		}
		if !strings.Contains(r.mail(t), "Subject: Bridge opens") {
			t.Errorf("%s: the mail is %q", security, r.mail(t))
		}
		want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00press\x00sesame"))
		if got := r.heard("AUTH"); len(got) != 1 || got[0] != want {
			t.Errorf("%s: signed in with %q", security, got)
		}
		if _, err := ch.Check(deadline(t)); err != nil {
			t.Errorf("%s: check: %v", security, err)
		}
		if len(r.heard("NOOP")) != 1 || len(r.heard("QUIT")) != 2 {
			t.Errorf("%s: check said %q", security, r.commands)
		}
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	r, set := secure(t, securityTLS, func(r *relay) { r.offersIn = []string{"AUTH LOGIN"} })
	set.Username, set.Password = "press", channels.NewSecret("sesame")
	if _, err := open(t, set).Check(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if got := r.heard("c2VzYW1l"); len(got) != 1 {
		t.Errorf("the password was not sent: %q", r.commands)
	}
}

// TestUntrusted: a certificate that does not hold means that nothing is sent
// and somebody must look.
func TestUntrusted(t *testing.T) {
	t.Parallel()
	other, _ := certificate(t, []string{"127.0.0.1"}, time.Now().Add(time.Hour))
	cases := map[string]func(t *testing.T) (*tls.Config, string){
		"expired": func(t *testing.T) (*tls.Config, string) {
			return certificate(t, []string{"127.0.0.1"}, time.Now().Add(-time.Hour))
		},
		"other name": func(t *testing.T) (*tls.Config, string) {
			return certificate(t, []string{"mail.example.org"}, time.Now().Add(time.Hour))
		},
		"unknown authority": func(t *testing.T) (*tls.Config, string) {
			_, file := certificate(t, []string{"127.0.0.1"}, time.Now().Add(time.Hour))
			return other, file
		},
	}
	for name, make := range cases {
		for _, security := range []string{securityStartTLS, securityTLS} {
			config, file := make(t)
			r, set := secure(t, security, func(r *relay) { r.tls = config })
			set.CAFile = file
			_, err := open(t, set).Connect(deadline(t))
			if got := channels.AsError(err); got == nil || got.Class != channels.Unavailable {
				t.Errorf("%s, %s: got %v, want unavailable", name, security, err)
			}
			if len(r.heard("AUTH"))+len(r.heard("MAIL")) != 0 {
				t.Errorf("%s, %s: went on with %q", name, security, r.commands)
			}
		}
	}
}

// TestConnectClasses is the table of what can go wrong before a delivery.
func TestConnectClasses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		verb, answer string
		class        channels.Class
	}{
		{"GREET", "421 4.3.2 busy", channels.Temporary},
		{"GREET", "554 5.3.2 no service", channels.Temporary},
		{"GREET", "nonsense", channels.Temporary},
		{"GREET", drop, channels.Temporary},
		{"EHLO", "421 4.3.2 busy", channels.Temporary},
		{"EHLO", "502 5.5.1 what", channels.Unavailable},
		{"EHLO", drop, channels.Temporary},
		{"STARTTLS", "454 4.7.0 not now", channels.Temporary},
		{"STARTTLS", "220 go\r\n250 injected", channels.Temporary},
		{"STARTTLS", drop, channels.Temporary},
		{"AUTH", "535 5.7.8 wrong", channels.Unavailable},
		{"AUTH", "534 5.7.9 too weak", channels.Unavailable},
		{"AUTH", "535 5.7.8 no: AUTH PLAIN AHByZXNzAHNlc2FtZQ==, that is sesame or c2VzYW1l", channels.Unavailable},
		{"AUTH", "454 4.7.0 later", channels.Temporary},
		{"AUTH", "334 ", channels.Temporary},
		{"AUTH", drop, channels.Temporary},
	}
	for _, c := range cases {
		t.Run(c.verb+" "+c.answer, func(t *testing.T) {
			t.Parallel()
			r, set := secure(t, securityStartTLS)
			r.plan(c.verb, c.answer)
			set.Username, set.Password = "press", channels.NewSecret("sesame")
			ch := open(t, set)
			begun := false
			d := delivery(rendered(t, ch, plain()), "ada@example.com")
			d.Begin = func() error { begun = true; return nil }
			_, err := ch.Publish(deadline(t), d)
			if got := channels.AsError(err); got == nil || got.Class != c.class {
				t.Errorf("got %v, want %s", err, c.class)
			}
			if begun || len(r.heard("MAIL")) != 0 {
				t.Error("a delivery began")
			}
			if strings.Contains(err.Error(), "sesame") || strings.Contains(err.Error(), "AHByZXNz") || strings.Contains(err.Error(), "c2VzYW1l") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestNotEncryptable(t *testing.T) {
	t.Parallel()
	r, set := secure(t, securityStartTLS, func(r *relay) { r.offers = []string{"AUTH PLAIN"} })
	set.Username, set.Password = "press", channels.NewSecret("sesame")
	if _, err := open(t, set).Check(deadline(t)); channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("no STARTTLS: got %v, want unavailable", err)
	}
	if len(r.heard("AUTH")) != 0 {
		t.Error("the password was sent in the clear")
	}
	set.CAFile = filepath.Join(t.TempDir(), "none.pem")
	if _, err := open(t, set).Check(deadline(t)); channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("no file: got %v, want unavailable", err)
	}
	if err := os.WriteFile(set.CAFile, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, set).Check(deadline(t)); channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("no PEM: got %v, want unavailable", err)
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if _, err := open(t, base(l.Addr().String())).Check(deadline(t)); channels.AsError(err).Class != channels.Temporary {
		t.Errorf("got %v, want temporary", err)
	}
}

func TestNoMechanism(t *testing.T) {
	t.Parallel()
	_, set := secure(t, securityTLS, func(r *relay) { r.offersIn = []string{"AUTH CRAM-MD5"} })
	set.Username, set.Password = "press", channels.NewSecret("sesame")
	if _, err := open(t, set).Check(deadline(t)); channels.AsError(err).Class != channels.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
}

func TestHeloByAddress(t *testing.T) {
	t.Parallel()
	for addr, want := range map[net.Addr]string{
		&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}:            "[192.0.2.1]",
		&net.TCPAddr{IP: net.ParseIP("2001:db8::1")}:        "[IPv6:2001:db8::1]",
		&net.UnixAddr{Name: "/run/relay.sock", Net: "unix"}: "localhost",
	} {
		if got := literal(addr); got != want {
			t.Errorf("%v: %s, want %s", addr, got, want)
		}
	}
}
