package xtext

import (
	"strings"
	"testing"
)

// BenchmarkCount counts the texts that take longest: in the second each
// character may begin a domain.
func BenchmarkCount(b *testing.B) {
	c := New()
	for name, text := range map[string]string{
		"words":   strings.Repeat("The library opens. ", 100),
		"Chinese": strings.Repeat("图书馆", 700) + ".",
		"domains": strings.Repeat("a.b.c.d-", 250),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.Count(text)
			}
		})
	}
}
