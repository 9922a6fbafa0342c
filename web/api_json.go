package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"clarion/api"
)

// maxDepth is how deep a body may be nested; ours need 4.
const maxDepth = 32

// withJSON refuses bodies that different readers would understand differently:
// duplicated keys, bytes that are not UTF-8, more than one value, nesting without
// end.
func (a *API) withJSON(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil || !isJSON(ctx.Header("Content-Type")) {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	body, rest := readBody(ctx, r)
	if p := checkJSON(body); p != nil && int64(len(body)) <= op.MaxBodyBytes {
		e := problem(http.StatusBadRequest, "the body is not JSON that can be read in one way", "mend it")
		e.Problems = []api.Problem{*p}
		writeProblem(ctx, e)
		return
	}
	r = r.WithContext(ctx.Context())
	r.Body = io.NopCloser(rest)
	next(humago.NewContext(op, r, w))
}

// isJSON reports whether a media type is JSON, as one that is missing is.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && (mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"))
}

// checkJSON gives what is wrong with a body; nil for one that is no JSON at all,
// which is for the library to say.
func checkJSON(body []byte) *api.Problem {
	if !utf8.Valid(body) {
		return &api.Problem{Says: "it is not UTF-8"}
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	c := checker{decoder}
	if p, err := c.value("", 0); p != nil || err != nil {
		return p
	}
	if _, err := decoder.Token(); err != io.EOF {
		return &api.Problem{Says: "something stands behind its end"}
	}
	return nil
}

// checker walks through JSON.
type checker struct{ *json.Decoder }

// value checks the next value. An error means that it is no JSON.
func (c checker) value(path string, depth int) (*api.Problem, error) {
	token, err := c.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		field, _, _ := strings.Cut(path, "[")
		return &api.Problem{Field: field, Says: fmt.Sprintf("it is nested more than %d deep", maxDepth)}, nil
	}
	if number, ok := token.(json.Number); ok {
		if _, err := number.Float64(); err != nil {
			return &api.Problem{Field: path, Says: "the number is too large"}, nil
		}
	}
	switch token {
	case json.Delim('{'):
		return c.object(path, depth)
	case json.Delim('['):
		return c.array(path, depth)
	default:
		return nil, nil
	}
}

func (c checker) object(path string, depth int) (*api.Problem, error) {
	seen := map[string]bool{}
	for c.More() {
		token, err := c.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		field := strings.TrimPrefix(path+"."+short(key), ".")
		if folded := strings.ToLower(key); seen[folded] {
			return &api.Problem{Field: field, Says: "it is there twice"}, nil
		} else {
			seen[folded] = true
		}
		if p, err := c.value(field, depth+1); p != nil || err != nil {
			return p, err
		}
	}
	_, err := c.Token()
	return nil, err
}

func (c checker) array(path string, depth int) (*api.Problem, error) {
	for i := 0; c.More(); i++ {
		if p, err := c.value(fmt.Sprintf("%s[%d]", path, i), depth+1); p != nil || err != nil {
			return p, err
		}
	}
	_, err := c.Token()
	return nil, err
}

// maxFieldName bounds how much of a field's name a refusal repeats, in bytes.
const maxFieldName = 60

func short(name string) string {
	if len(name) <= maxFieldName {
		return name
	}
	return strings.ToValidUTF8(name[:maxFieldName], "") + "…"
}
