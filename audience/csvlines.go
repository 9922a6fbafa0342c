package audience

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines reads a list line by line and keeps its limits. A line over the limit
// is passed over, so that the next one is still read.
type lines struct {
	reader  *bufio.Reader
	limits  Limits
	left    int64  // bytes that may still be read
	number  int    // of the last line read, from 1
	stopped string // why the reading ended before the end
}

func newLines(r io.Reader, limits Limits) *lines {
	// Two more than the limit: one for the line break, one to see that it is passed.
	return &lines{reader: bufio.NewReaderSize(r, limits.Row+2), limits: limits, left: limits.Bytes}
}

// next gives a line without its break, and what is wrong with it as a line.
func (l *lines) next() (text, says string, ok bool) {
	raw, err := l.reader.ReadSlice('\n')
	tooLong := errors.Is(err, bufio.ErrBufferFull)
	line := trimBreak(raw)
	if l.number == 0 {
		line = bytes.TrimPrefix(line, []byte("\uFEFF"))
	}
	text = string(line) // a copy: skipping overwrites the buffer
	read := int64(len(raw))
	if tooLong {
		var skipped int64
		skipped, err = l.skip()
		read += skipped
	}
	return l.judge(text, read, tooLong, err)
}

func (l *lines) judge(text string, read int64, tooLong bool, err error) (string, string, bool) {
	if err != nil && !errors.Is(err, io.EOF) {
		l.stopped = "the list could not be read to its end: " + err.Error()
		return "", "", false
	}
	if read == 0 {
		return "", "", false
	}
	l.number++
	if l.left -= read; l.left < 0 {
		l.stopped = fmt.Sprintf("the list is longer than %d bytes; split it", l.limits.Bytes)
		return "", "", false
	}
	switch {
	case tooLong || len(text) > l.limits.Row:
		return "", fmt.Sprintf("the row is longer than %d bytes", l.limits.Row), true
	case !plain(text):
		return "", "the row is not UTF-8 text, or holds a control character; save the list as CSV UTF-8", true
	}
	return text, "", true
}

// skip passes over the rest of a line that is too long, as far as the list may
// go at all.
func (l *lines) skip() (n int64, err error) {
	for n <= l.left {
		var part []byte
		part, err = l.reader.ReadSlice('\n')
		n += int64(len(part))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n, err
		}
	}
	return n, nil
}

func trimBreak(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
