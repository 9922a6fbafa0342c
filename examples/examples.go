// Package examples holds the sample announcements, templates and lists of
// subscribers, so that the demonstration office can be built into the binary.
package examples

import "embed"

//go:embed announcements
var announcements embed.FS

// Announcements gives the samples by path: announcements/NAME.
func Announcements() embed.FS { return announcements }

//go:embed templates
var templates embed.FS

// Templates gives the sample templates by path: templates/NAME.
func Templates() embed.FS { return templates }
