package main

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout bounds one look at a daemon's health.
const healthTimeout = 3 * time.Second

// healthCommand is for containers, which have no other program to ask with.
func (c *cli) healthCommand() *cobra.Command {
	var listen string
	cmd := c.verb("health", "Ask the daemon on this machine whether it is ready", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		host, port, err := net.SplitHostPort(setting(listen, "CLARION_LISTEN", "127.0.0.1:8080"))
		if err != nil {
			return fmt.Errorf("the address to ask: %w; give --listen as the daemon has it", err)
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		request, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
		if err != nil {
			return fmt.Errorf("the address to ask: %w", err)
		}
		answer, err := (&http.Client{Timeout: healthTimeout}).Do(request)
		if err != nil {
			return fmt.Errorf("ask the daemon: %w", err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("the daemon is not ready (%s)", answer.Status)
		}
		return c.result(map[string]bool{"ready": true}, "ready")
	})
	cmd.Flags().StringVar(&listen, "listen", "", "address that the daemon listens on (CLARION_LISTEN; default 127.0.0.1:8080)")
	return cmd
}
