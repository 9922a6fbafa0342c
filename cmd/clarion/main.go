// Command clarion is Clarion's daemon and its command line.
//
// Failure rules. What goes wrong is said once on the standard error, as
// "clarion: what happened; what to do". Exit status 0 means that all was done,
// 1 that something was refused or failed, 2 that the command was called
// wrongly. A verb that changes anything speaks to the daemon, or owns the data
// folder for as long as it runs, or does nothing.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones are the same on every machine

	"github.com/rs/zerolog"
)

func main() {
	zerolog.TimeFieldFormat = "2006-01-02T15:04:05.000Z07:00" // the library has no other way
	zerolog.TimestampFunc = func() time.Time { return time.Now().UTC() }
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run runs one command and gives its exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	c := &cli{in: in, out: tame{out}, errs: tame{errs}}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(tame{errs})
	cmd, err := root.ExecuteContextC(ctx)
	return c.report(cmd, err)
}
