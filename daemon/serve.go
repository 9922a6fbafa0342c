package daemon

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"
	"golang.org/x/net/netutil"

	"clarion/web"
)

// SocketName is the API's socket in the data folder.
const SocketName = "clarion.sock"

// maxSocketPath is how long the path of a Unix socket may be, in bytes (unix(7)
// on Linux, less the closing zero).
const maxSocketPath = 107

// SocketPath gives the path of a data folder's socket, or why there can be
// none.
func SocketPath(dir string) (string, error) {
	path := filepath.Join(dir, SocketName)
	if len(path) > maxSocketPath {
		return "", fmt.Errorf("the socket's path %s has %d bytes, the system allows %d; choose a data folder with a shorter path", path, len(path), maxSocketPath)
	}
	return path, nil
}

// serveSocket serves the API to this machine's user alone.
func (d *Daemon) serveSocket(api *web.API) error {
	path, err := SocketPath(d.options.Dir)
	if err != nil {
		return err
	}
	// A socket that is there is a dead predecessor's: the folder is ours.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the old socket: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(fmt.Errorf("restrict %s: %w", path, err), listener.Close())
	}
	d.serve("socket", web.NewServer(api), listener)
	return nil
}

// newAPI makes the API that the socket and the public server share.
func (d *Daemon) newAPI() *web.API {
	return web.NewAPI(web.APISettings{
		Office: d.office, Accounts: d.accounts, Sessions: d.sessions, Version: d.options.Version, Fault: d.observer.Fault,
		Reload: d.answerReload, PerMinute: d.options.Config.Server.APIPerMinute, Burst: d.options.Config.Server.APIBurst,
	})
}

// servePublic serves the newsroom, the API, health and figures over TCP.
func (d *Daemon) servePublic(api *web.API) error {
	c := d.options.Config.Server
	pages := d.withSignIn(web.NewMux(d.public, d.isReady, promhttp.HandlerFor(d.registry, promhttp.HandlerOpts{})))
	server := web.NewServer(web.Shield(c.BaseURL, web.WithAPI(api.Remote(c.TrustedProxies), pages)))
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	listener = netutil.LimitListener(listener, web.MaxConnections)
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return errors.Join(fmt.Errorf("load the TLS certificate: %w", err), listener.Close())
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	}
	d.serve("public pages", server, listener)
	return nil
}

func (d *Daemon) isReady() error { return d.ready.check(time.Now()) }

// serverLog takes what net/http says of connections into the log.
type serverLog struct {
	log  zerolog.Logger
	name string
}

func (l serverLog) Write(b []byte) (int, error) {
	level := zerolog.WarnLevel
	if bytes.Contains(b, []byte("TLS handshake error")) { // anybody can make any number of them
		level = zerolog.DebugLevel
	}
	l.log.WithLevel(level).Str("event", "http").Str("server", l.name).Msg(strings.TrimSpace(string(b)))
	return len(b), nil
}

// serve runs a server until it is closed; one that dies is reported.
func (d *Daemon) serve(name string, server *http.Server, listener net.Listener) {
	server.ErrorLog = stdlog.New(serverLog{d.log, name}, "", 0)
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			d.failed <- fmt.Errorf("serve the %s: %w", name, err)
		}
	}()
	d.onClose(name, func(ctx context.Context) error {
		err := server.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		<-served // a server that had not begun closes its listener only now
		return err
	})
}
