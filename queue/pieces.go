package queue

// atFault is after how many failures in a row not the pieces but the store is
// taken to be at fault.
const atFault = 3

// inPieces does all at once or, where that fails, one by one, so that one that
// can't be written does not keep the others. It gives what is left to be done,
// what was not tried first.
func inPieces[T any](all []T, do func([]T) error, trouble func(error)) (left []T) {
	err := do(all)
	if err == nil {
		return nil
	}
	trouble(err)
	if len(all) == 1 {
		return all
	}
	failed, inRow := []T(nil), 0
	for i := range all {
		if inRow == atFault {
			return append(all[i:len(all):len(all)], failed...)
		}
		inRow++
		if do(all[i:i+1]) != nil {
			failed = append(failed, all[i])
		} else {
			inRow = 0
		}
	}
	return failed
}
