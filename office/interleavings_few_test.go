//go:build !prove

package office_test

// interleavings is how many messages are raced for; `make prove` takes 10,000.
const interleavings = 200
