package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"clarion/config"
)

// healthTimeout bounds one look at a daemon's health.
const healthTimeout = 3 * time.Second

// healthCommand is for containers, which have no other program to ask with.
func (c *cli) healthCommand() *cobra.Command {
	var listen string
	cmd := c.verb("health", "Ask the daemon on this machine whether it is ready", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		server, err := c.server(listen)
		if err != nil {
			return err
		}
		address, client, err := asking(server)
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, address+"/readyz", nil)
		if err != nil {
			return fmt.Errorf("the address to ask: %w", err)
		}
		answer, err := client.Do(request)
		if err != nil {
			return fmt.Errorf("ask the daemon: %w; if it listens elsewhere, give --listen", err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("the daemon is not ready (%s)", answer.Status)
		}
		return c.result(map[string]bool{"ready": true}, "ready")
	})
	cmd.Flags().StringVar(&listen, "listen", "", "address that the daemon listens on (CLARION_LISTEN; default the configuration's); with a configuration that can't be read, asked in plain http")
	return cmd
}

// server is where the daemon listens, by the configuration. A flag needs none.
func (c *cli) server(listen string) (config.Server, error) {
	cfg, err := c.loadConfig(listenOn(listen)...)
	switch {
	case err == nil:
		return cfg.Server, nil
	case listen != "":
		return config.Server{Listen: listen}, nil
	default:
		return config.Server{}, fmt.Errorf("%w\n  or give --listen as the daemon has it", err)
	}
}

// asking gives the address to ask at, and with what.
func asking(server config.Server) (address string, client *http.Client, err error) {
	host, port, err := net.SplitHostPort(server.Listen)
	if err != nil {
		return "", nil, fmt.Errorf("the address to ask: %w; give --listen as the daemon has it", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	client = &http.Client{Timeout: healthTimeout}
	if server.TLSCert == "" {
		return "http://" + net.JoinHostPort(host, port), client, nil
	}
	own, err := certificate(server.TLSCert)
	if err != nil {
		return "", nil, err
	}
	client.Transport = &http.Transport{TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS12,
		// The certificate is for the public name and may be signed by anybody;
		// what counts is that it is the configured one.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection is stricter
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 || !bytes.Equal(state.PeerCertificates[0].Raw, own.Raw) {
				return fmt.Errorf("its certificate is not the one in %s; restart the daemon if the file is newer", server.TLSCert)
			}
			return nil
		},
	}}
	return "https://" + net.JoinHostPort(host, port), client, nil
}

// certificate reads the first certificate of a PEM file.
func certificate(file string) (*x509.Certificate, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the configuration names the file
	if err != nil {
		return nil, fmt.Errorf("read the TLS certificate: %w", err)
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read the TLS certificate %s: %w", file, err)
		}
		return c, nil
	}
	return nil, errors.New("there is no certificate in " + file + "; check server.tls_cert")
}
