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
	idleTimeout       = 2 * time.Minute
	maxHeader         = 64 << 10 // bytes; net/http lets up to 8 KiB more through
)

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
