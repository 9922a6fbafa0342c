package email

import (
	"bufio"
	"context"
	"net"
	"strconv"
	"strings"
	"time"
)

// Bounds of a connection.
const (
	maxStep    = 10 * time.Minute // of one delivery where the context has no end (RFC 5321 4.5.3.2.6)
	quitWait   = time.Second      // for a goodbye
	writeBytes = 64 << 10         // collected before a write
)

// conn is one SMTP connection. After broken it carries nothing more.
type conn struct {
	net    net.Conn
	r      *bufio.Reader
	w      *bufio.Writer
	ext    extensions
	used   time.Time // when it last answered
	broken bool
	// told is what the relay was told in confidence, in every form that it
	// could say back.
	told []string
}

// use takes over a transport: the plain one, or its TLS layer.
func (c *conn) use(nc net.Conn) {
	c.net = nc
	c.r = bufio.NewReaderSize(nc, maxReplyLine)
	c.w = bufio.NewWriterSize(nc, writeBytes)
}

// watch bounds what follows by ctx, until its answer is called. A connection
// that outlived ctx is broken.
func (c *conn) watch(ctx context.Context) (done func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(maxStep)
	}
	_ = c.net.SetDeadline(deadline) // fails only on a closed connection, as the next write then does
	nc := c.net
	stop := context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if !stop() {
			c.broken = true
		}
	}
}

// cmd writes one command and reads its reply.
func (c *conn) cmd(line ...string) (reply, error) {
	c.write(line...)
	if err := c.w.Flush(); err != nil {
		c.broken = true
		return reply{}, err
	}
	return c.answer()
}

// write collects one command; a failure shows when it is flushed.
func (c *conn) write(line ...string) {
	for _, s := range line {
		_, _ = c.w.WriteString(s) // bufio.Writer keeps the error for Flush
	}
	_, _ = c.w.WriteString("\r\n")
}

// answer reads one reply. A connection that gave none, or that the relay
// closes, is broken.
func (c *conn) answer() (reply, error) {
	r, err := readReply(c.r)
	if err != nil {
		c.broken = true
		return reply{}, err
	}
	if r.closing() {
		c.broken = true
	}
	c.used = time.Now()
	r.text = hide(r.text, c.told)
	return r, nil
}

// alive asks for a sign of life.
func (c *conn) alive(ctx context.Context) bool {
	defer c.watch(ctx)()
	r, err := c.cmd("NOOP")
	return err == nil && r.positive() && !c.broken
}

// reset puts an envelope aside, so that the connection can carry another.
func (c *conn) reset() {
	if c.broken {
		return
	}
	if r, err := c.cmd("RSET"); err != nil || !r.positive() {
		c.broken = true
	}
}

// quit says goodbye if anybody listens, and closes.
func (c *conn) quit() {
	if !c.broken {
		_ = c.net.SetDeadline(time.Now().Add(quitWait))
		_, _ = c.cmd("QUIT")
	}
	c.broken = true
	_ = c.net.Close()
}

// extensions are what a relay offered in its answer to EHLO.
type extensions struct {
	pipelining bool  // RFC 2920
	startTLS   bool  // RFC 3207
	eightBit   bool  // RFC 6152
	utf8       bool  // RFC 6531
	size       bool  // RFC 1870
	maxSize    int64 // bytes; 0 means that the relay names no limit
	auth       []string
}

func parseExtensions(r reply) extensions {
	var e extensions
	_, rest, _ := strings.Cut(r.text, "\n") // the first line is the relay's name
	for line := range strings.SplitSeq(rest, "\n") {
		words := strings.Fields(strings.ToUpper(line))
		if len(words) > 0 {
			e.add(words[0], words[1:])
		}
	}
	return e
}

func (e *extensions) add(keyword string, args []string) {
	switch keyword {
	case "PIPELINING":
		e.pipelining = true
	case "STARTTLS":
		e.startTLS = true
	case "8BITMIME":
		e.eightBit = true
	case "SMTPUTF8":
		e.utf8 = true
	case "AUTH":
		e.auth = args
	case "SIZE":
		e.size = true
		if len(args) > 0 {
			e.maxSize, _ = strconv.ParseInt(args[0], 10, 64) // 0, no limit, if it is no number
		}
	}
}
