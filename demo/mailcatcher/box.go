package mailcatcher

import (
	"slices"
	"sync"
	"time"
)

// box keeps the last mails, bounded in number and bytes.
type box struct {
	maxMails, maxBytes int

	mu    sync.Mutex
	next  int    // id of the next mail, from 1
	bytes int    // of all sources
	mails []mail // oldest first; ids are without gaps
}

func newBox(maxMails, maxBytes int) *box {
	return &box{maxMails: maxMails, maxBytes: maxBytes, next: 1}
}

func (b *box) put(from string, to []string, source []byte) {
	m := newMail(from, to, source, time.Now())
	b.mu.Lock()
	defer b.mu.Unlock()
	m.ID = b.next
	b.next++
	b.mails = append(b.mails, m)
	b.bytes += m.Size
	for len(b.mails) > b.maxMails || b.bytes > b.maxBytes {
		b.bytes -= b.mails[0].Size
		b.mails[0] = mail{} // so that its source can go before the slice does
		b.mails = b.mails[1:]
	}
}

func (b *box) get(id int) (mail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.mails) == 0 || id < b.mails[0].ID || id >= b.next {
		return mail{}, false
	}
	return b.mails[id-b.mails[0].ID], true
}

// before lists up to n mails with ids below one, newest first; 0 means all
// ids.
func (b *box) before(id, n int) []mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	end := len(b.mails)
	if end > 0 && id > 0 {
		end = max(0, min(end, id-b.mails[0].ID))
	}
	found := slices.Clone(b.mails[max(0, end-n):end])
	slices.Reverse(found)
	return found
}

func (b *box) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.mails)
}
