package client

import (
	"net/url"
	"strconv"

	"clarion/api"
)

// nextPage asks for the page behind a cursor, the first without one.
func nextPage(cursor string) url.Values {
	q := url.Values{"limit": {strconv.Itoa(api.MaxPage)}}
	put(q, "cursor", cursor)
	return q
}

// whole gathers every page of a list.
func whole[T any](get func(cursor string) (page T, next string, err error), add func(all *T, page T)) (T, error) {
	all, next, err := get("")
	add(&all, *new(T)) // it has no next
	for err == nil && next != "" {
		var page T
		if page, next, err = get(next); err == nil {
			add(&all, page)
		}
	}
	return all, err
}
