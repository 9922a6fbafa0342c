//go:build prove

package office_test

const interleavings = 10_000
