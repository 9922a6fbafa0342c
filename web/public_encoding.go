package web

import (
	"strconv"
	"strings"
)

// acceptsGzip reads Accept-Encoding (RFC 9110 12.5.3): gzip is chosen if it is
// acceptable and the plain form is not preferred.
func acceptsGzip(fields []string) bool {
	const unset = -1.0
	zipped, plain, other := unset, unset, unset
	for coding := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			zipped = max(zipped, weight(parameters))
		case "identity":
			plain = max(plain, weight(parameters))
		case "*":
			other = max(other, weight(parameters))
		}
	}
	if zipped == unset {
		zipped = other
	}
	return zipped > 0 && zipped >= plain
}

// weight reads a coding's parameters: "q=0.5", or nothing for 1. What is no
// weight counts as 0, so that the plain form is sent.
func weight(parameters string) float64 {
	parameters = strings.TrimSpace(parameters)
	if parameters == "" {
		return 1
	}
	name, value, _ := strings.Cut(parameters, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !strings.EqualFold(strings.TrimSpace(name), "q") || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}
