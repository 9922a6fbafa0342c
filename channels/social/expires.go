package social

import (
	"time"

	"clarion/channels"
)

// Expiry reads the date from which a credential no longer holds, such as
// "2027-05-01": the instant at which that day begins in UTC. An empty date
// gives the zero time. The error is a *channels.SettingError for the key.
func Expiry(key, date string) (time.Time, error) {
	if date == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, date)
	if err != nil || at.Year() < 2000 {
		return time.Time{}, &channels.SettingError{
			Key: key, Says: "is no date", Try: `write year, month and day, such as "2027-05-01"`,
		}
	}
	return at, nil
}
