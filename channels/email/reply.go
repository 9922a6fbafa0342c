package email

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
)

// Limits of a relay's reply. RFC 5321 4.5.3.1.5 allows lines of 512 bytes;
// replies with enhanced codes and addresses are longer in practice.
const (
	maxReplyLine  = 4096 // bytes, with its end
	maxReplyLines = 100
)

// reply is a relay's answer to one command.
type reply struct {
	code int    // three digits, the first 2 to 5
	text string // the lines without their codes, parted by line ends
}

// readReply reads one reply of one or many lines (RFC 5321 4.2).
func readReply(r *bufio.Reader) (reply, error) {
	var rep reply
	for n := range maxReplyLines {
		line, err := readLine(r)
		if err != nil {
			return reply{}, err
		}
		code, text, more, err := parseLine(line)
		if err != nil {
			return reply{}, err
		}
		if n == 0 {
			rep = reply{code: code, text: text}
		} else if code != rep.code {
			return reply{}, fmt.Errorf("the relay's reply changes its code from %d to %d", rep.code, code)
		} else {
			rep.text += "\n" + text
		}
		if !more {
			return rep, nil
		}
	}
	return reply{}, fmt.Errorf("the relay's reply has more than %d lines", maxReplyLines)
}

func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("a line of the relay's reply is longer than %d bytes", maxReplyLine)
	}
	if err != nil {
		return nil, err
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// parseLine parts `250-text`. The code alone is a whole line too.
func parseLine(line []byte) (code int, text string, more bool, err error) {
	errBad := errors.New("the relay's reply has no code of three digits")
	if len(line) < 3 {
		return 0, "", false, errBad
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, "", false, errBad
		}
		code = 10*code + int(c-'0')
	}
	if code < 200 || code > 599 {
		return 0, "", false, errBad
	}
	if len(line) == 3 {
		return code, "", false, nil
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, "", false, errBad
	}
	return code, string(line[4:]), line[3] == '-', nil
}

// positive reports a 2xx reply.
func (r reply) positive() bool { return r.code/100 == 2 }

// transient reports a 4xx reply.
func (r reply) transient() bool { return r.code/100 == 4 }

// permanent reports a 5xx reply.
func (r reply) permanent() bool { return r.code/100 == 5 }

// closing reports that the relay ends the connection (RFC 5321 3.8).
func (r reply) closing() bool { return r.code == 421 }

// queueID finds the relay's own id in the answer to a mail, as the common
// relays give it; empty if there is none.
func (r reply) queueID() string {
	words := strings.Fields(r.text)
	for i, w := range words {
		if id, ok := strings.CutPrefix(w, "id="); ok { // Exim
			return trimID(id)
		}
		if w == "as" && i > 0 && words[i-1] == "queued" && i+1 < len(words) { // Postfix
			return trimID(words[i+1])
		}
	}
	if len(words) > 2 && strings.HasSuffix(r.text, " Message accepted for delivery") { // Sendmail
		return trimID(words[len(words)-5])
	}
	return ""
}

// trimID keeps what an id is made of; a word that could be an address is none.
func trimID(word string) string {
	word = strings.Trim(word, "<>().,;:")
	if len(word) > 128 || mayHoldAddress(word) || strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return word
}
