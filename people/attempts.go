package people

import "time"

// Limits of failed sign-ins. An account is slowed before an address: many
// people may share one.
const (
	freeAttempts    = 5 // of an account without a wait
	freeFromAddress = 20
	firstWait       = 2 * time.Second
	longestWait     = 15 * time.Minute
)

// AttemptWindow is how long a failed sign-in counts.
const AttemptWindow = 24 * time.Hour

// Attempts are the failed sign-ins of the last AttemptWindow: of one account
// since it last signed in, and from one address.
type Attempts struct {
	Account, Address         int
	LastAccount, LastAddress time.Time
}

// Wait gives how long the next sign-in must wait. It grows twofold with each
// failure, up to a quarter of an hour: nobody can lock anybody else out for
// longer than that.
func (a Attempts) Wait(now time.Time) time.Duration {
	account := a.LastAccount.Add(wait(a.Account - freeAttempts)).Sub(now)
	address := a.LastAddress.Add(wait(a.Address - freeFromAddress)).Sub(now)
	return max(account, address, 0)
}

func wait(over int) time.Duration {
	if over < 0 {
		return 0
	}
	d := firstWait
	for range over {
		if d *= 2; d >= longestWait {
			return longestWait
		}
	}
	return d
}
