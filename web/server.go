package web

import (
	"crypto/tls"
	"net/http"
	"time"
)

// Bounds of a connection.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 60 * time.Second
	writeTimeout      = 5 * time.Minute // the largest asset, 10 MiB, at 35 kB a second
	idleTimeout       = time.Minute
	maxHeader         = 64 << 10 // bytes; net/http lets up to 8 KiB more through
)

// MaxConnections bounds the connections that anyone may hold open at once, and
// with maxHeader the memory that they take: some 300 MB at worst. More wait
// until one ends. Who needs a bound for each address has it from a proxy.
const MaxConnections = 2_000

// NewServer makes the HTTP server of a face that anyone reaches.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ConnContext:       withPeer,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12},
	}
}
