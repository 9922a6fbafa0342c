package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"time"

	"clarion/api"
	"clarion/client"
)

// askEvery is how often is asked whether a browser confirmed a sign-in.
const askEvery = 2 * time.Second

// loginByBrowser waits until somebody confirms in a browser that the command
// line may go on as them.
func (c *cli) loginByBrowser(ctx context.Context) error {
	return c.asNobody(ctx, func(o *client.Client) error {
		wait, err := o.BeginBrowser(ctx, machine())
		if err != nil {
			return err
		}
		fmt.Fprintf(c.errs, "Open this in a browser, and see that it shows the code %s:\n%s\n", wait.Code, wait.Address)
		in, err := collect(ctx, o, wait)
		if err != nil {
			return err
		}
		return c.begun(in)
	})
}

func collect(ctx context.Context, o *client.Client, wait api.BrowserWait) (api.SignedIn, error) {
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for {
		in, err := o.CollectBrowser(ctx, wait)
		if err != nil || !in.Waiting {
			return in, err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return in, ctx.Err()
		}
	}
}

// machine is what asks, as far as it can be told.
func machine() string {
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	u, err := user.Current()
	if err != nil {
		return "the command line on " + host
	}
	return fmt.Sprintf("the command line of %s on %s", u.Username, host)
}
