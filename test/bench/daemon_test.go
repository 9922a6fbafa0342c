package bench

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"clarion/client"
	"clarion/daemon"
)

// process is one running daemon.
type process struct {
	b     *testing.B
	cmd   *exec.Cmd
	begun time.Time     // right before exec
	ready time.Duration // from there to the first 200 of /readyz
	done  chan struct{}
	err   error // of the end; read it after done
	log   bytes.Buffer
}

// start starts the daemon and waits until it is ready.
func (o *office) start() *process {
	o.b.Helper()
	o.listen = freeAddress(o.b)
	p := &process{b: o.b, done: make(chan struct{})}
	p.cmd = exec.Command(o.bin, "--data", o.dir, "--config", o.config, "serve", "--listen", o.listen)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		o.b.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	o.b.Cleanup(p.kill)
	o.awaitReady(p)
	return p
}

func (o *office) awaitReady(p *process) {
	o.b.Helper()
	web := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	await(o.b, "the daemon to be ready", 2*time.Millisecond, time.Minute, func() bool {
		select {
		case <-p.done:
			o.b.Fatalf("the daemon ended before it was ready: %v\n%s", p.err, p.log.Bytes())
		default:
		}
		resp, err := web.Get("http://" + o.listen + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	p.ready = time.Since(p.begun)
}

// kill ends the daemon as a dead machine would.
func (p *process) kill() {
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err == nil || errors.Is(err, os.ErrProcessDone) {
		<-p.done
	}
}

// stop ends the daemon as an operator would; it must exit with 0.
func (p *process) stop() {
	p.b.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.done
	if p.err != nil {
		p.b.Fatalf("stop: %v\n%s", p.err, p.log.Bytes())
	}
}

func (p *process) usage() usage {
	p.b.Helper()
	u, err := usageOf(p.cmd.Process.Pid)
	if err != nil {
		p.b.Fatal(err)
	}
	return u
}

// api speaks to the office's daemon.
func (o *office) api(as string) *client.Client {
	return client.Socket(filepath.Join(o.dir, daemon.SocketName)).With(o.tokens[as])
}
