package fetch

import "syscall"

// Guard is a net.Dialer's Control that lets nothing but the public internet be
// connected to. It is for a client that must speak for itself, and whose
// addresses come from outside.
func Guard(network, address string, c syscall.RawConn) error { return guard(network, address, c) }
