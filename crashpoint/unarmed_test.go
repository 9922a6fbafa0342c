//go:build !prove

package crashpoint_test

// armed tells that this build heeds CLARION_CRASH_AT.
const armed = false
