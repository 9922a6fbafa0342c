package email

import (
	"bufio"
	"crypto/tls"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What a scripted relay can do instead of answering.
const (
	drop = "drop" // close the connection
	hang = "hang" // never answer
	half = "half" // begin a good answer and never end it
)

// relay is a scripted, unreliable SMTP server. What its script names is
// answered that way, everything else as a good relay would.
type relay struct {
	addr     string
	script   map[string]string // by command: GREET, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, DOT, RSET, NOOP
	offers   []string          // in the answer to EHLO
	offersIn []string          // the same after STARTTLS
	tls      *tls.Config
	implicit bool          // TLS from the first byte
	halfway  bool          // close within the mail, before its dot
	eager    bool          // take DATA up even without a recipient
	hung     chan struct{} // closed when the relay hangs
	stopped  chan struct{} // ends what hangs

	mu       sync.Mutex
	opened   int      // connections
	commands []string // as they came
	whole    []string // mails that came with their dot
	accepted int      // of those, answered with 2xx
}

// startRelay listens until the test ends. The script may be nil.
func startRelay(t testing.TB, script map[string]string, change ...func(*relay)) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{
		addr: l.Addr().String(), script: script, stopped: make(chan struct{}), hung: make(chan struct{}),
		offers: []string{"PIPELINING", "SIZE 30000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"},
	}
	for _, f := range change {
		f(r)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { r.serve(nc) })
		}
	})
	t.Cleanup(func() {
		close(r.stopped)
		_ = l.Close()
		wg.Wait()
	})
	return r
}

// unpipelined takes PIPELINING from a relay's offers.
func unpipelined(r *relay) {
	r.offers = slices.DeleteFunc(r.offers, func(s string) bool { return s == "PIPELINING" })
}

// talk is one connection of a relay.
type talk struct {
	*relay
	net net.Conn
	r   *bufio.Reader

	from, to bool // what the envelope has
}

func (r *relay) serve(nc net.Conn) {
	k := &talk{relay: r, net: nc, r: bufio.NewReader(nc)}
	defer func() { _ = k.net.Close() }()
	r.mu.Lock()
	r.opened++
	r.mu.Unlock()
	if r.implicit && !k.encrypt() {
		return
	}
	if !k.say("GREET", "220 relay.test ESMTP") {
		return
	}
	for {
		line, err := k.r.ReadString('\n')
		if err != nil || !k.obey(strings.TrimRight(line, "\r\n")) {
			return
		}
	}
}

func (k *talk) encrypt() bool {
	secured := tls.Server(k.net, k.tls)
	k.net, k.r = secured, bufio.NewReader(secured)
	return secured.Handshake() == nil
}

func (k *talk) obey(line string) bool {
	verb, _, _ := strings.Cut(line, " ")
	k.note(func() { k.commands = append(k.commands, line) })
	switch verb {
	case "EHLO":
		return k.say(verb, k.ehlo())
	case "STARTTLS":
		return k.say(verb, "220 2.0.0 go on") && k.encrypt()
	case "AUTH":
		return k.auth(line)
	case "MAIL":
		k.from, k.to = strings.HasPrefix(k.planned(verb, "250"), "2"), false
		return k.say(verb, "250 2.1.0 Ok")
	case "RCPT":
		usual := "250 2.1.5 Ok"
		if !k.from {
			usual = "503 5.5.1 MAIL first"
		}
		k.to = strings.HasPrefix(k.planned(verb, usual), "2")
		return k.say(verb, usual)
	case "DATA":
		usual := "354 end with a dot"
		if !k.to && !k.eager {
			usual = "554 5.5.1 no valid recipients"
		}
		return k.say(verb, usual) && (!strings.HasPrefix(k.planned(verb, usual), "354") || k.data())
	case "QUIT":
		k.say(verb, "221 2.0.0 bye")
		return false
	default:
		return k.say(verb, "250 2.0.0 Ok")
	}
}

func (k *talk) note(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
}

func (k *talk) ehlo() string {
	offers := k.offers
	if _, ok := k.net.(*tls.Conn); ok && k.offersIn != nil {
		offers = k.offersIn
	}
	lines := append([]string{"relay.test"}, offers...)
	for i, l := range lines {
		lines[i] = "250-" + l
	}
	lines[len(lines)-1] = strings.Replace(lines[len(lines)-1], "-", " ", 1)
	return strings.Join(lines, "\r\n")
}

// auth takes any credentials unless the script says otherwise. PLAIN comes
// with its whole answer, LOGIN is asked for the password.
func (k *talk) auth(line string) bool {
	if strings.HasPrefix(line, "AUTH LOGIN") {
		if !k.write("334 UGFzc3dvcmQ6") {
			return false
		}
		answer, err := k.r.ReadString('\n')
		if err != nil {
			return false
		}
		k.note(func() { k.commands = append(k.commands, strings.TrimSpace(answer)) })
	}
	return k.say("AUTH", "235 2.7.0 welcome")
}

func (k *talk) data() bool {
	var mail strings.Builder
	for {
		line, err := k.r.ReadString('\n')
		if err != nil || k.halfway {
			return false
		}
		if line == ".\r\n" {
			break
		}
		mail.WriteString(strings.TrimPrefix(line, "."))
	}
	k.note(func() { k.whole = append(k.whole, mail.String()) })
	if strings.HasPrefix(k.planned("DOT", "250"), "2") {
		k.note(func() { k.accepted++ })
	}
	return k.say("DOT", "250 2.0.0 Ok: queued as 4F1A2B3C")
}

// planned is the scripted answer, or the usual one.
func (k *talk) planned(verb, usual string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if scripted, ok := k.script[verb]; ok {
		return scripted
	}
	return usual
}

func (k *talk) say(verb, usual string) bool {
	switch answer := k.planned(verb, usual); answer {
	case drop:
		return false
	case hang, half:
		if answer == half {
			k.write(strings.Replace(usual, " ", "-", 1))
		}
		close(k.hung)
		<-k.stopped
		return false
	default:
		return k.write(answer)
	}
}

func (k *talk) write(answer string) bool {
	_, err := k.net.Write([]byte(answer + "\r\n"))
	return err == nil && !strings.HasPrefix(answer, "421")
}

// plan changes the script while the relay runs.
func (r *relay) plan(verb, answer string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer == "" {
		delete(r.script, verb)
		return
	}
	r.script[verb] = answer
}

// counts gives connections, mails with their dot, and those accepted.
func (r *relay) counts() (opened, whole, accepted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened, len(r.whole), r.accepted
}

// heard lists the commands of a verb.
func (r *relay) heard(verb string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []string
	for _, c := range r.commands {
		if strings.HasPrefix(c, verb) {
			found = append(found, c)
		}
	}
	return found
}

// mail gives the only mail that came whole.
func (r *relay) mail(t testing.TB) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.whole) != 1 {
		t.Fatalf("%d mails came, want 1", len(r.whole))
	}
	return r.whole[0]
}
