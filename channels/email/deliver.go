package email

import (
	"context"
	"fmt"
	"strconv"

	"clarion/channels"
)

// envelope is one mail on its way: one sender, one recipient.
type envelope struct {
	from, to string
	letter   letter
}

// deliver carries one envelope to the relay's answer.
func (c *conn) deliver(ctx context.Context, e envelope, begin func() error) (channels.Receipt, error) {
	if err := c.fits(e); err != nil {
		return channels.Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.NotBegun, Reason: "the time for the delivery was over", Err: err}
	}
	defer c.watch(ctx)()
	if err := begin(); err != nil {
		return channels.Receipt{}, err
	}
	if err := c.start(e); err != nil {
		return channels.Receipt{}, err
	}
	return c.finish(ctx, e)
}

// fits checks what the relay announced, before anything is written.
func (c *conn) fits(e envelope) error {
	if limit := c.ext.maxSize; limit > 0 && e.letter.size > limit {
		return &channels.Error{
			Class:  channels.Permanent,
			Reason: fmt.Sprintf("the mail has %d bytes, the relay takes at most %d", e.letter.size, limit),
		}
	}
	if !ascii(e.to) && !c.ext.utf8 {
		return &channels.Error{
			Class:  channels.Permanent,
			Reason: "the address is not ASCII and the relay does not offer SMTPUTF8",
		}
	}
	return nil
}

// start has sender and recipient accepted. With PIPELINING the commands leave
// in one write (RFC 2920 3.1). A relay that goes on after a refusal is out of
// step, and could take an empty mail: its connection is closed before any dot.
func (c *conn) start(e envelope) error {
	if c.ext.pipelining {
		for p := phaseMail; p <= phaseData; p++ {
			c.writeCommand(p, e)
		}
	}
	var refusal *channels.Error
	for p := phaseMail; p <= phaseData; p++ {
		r, err := c.step(p, e)
		if refusal == nil {
			refusal = judge(p, r, err, e.to)
		}
		if refusal != nil && !r.transient() && !r.permanent() {
			c.broken = true
		}
		if c.broken || refusal != nil && !c.ext.pipelining {
			break
		}
	}
	if refusal == nil {
		return nil
	}
	c.reset()
	return refusal
}

// judge gives nil for the answer hoped for.
func judge(p phase, r reply, err error, to string) *channels.Error {
	switch {
	case err != nil:
		return lost(p, err)
	case !taken(p, r):
		return refused(p, r, to)
	default:
		return nil
	}
}

// step reads the answer to one command, which a relay without PIPELINING is
// sent only now.
func (c *conn) step(p phase, e envelope) (reply, error) {
	if !c.ext.pipelining {
		c.writeCommand(p, e)
	}
	if p == phaseMail || !c.ext.pipelining {
		if err := c.w.Flush(); err != nil {
			c.broken = true
			return reply{}, err
		}
	}
	return c.answer()
}

func taken(p phase, r reply) bool {
	if p == phaseData {
		return r.code == 354
	}
	return r.positive()
}

func (c *conn) writeCommand(p phase, e envelope) {
	switch p {
	case phaseMail:
		c.write("MAIL FROM:<", e.from, ">", c.parameters(e))
	case phaseRcpt:
		c.write("RCPT TO:<", e.to, ">")
	default:
		c.write("DATA")
	}
}

// parameters tells the relay the size, and what an address beyond ASCII needs
// (RFC 6531 3.4). Everything else is sent in seven bits.
func (c *conn) parameters(e envelope) string {
	p := ""
	if c.ext.size {
		p = " SIZE=" + strconv.FormatInt(e.letter.size, 10)
	}
	if !ascii(e.to) {
		p += " SMTPUTF8"
		if c.ext.eightBit {
			p += " BODY=8BITMIME"
		}
	}
	return p
}

// finish writes the mail and its final dot, and reads the answer. The last
// look at ctx comes before the dot: after it nothing can be taken back.
func (c *conn) finish(ctx context.Context, e envelope) (channels.Receipt, error) {
	err := e.letter.writeTo(c.w)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.broken = true
		return channels.Receipt{}, lost(phaseData, err)
	}
	r, err := c.cmd(".")
	switch {
	case err != nil:
		return channels.Receipt{}, lost(phaseDot, err)
	case !r.positive():
		c.afterDot(r)
		return channels.Receipt{}, refused(phaseDot, r, e.to)
	}
	return channels.Receipt{RemoteID: r.queueID(), Detail: r.scrub(e.to)}, nil
}

// afterDot gives up a connection whose relay answered out of turn.
func (c *conn) afterDot(r reply) {
	if !r.transient() && !r.permanent() {
		c.broken = true
	}
}
