package bench

import (
	"bufio"
	"bytes"
	"net"
	"net/smtp"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sink is a relay that keeps no mail. It answers together what arrived
// together, as relays with PIPELINING do. From a number of mails on it leaves
// them unanswered, where it is told to.
type sink struct {
	addr   string
	mails  atomic.Int64
	bytes  atomic.Int64
	limit  atomic.Int64  // mails that are answered; 0: all
	silent atomic.Int64  // mails that came whole and were left unanswered
	closed chan struct{} // ends the silence
}

func newSink(t testing.TB) *sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{addr: l.Addr().String(), closed: make(chan struct{})}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(nc)
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		close(s.closed)
		serving.Wait()
	})
	return s
}

// talk is one connection.
type talk struct {
	*sink
	r *bufio.Reader
	w *bufio.Writer
}

func (s *sink) serve(nc net.Conn) {
	defer func() { _ = nc.Close() }()
	t := talk{sink: s, r: bufio.NewReaderSize(nc, 64<<10), w: bufio.NewWriter(nc)}
	t.say("220 sink")
	for {
		if t.r.Buffered() == 0 && t.w.Flush() != nil {
			return
		}
		line, err := t.r.ReadSlice('\n')
		if err != nil || !t.answer(line) {
			return
		}
	}
}

func (t talk) say(line string) { _, _ = t.w.WriteString(line + "\r\n") } // bufio.Writer keeps the error for Flush

func (t talk) answer(line []byte) (goOn bool) {
	switch verb := string(bytes.ToUpper(line[:min(4, len(line))])); verb {
	case "EHLO":
		t.say("250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
	case "DATA":
		return t.data()
	case "QUIT":
		t.say("221 bye")
		_ = t.w.Flush()
		return false
	default:
		t.say("250 2.0.0 Ok")
	}
	return true
}

func (t talk) data() bool {
	t.say("354 go on")
	if t.w.Flush() != nil {
		return false
	}
	n, ok := t.body()
	if !ok {
		return false
	}
	if limit := t.limit.Load(); limit > 0 && t.mails.Load() >= limit {
		t.silent.Add(1)
		<-t.closed
		return false
	}
	t.mails.Add(1)
	t.bytes.Add(n)
	t.say("250 2.0.0 Ok: queued as 4F1A2B3C")
	return true
}

// body reads up to the final dot and gives how many bytes came before it.
func (t talk) body() (n int64, ok bool) {
	for {
		line, err := t.r.ReadSlice('\n')
		if err != nil {
			return n, false
		}
		if len(line) == 3 && line[0] == '.' && line[1] == '\r' {
			return n, true
		}
		n += int64(len(line))
	}
}

func TestSinkCountsMails(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	for range 3 {
		if err := smtp.SendMail(s.addr, nil, "a@example.org", []string{"b@example.net"}, []byte("Subject: x\r\n\r\n.\r\nend\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.mails.Load(); got != 3 {
		t.Errorf("counted %d mails, want 3", got)
	}
	const wire = int64(len("Subject: x\r\n\r\n..\r\nend\r\n"))
	if got := s.bytes.Load(); got != 3*wire {
		t.Errorf("counted %d bytes, want %d", got, 3*wire)
	}
}

func TestSinkFallsSilent(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	s.limit.Store(1)
	send := func() error {
		return smtp.SendMail(s.addr, nil, "a@example.org", []string{"b@example.net"}, []byte("Subject: x\r\n\r\n"))
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	nc, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	if _, err := nc.Write([]byte("EHLO x\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n")); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(nc)
	for range 7 { // greeting, three lines of EHLO, MAIL, RCPT, DATA
		if _, err := r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := nc.Write([]byte("x\r\n.\r\nNOOP\r\n")); err != nil {
		t.Fatal(err)
	}
	answered := make(chan struct{})
	go func() {
		_, _ = r.ReadString('\n')
		close(answered)
	}()
	await(t, "the sink to fall silent", time.Millisecond, 10*time.Second, func() bool {
		select {
		case <-answered:
			t.Fatal("a mail beyond the limit was answered")
		default:
		}
		return s.silent.Load() == 1
	})
	if got := s.mails.Load(); got != 1 {
		t.Errorf("counted %d mails, want 1", got)
	}
}
