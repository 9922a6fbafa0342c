// Package examples holds the sample announcements and lists of subscribers, so
// that the demonstration office can be built into the binary.
package examples

import "embed"

//go:embed announcements
var announcements embed.FS

// Announcements gives the samples by path: announcements/NAME.
func Announcements() embed.FS { return announcements }
