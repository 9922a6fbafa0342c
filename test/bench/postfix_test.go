package bench

import (
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// find looks for a program of the Debian package postfix; empty if it is not
// there.
func find(name string) string {
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	return ""
}

// smtpSink starts Postfix's sink (smtp-sink(1)) and gives its address.
func smtpSink(b *testing.B, bin string) string {
	b.Helper()
	addr := freeAddress(b)
	cmd := exec.Command(bin, addr, "1000")
	if os.Getuid() == 0 {
		cmd.Args = append([]string{bin, "-u", "nobody"}, cmd.Args[1:]...)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	await(b, "smtp-sink", 10*time.Millisecond, 10*time.Second, func() bool {
		nc, err := net.Dial("tcp", addr)
		if err == nil {
			_ = nc.Close()
		}
		return err == nil
	})
	return addr
}

// smtpSource gives a baseline by Postfix's source (smtp-source(1)), which
// keeps its connections (-d).
func smtpSource(b *testing.B, bin, addr string) func() {
	return func() {
		b.Helper()
		out, err := exec.Command(bin, "-d", "-s", strconv.Itoa(connections), "-l", strconv.Itoa(mailBytes), "-m", strconv.Itoa(mailing),
			"-f", "news@bench.example.org", "-t", "reader@example.net", addr).CombinedOutput()
		if err != nil {
			b.Fatalf("smtp-source: %v\n%s", err, out)
		}
	}
}

// netSMTP gives a baseline by Go's own client, where there is no smtp-source.
func netSMTP(b *testing.B, addr string) func() {
	line := strings.Repeat("x", 78) + "\r\n"
	mail := []byte("Subject: x\r\n\r\n" + strings.Repeat(line, mailBytes/len(line)))
	return func() {
		b.Helper()
		var sending sync.WaitGroup
		faults := make([]error, connections)
		for i := range connections {
			sending.Go(func() { faults[i] = netSMTPSend(addr, mail, mailing/connections) })
		}
		sending.Wait()
		if err := errors.Join(faults...); err != nil {
			b.Fatal(err)
		}
	}
}

func netSMTPSend(addr string, mail []byte, n int) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	for range n {
		if err := netSMTPOne(c, mail); err != nil {
			return errors.Join(err, c.Close())
		}
	}
	return c.Quit()
}

func netSMTPOne(c *smtp.Client, mail []byte) error {
	if err := c.Mail("news@bench.example.org"); err != nil {
		return err
	}
	if err := c.Rcpt("reader@example.net"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(mail); err != nil {
		return fmt.Errorf("write the mail: %w", err)
	}
	return w.Close()
}

func TestNetSMTPSendsEveryMail(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	if err := netSMTPSend(s.addr, []byte("Subject: x\r\n\r\nx\r\n"), 5); err != nil {
		t.Fatal(err)
	}
	if got := s.mails.Load(); got != 5 {
		t.Errorf("the sink counted %d mails, want 5", got)
	}
}
