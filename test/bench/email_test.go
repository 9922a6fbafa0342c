package bench

import (
	"strings"
	"testing"
	"time"

	"clarion/api"
)

// mailBytes is the size of a mail, headers and both parts together.
const mailBytes = 10_240

// BenchmarkEmail sends mailings of 20,000 over ten connections to a sink on
// this machine, by the built binary and by a baseline in turns: from the
// approval to the outcome of the last recipient.
func BenchmarkEmail(b *testing.B) {
	bin := build(b)
	sinkBin, sourceBin := find("smtp-sink"), find("smtp-source")
	b.Run("smtp-sink", func(b *testing.B) {
		if sinkBin == "" || sourceBin == "" {
			b.Skip("SKIPPED: smtp-sink and smtp-source are not there; install the package postfix to measure beside them")
		}
		addr := smtpSink(b, sinkBin)
		m := newMailing(b, bin, addr)
		m.beside("smtp-source", smtpSource(b, sourceBin, addr))
	})
	b.Run("go-sink", func(b *testing.B) {
		s := newSink(b)
		name, baseline := "smtp-source", smtpSource(b, sourceBin, s.addr)
		if sourceBin == "" {
			name, baseline = "net-smtp", netSMTP(b, s.addr)
		}
		m := newMailing(b, bin, s.addr)
		m.sink = s
		m.beside(name, baseline)
	})
}

// mailer is a daemon with subscribers.
type mailer struct {
	*office
	*process
	sink *sink // nil if it can't be asked
	b    *testing.B
}

func newMailing(b *testing.B, bin, relay string) *mailer {
	b.Helper()
	o := newOffice(b, bin, relay)
	o.subscribe(mailing)
	return &mailer{office: o, process: o.start(), b: b}
}

// mails are what was measured of some mailings.
type mails struct {
	n    int
	took time.Duration
	used usage // of CPU
}

func (m *mails) add(took time.Duration, before, after usage) {
	m.n += mailing
	m.took += took
	m.used.user += after.user - before.user
	m.used.system += after.system - before.system
}

func (m *mails) rate() float64 { return float64(m.n) / m.took.Seconds() }

// beside measures mailings by turns with a baseline that sends as many. The
// same mailings in rehearsal, which do everything but speak SMTP, show what
// the record of every attempt costs.
func (m *mailer) beside(name string, baseline func()) {
	m.b.Helper()
	var live, dry mails
	var theirs time.Duration
	for m.b.Loop() {
		for range 2 {
			message := m.office.submit("readers", "when approved", mailText())
			m.counted(&live, message.ID, func() error {
				_, err := m.api("carys").Approve(m.b.Context(), message.ID, message.Digest)
				return err
			})
			theirs += timed(baseline)
			m.counted(&dry, message.ID, func() error {
				_, err := m.api("ada").Rehearse(m.b.Context(), message.ID)
				return err
			})
		}
	}
	base := float64(live.n) / theirs.Seconds()
	m.b.ReportMetric(live.rate(), "mails/s")
	m.b.ReportMetric(base, name+"-mails/s")
	m.b.ReportMetric(live.rate()/base, "ratio")
	m.b.ReportMetric(dry.rate(), "rehearsed/s")
	perMail := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(live.n) }
	m.b.ReportMetric(perMail(live.used.user), "user-µs/mail")
	m.b.ReportMetric(perMail(live.used.system), "system-µs/mail")
	m.b.ReportMetric(perMail(dry.used.user), "rehearsed-user-µs/mail")
	m.b.ReportMetric(perMail(dry.used.system), "rehearsed-system-µs/mail")
	m.b.ReportMetric(0, "ns/op")
	m.process.stop()
}

// counted begins a mailing and waits until nothing of it moves any more. Every
// recipient must have been served.
func (m *mailer) counted(into *mails, message string, begin func() error) {
	m.b.Helper()
	before, served := m.usage(), m.sinkMails()
	begun := time.Now()
	if err := begin(); err != nil {
		m.b.Fatal(err)
	}
	var send api.Send
	await(m.b, "the mailing", 200*time.Millisecond, 2*time.Minute, func() bool {
		page, err := m.api("ada").Sends(m.b.Context(), api.SendFilter{Message: message, Limit: 1}) // the newest run
		if err != nil {
			m.b.Fatal(err)
		}
		if len(page.Sends) == 0 {
			return false
		}
		send = page.Sends[0]
		return !send.SentAt.IsZero()
	})
	into.add(send.SentAt.Sub(begun), before, m.usage()) // however late we asked
	if send.Tally["sent"]+send.Tally["rehearsed"] != mailing {
		m.b.Fatalf("of %d recipients the send counts %v", mailing, send.Tally)
	}
	if m.sink != nil && send.Run == 0 {
		m.checkSink(served)
	}
}

func (m *mailer) sinkMails() int64 {
	if m.sink == nil {
		return 0
	}
	return m.sink.mails.Load()
}

func (m *mailer) checkSink(before int64) {
	m.b.Helper()
	if got := m.sink.mails.Load() - before; got != mailing {
		m.b.Fatalf("the sink counted %d mails, want %d", got, mailing)
	}
	m.b.ReportMetric(float64(m.sink.bytes.Load())/float64(m.sink.mails.Load()), "B/mail")
}

// mailText makes a mail of about mailBytes: the text stands in it twice, as
// text and as HTML.
func mailText() string {
	const markup = 2_100 // headers, parts, footers
	return strings.Repeat(paragraph+"\n\n", (mailBytes-markup)/(2*len(paragraph)+11))
}
