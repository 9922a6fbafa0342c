// Package crashpoint names the moments of the send path at which a crash is
// worth trying. In a normal build Here does nothing; built with the tag
// `prove` it ends the process with SIGKILL where CLARION_CRASH_AT says, so that
// what a dead machine leaves behind can be shown.
package crashpoint

// Point is a named moment.
type Point string

// The points, in the order of a send's life.
const (
	Claimed   Point = "claimed"   // the lease is durable: of a local channel's send, for any other claim opens its attempt
	Opened    Point = "opened"    // the attempt is durable, nothing has left; a local channel's is settled with it
	Begun     Point = "begun"     // right before the first byte
	Answered  Point = "answered"  // the destination answered, nothing is recorded
	Settled   Point = "settled"   // the outcome is durable
	Commit    Point = "commit"    // a transaction is whole and not committed
	Committed Point = "committed" // a transaction is committed and nobody told
)

// Points lists them all.
func Points() []Point {
	return []Point{Claimed, Opened, Begun, Answered, Settled, Commit, Committed}
}
