package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// On a Unix socket each user of the machine is an address of their own.
func TestAddressOfASocketsPeer(t *testing.T) {
	t.Parallel()
	for network, want := range map[string]string{"unix": fmt.Sprintf("socket uid %d", os.Getuid()), "tcp": "socket"} {
		at := "127.0.0.1:0"
		if network == "unix" {
			at = filepath.Join(t.TempDir(), "s")
		}
		listener, err := net.Listen(network, at)
		if err != nil {
			t.Fatal(err)
		}
		server := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, addressOf(r.Context())) }))
		done := make(chan error, 1)
		go func() { done <- server.Serve(listener) }()
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, listener.Addr().String())
		}}}
		resp, err := client.Get("http://clarion/")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || string(got) != want {
			t.Errorf("over %s: %q, %v, want %q", network, got, err, want)
		}
		_ = server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}
}
