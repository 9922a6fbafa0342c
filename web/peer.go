package web

import (
	"context"
	"fmt"
	"net"
)

type peerKey struct{}

// socketAddress is where those come from who sign in on the machine itself and
// of whom no more is known.
const socketAddress = "socket"

// withPeer keeps which user of the machine is at the other end of a Unix
// socket, so that failed sign-ins of one make nobody else wait.
func withPeer(ctx context.Context, conn net.Conn) context.Context {
	if uid, ok := peerUser(conn); ok {
		return context.WithValue(ctx, peerKey{}, uid)
	}
	return ctx
}

// addressOf is where a request of the API comes from.
func addressOf(ctx context.Context) string {
	if from, ok := ctx.Value(remoteKey{}).(remote); ok {
		return from.address
	}
	if uid, ok := ctx.Value(peerKey{}).(uint32); ok {
		return fmt.Sprintf("%s uid %d", socketAddress, uid)
	}
	return socketAddress
}
