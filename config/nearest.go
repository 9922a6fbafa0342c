package config

// nearest gives the candidate that differs least from name, if it is near
// enough to be what was meant: about a third of it changed at most.
func nearest(name string, candidates []string) (string, bool) {
	best, least := "", 1+max(1, (len(name)+1)/3)
	for _, c := range candidates {
		if far := len(c)-len(name) >= least || len(name)-len(c) >= least; far {
			continue
		}
		if d := distance(name, c); d < least {
			best, least = c, d
		}
	}
	return best, best != ""
}

// distance counts the bytes to insert, delete or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
