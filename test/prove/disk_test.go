//go:build prove

package prove

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The disk of these trials.
const (
	diskSize  = 48 << 20 // bytes; an undisturbed send needs less
	fillAfter = 300      // mails
	quietFor  = 3 * time.Second
)

// onSmallDisk gives a copy of the prepared office on a small disk of its own.
func (p trial) onSmallDisk(t *testing.T) trial {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT TRIED: a full disk needs root, to mount a small one")
	}
	config, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, p.bin, string(config))
	o.user, o.tokens = p.user, p.tokens
	if err := os.Mkdir(o.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", o.dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", diskSize)); err != nil {
		t.Skipf("NOT TRIED: a full disk needs a small one, which cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { // before the daemon is killed: it keeps what it has open
		if err := syscall.Unmount(o.dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", o.dir, err)
		}
	})
	p.copyTo(o)
	p.sink.reset()
	return trial{office: o, sink: p.sink, message: p.message, digest: p.digest}
}

func (o *office) ballast() string { return filepath.Join(o.dir, "ballast") }

// fill leaves no room on the disk.
func (o *office) fill() {
	o.t.Helper()
	f, err := os.Create(o.ballast())
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // the disk is full
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			o.t.Fatal(err)
		}
	}
}

func (o *office) makeRoom() {
	o.t.Helper()
	if err := os.Remove(o.ballast()); err != nil {
		o.t.Fatal(err)
	}
}

// ready gives what /readyz answers.
func (o *office) ready() int {
	resp, err := http.Get("http://" + o.listen + "/readyz")
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// fillWhileSending approves the message, fills the disk while its mails go out
// and waits until no more do.
func (p trial) fillWhileSending(t *testing.T) {
	t.Helper()
	p.approve()
	p.await("the first mails", time.Minute, func() bool { return p.sink.total() >= fillAfter })
	p.fill()
	p.await("the daemon to say that it is not ready", time.Minute, func() bool { return p.ready() == http.StatusServiceUnavailable })
	p.quiet(t)
	left := p.sink.total()
	t.Logf("the disk was filled after %d mails of %d", left, recipients)
	if left >= recipients {
		t.Fatalf("all %d mails had left before the disk was full", left)
	}
}

// quiet waits until no mail has come for a while.
func (p trial) quiet(t *testing.T) {
	t.Helper()
	total, since := p.sink.total(), time.Now()
	p.await("sending to stop", time.Minute, func() bool {
		if now := p.sink.total(); now != total {
			total, since = now, time.Now()
		}
		return time.Since(since) >= quietFor
	})
}

// wantWhole checks that everything was sent once and is known.
func (p trial) wantWhole(t *testing.T) {
	t.Helper()
	var send sendLine
	p.await("the send to end", 2*time.Minute, func() bool {
		send = objects[sendLine](t, p.run("--json", "send", "list"))[0]
		return send.State == "sent" || send.State == "unknown" || send.State == "failed"
	})
	if lost, doubled, unknown := p.judge(t, send); lost != 0 || doubled != 0 || unknown != 0 {
		t.Errorf("lost %d, doubled %d, unknown %d", lost, doubled, unknown)
	}
}

// TestFullDisk fills the disk while mails go out: sending stops, the log says
// so, and room lets it go on.
func TestFullDisk(t *testing.T) {
	p := prepare(t, build(t)).onSmallDisk(t)
	d := p.start()
	p.fillWhileSending(t)
	p.makeRoom()
	p.await("the daemon to be ready again", time.Minute, func() bool { return p.ready() == http.StatusOK })
	p.wantWhole(t)
	p.stop(d)
	for _, says := range []string{`"event":"trouble"`, "disk is full", `"event":"writable"`} {
		if !strings.Contains(d.log.String(), says) {
			t.Errorf("the log does not say %s:\n%s", says, d.log)
		}
	}
	if strings.Contains(d.log.String(), "example.net") {
		t.Error("the log holds an address of a subscriber")
	}
}

// TestKillOnFullDisk kills the daemon on a full disk; the next one, with room,
// goes on.
func TestKillOnFullDisk(t *testing.T) {
	p := prepare(t, build(t)).onSmallDisk(t)
	d := p.start()
	p.fillWhileSending(t)
	d.kill()
	p.makeRoom()
	_, unknown := p.crashed(t, "killed on a full disk")
	t.Logf("unknown %d", unknown)
}

// TestFreezeOnFullDisk presses the button on a full disk. Room alone lets
// nothing go on; two people do.
func TestFreezeOnFullDisk(t *testing.T) {
	p := prepare(t, build(t)).onSmallDisk(t)
	d := p.start()
	p.fillWhileSending(t)
	pressed := objects[struct{ Memory, File, Row bool }](t, p.run("--json", "freeze"))[0]
	if !pressed.Memory || !pressed.File { // a row may just find room
		t.Errorf("the freeze on a full disk took %+v, want memory and file", pressed)
	}
	frozen := p.sink.total()
	p.makeRoom()
	p.await("the daemon to be ready again", time.Minute, func() bool { return p.ready() == http.StatusOK })
	p.quiet(t)
	if now := p.sink.total(); now != frozen {
		t.Errorf("%d mails left while everything was frozen", now-frozen)
	}
	p.run("thaw")
	p.by("carys").run("thaw")
	p.run("message", "release", p.message)
	p.by("carys").run("message", "release", p.message)
	p.wantWhole(t)
	p.stop(d)
	if !strings.Contains(d.log.String(), `"event":"freeze"`) {
		t.Errorf("the log does not tell of the freeze:\n%s", d.log)
	}
}
