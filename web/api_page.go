package web

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

// Paging is how a list is asked for, page by page. It is exported because the
// library fills no other embedded struct.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"1000" doc:"The next of the page before. Without one, the first page."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

// listPage is one page of a list.
type listPage[T any] struct {
	Link string `header:"Link" doc:"The next page (RFC 8288), as rel=\"next\"; absent on the last."`
	Body T
}

// cursorOf makes the cursor behind something of a list. It is opaque, so that
// what it is made of can change.
func cursorOf(list, last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(list + ":" + last))
}

// behind gives what a cursor of a list stands behind; empty for none.
func (p Paging) behind(list string) (string, error) {
	if p.Cursor == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	last, ours := strings.CutPrefix(string(text), list+":")
	if err != nil || !ours || last == "" {
		return "", badCursor()
	}
	return last, nil
}

// behindNumber is behind for a list that is ordered by number.
func (p Paging) behindNumber(list string) (int64, error) {
	last, err := p.behind(list)
	if err != nil || last == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n < 1 {
		return 0, badCursor()
	}
	return n, nil
}

func badCursor() *api.Error {
	e := problem(http.StatusUnprocessableEntity, "the cursor is none of this list", "give the next of the page before, or none")
	e.Problems = []api.Problem{{Field: "query.cursor", Says: "is none of this list"}}
	return e
}

type addressKey struct{}

// withAddress keeps the address of a request for the link to its next page.
func withAddress(ctx huma.Context, next func(huma.Context)) {
	next(huma.WithValue(ctx, addressKey{}, ctx.URL()))
}

// linkTo is the Link header to the page behind a cursor; empty without one.
func linkTo(ctx context.Context, cursor string) string {
	at, ok := ctx.Value(addressKey{}).(url.URL)
	if cursor == "" || !ok {
		return ""
	}
	query := at.Query()
	query.Set("cursor", cursor)
	return "<" + at.EscapedPath() + "?" + query.Encode() + `>; rel="next"`
}

// pageOf cuts a page out of a list that is read whole, in ascending order of its
// keys. What is added or removed meanwhile moves nothing else.
func pageOf[T any](p Paging, list string, all []T, key func(T) string) (page []T, next string, err error) {
	last, err := p.behind(list)
	if err != nil {
		return nil, "", err
	}
	page = []T{}
	for _, one := range all {
		switch {
		case last != "" && key(one) <= last:
		case len(page) == p.Limit:
			return page, cursorOf(list, key(page[len(page)-1])), nil
		default:
			page = append(page, one)
		}
	}
	return page, "", nil
}
