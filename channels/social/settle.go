package social

import (
	"fmt"
	"time"

	"clarion/channels"
)

// Bounds and default of how long a destination is given to show a post before
// its absence counts.
const (
	MinSettle     = time.Second
	DefaultSettle = time.Minute
	MaxSettle     = time.Hour
)

// Settle reads such a time: empty is the default. The error is a
// *channels.SettingError for the key.
func Settle(key, value string) (time.Duration, error) {
	if value == "" {
		return DefaultSettle, nil
	}
	d, err := time.ParseDuration(value)
	if err != nil {
		return 0, &channels.SettingError{Key: key, Says: "is not a duration", Try: `write one such as "30s" or "5m"`}
	}
	if d < MinSettle || d > MaxSettle {
		return 0, &channels.SettingError{
			Key: key, Says: fmt.Sprintf("%s is out of range", d), Try: fmt.Sprintf("choose %s to %s", MinSettle, MaxSettle),
		}
	}
	return d, nil
}
