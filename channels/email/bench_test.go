package email

import (
	"bufio"
	"bytes"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
)

// sink is a relay that counts mails and keeps none. It answers what arrived
// together with one write, as relays with PIPELINING do.
type sink struct {
	addr  string
	mails atomic.Int64
}

func newSink(t testing.TB) *sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &sink{addr: l.Addr().String()}
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(nc)
		}
	}()
	return s
}

func (s *sink) serve(nc net.Conn) {
	defer func() { _ = nc.Close() }()
	r, w := bufio.NewReaderSize(nc, 16<<10), bufio.NewWriter(nc)
	_, _ = w.WriteString("220 sink\r\n")
	for {
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
		line, err := r.ReadSlice('\n')
		if err != nil || !s.answer(line, r, w) {
			return
		}
	}
}

func (s *sink) answer(line []byte, r *bufio.Reader, w *bufio.Writer) bool {
	switch {
	case bytes.HasPrefix(line, []byte("EHLO")):
		_, _ = w.WriteString("250-sink\r\n250-PIPELINING\r\n250-SIZE 0\r\n250 8BITMIME\r\n")
	case bytes.HasPrefix(line, []byte("DATA")):
		_, _ = w.WriteString("354 go on\r\n")
		if w.Flush() != nil {
			return false
		}
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return false
			}
			if len(line) == 3 && line[0] == '.' {
				break
			}
		}
		s.mails.Add(1)
		_, _ = w.WriteString("250 2.0.0 Ok: queued as 4F1A2B3C\r\n")
	case bytes.HasPrefix(line, []byte("QUIT")):
		_, _ = w.WriteString("221 bye\r\n")
		_ = w.Flush()
		return false
	default:
		_, _ = w.WriteString("250 2.1.0 Ok\r\n")
	}
	return true
}

const connections = 10

// BenchmarkRelay sends b.N mails of 10 KB over ten connections, by this package
// and by net/smtp, to one sink in one run. net/smtp sends one mail made before.
func BenchmarkRelay(b *testing.B) {
	s := newSink(b)
	ch := open(b, base(s.addr))
	post := plain()
	post.Body = strings.Repeat("The bridge over the river is open to everyone from today on.\n\n", 74)
	r := rendered(b, ch, post)
	doc, _ := r.Document(document)
	mail, err := doc.Fill(values("ada@example.com"))
	if err != nil {
		b.Fatal(err)
	}
	d := delivery(r, "ada@example.com")
	// Both go one after the other in small turns, so that neither gains by what
	// else the machine does.
	ours, theirs := time.Duration(0), time.Duration(0)
	a, z := openOurs(b, ch, d), openTheirs(b, s.addr, mail)
	b.ResetTimer()
	for left := b.N; left > 0; left -= 2000 {
		n := min(left, 2000)
		ours += inParallel(b, n, a)
		theirs += inParallel(b, n, z)
	}
	b.StopTimer()
	if got := s.mails.Load(); got < int64(2*b.N) {
		b.Fatalf("the sink counted %d mails of %d", got, 2*b.N)
	}
	b.ReportMetric(float64(b.N)/ours.Seconds(), "mails/s")
	b.ReportMetric(float64(b.N)/theirs.Seconds(), "net/smtp-mails/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(float64(len(mail)), "B/mail")
}

// openOurs gives one sender a connection.
func openOurs(b *testing.B, ch *Channel, d channels.Delivery) []func() error {
	var send []func() error
	for range connections {
		session, ctx := connect(b, ch), b.Context()
		send = append(send, func() error { _, err := session.Publish(ctx, d); return err })
	}
	return send
}

func openTheirs(b *testing.B, addr string, mail []byte) []func() error {
	var send []func() error
	for range connections {
		c, err := smtp.Dial(addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		send = append(send, func() error { return theirs(c, mail) })
	}
	return send
}

func theirs(c *smtp.Client, mail []byte) error {
	if err := c.Mail("bounces@example.org"); err != nil {
		return err
	}
	if err := c.Rcpt("ada@example.com"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(mail); err != nil {
		return err
	}
	return w.Close()
}

// inParallel sends n mails over all connections and gives the time it took.
func inParallel(b *testing.B, n int, send []func() error) time.Duration {
	var next atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for _, f := range send {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// BenchmarkLetter is the work for one recipient without the network.
func BenchmarkLetter(b *testing.B) {
	ch := open(b, base("127.0.0.1:25"))
	post := plain()
	post.Body = strings.Repeat("The bridge over the river is open to everyone from today on.\n\n", 74)
	d := delivery(rendered(b, ch, post), "ada@example.com")
	s := &session{channel: ch}
	w := bufio.NewWriterSize(bytes.NewBuffer(make([]byte, 0, 1<<20)), writeBytes)
	b.ReportAllocs()
	for b.Loop() {
		l, err := s.letter(d)
		if err != nil {
			b.Fatal(err)
		}
		w.Reset(discard{})
		if err := l.writeTo(w); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
