package main

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/config"
)

// TestHealthAsksByTheConfiguredCertificate asks a server with TLS whose
// certificate nobody signed.
func TestHealthAsksByTheConfiguredCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "cert.pem")
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	// Another type of block before it is passed over.
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PARAMETERS", Bytes: []byte{1}}), own...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	listen := strings.TrimPrefix(server.URL, "https://")
	ask := func() error {
		address, client, err := asking(config.Server{Listen: listen, TLSCert: file})
		if err != nil {
			return err
		}
		answer, err := client.Get(address + "/readyz")
		if err != nil {
			return err
		}
		return answer.Body.Close()
	}
	if err := ask(); err != nil {
		t.Errorf("the configured certificate is refused: %v", err)
	}
	der := bytes.Clone(server.Certificate().Raw)
	der[len(der)-1]++ // in the signature
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err == nil || !strings.Contains(err.Error(), "its certificate is not the one in") {
		t.Errorf("another certificate gives %v", err)
	}
	if err := os.WriteFile(file, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err == nil || !strings.Contains(err.Error(), "there is no certificate in") {
		t.Errorf("no certificate gives %v", err)
	}
}

func TestHealthAddress(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		":8080": "http://127.0.0.1:8080", "0.0.0.0:80": "http://127.0.0.1:80", "[::]:80": "http://127.0.0.1:80", "[::1]:80": "http://[::1]:80", "news:1": "http://news:1",
	} {
		if got, _, err := asking(config.Server{Listen: listen}); err != nil || got != want {
			t.Errorf("%s is asked at %s, %v, want %s", listen, got, err, want)
		}
	}
	if _, _, err := asking(config.Server{Listen: "8080"}); err == nil {
		t.Error("an address without a port passed")
	}
}
