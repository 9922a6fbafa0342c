package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/config"
)

// Exit statuses.
const (
	statusFailed = 1
	statusUsage  = 2
)

// usageError is a call that can't be meant.
type usageError struct{ says string }

func (e *usageError) Error() string { return e.says }

func misused(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// errSaid ends a command whose fault was already said.
var errSaid = errors.New("already said")

// report says what went wrong with a command, once, and gives the exit status.
func (c *cli) report(cmd *cobra.Command, err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSaid):
		return statusFailed
	}
	if misuse, ok := errors.AsType[*usageError](err); ok || !c.began {
		if ok {
			err = misuse
		}
		fmt.Fprintf(c.errs, "clarion: %s; see `%s --help`\n", plainUsage(err.Error()), cmd.CommandPath())
		return statusUsage
	}
	c.complain(err)
	return statusFailed
}

// complain says one fault.
func (c *cli) complain(err error) {
	if refusal, ok := errors.AsType[*api.Error](err); ok {
		err = refusal
	}
	if faults, ok := errors.AsType[config.Faults](err); ok {
		err = fmt.Errorf("the configuration has a fault:\n  %s", strings.ReplaceAll(faults.Error(), "\n", "\n  "))
	}
	fmt.Fprintf(c.errs, "clarion: %s\n", err)
}
