package web

import (
	"net"

	"golang.org/x/sys/unix"
)

// peerUser asks the kernel which user of the machine is at the other end of a
// Unix socket (unix(7), SO_PEERCRED); false of any other connection.
func peerUser(conn net.Conn) (uid uint32, ok bool) {
	local, isUnix := conn.(*net.UnixConn)
	if !isUnix {
		return 0, false
	}
	raw, err := local.SyscallConn()
	if err != nil {
		return 0, false
	}
	var credentials *unix.Ucred
	asked := raw.Control(func(fd uintptr) {
		credentials, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if asked != nil || err != nil {
		return 0, false
	}
	return credentials.Uid, true
}
