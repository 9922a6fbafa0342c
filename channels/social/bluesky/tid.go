package bluesky

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// A record key is a TID (atproto.com/specs/tid): 53 bits of microseconds since
// 1970 and 10 bits that tell clocks apart, in 13 characters that sort.
const (
	tidAlphabet = "234567abcdefghijklmnopqrstuvwxyz"
	tidLength   = 13
	clockBits   = 10
)

// newTID makes the key of a post. The clock's bits come from the send and the
// post, so that two made at once differ.
func newTID(at time.Time, key string, post int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", key, post))
	clock := uint64(binary.BigEndian.Uint16(sum[:])) & (1<<clockBits - 1)
	n := uint64(at.UnixMicro())<<clockBits | clock // after 1970
	var b [tidLength]byte
	for i := range b {
		b[tidLength-1-i] = tidAlphabet[n&31]
		n >>= 5
	}
	return string(b[:])
}

// tidInstant reads when a key was made.
func tidInstant(tid string) (time.Time, error) {
	if len(tid) != tidLength {
		return time.Time{}, fmt.Errorf("%q is no record key", tid)
	}
	var n uint64
	for i := range len(tid) {
		v := strings.IndexByte(tidAlphabet, tid[i])
		if v < 0 || i == 0 && v > 7 { // of the first character's bits only the last three count
			return time.Time{}, fmt.Errorf("%q is no record key", tid)
		}
		n = n<<5 | uint64(v)
	}
	return time.UnixMicro(int64(n >> clockBits)).UTC(), nil // 53 bits
}
