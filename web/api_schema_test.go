package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"clarion/web"
)

// document is the published description, against which answers are held.
type document struct {
	Paths      map[string]map[string]described
	schemas    *jsonschema.Compiler
	mu         sync.Mutex
	compiled   map[string]*jsonschema.Schema
	text       []byte
	operations []route
}

type described struct {
	OperationID string
	RequestBody *struct{ Required bool }
	Parameters  []struct{ Name, In string }
	Responses   map[string]struct {
		Content map[string]struct{ Schema json.RawMessage }
	}
}

// route is one operation.
type route struct {
	id, method, path string
	described
}

const documentURL = "https://clarion.example/openapi.json"

// readDocument reads the description as a client gets it.
func readDocument(t testing.TB) *document {
	t.Helper()
	w := httptest.NewRecorder()
	web.NewAPI(web.APISettings{Version: "test"}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	d := &document{text: w.Body.Bytes(), compiled: map[string]*jsonschema.Schema{}, schemas: jsonschema.NewCompiler()}
	if err := json.Unmarshal(d.text, d); err != nil {
		t.Fatal(err)
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.text))
	if err != nil {
		t.Fatal(err)
	}
	d.schemas.DefaultDraft(jsonschema.Draft2020)
	d.schemas.AssertFormat()
	if err := d.schemas.AddResource(documentURL, whole); err != nil {
		t.Fatal(err)
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			d.operations = append(d.operations, route{op.OperationID, strings.ToUpper(method), path, op})
		}
	}
	return d
}

// schema compiles a part of the description.
func (d *document) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.compiled[pointer]; ok {
		return s, nil
	}
	s, err := d.schemas.Compile(documentURL + "#" + pointer)
	d.compiled[pointer] = s
	return s, err
}

// holds checks an answer against its description.
func (d *document) holds(r route, w *httptest.ResponseRecorder) error {
	status := fmt.Sprint(w.Code)
	response, known := r.Responses[status]
	if !known {
		status = "default"
		response = r.Responses[status]
		if w.Code < http.StatusBadRequest {
			return fmt.Errorf("the status %d is not described", w.Code)
		}
	}
	mediaType, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	content, known := response.Content[mediaType]
	if !known {
		if w.Body.Len() == 0 && len(response.Content) == 0 {
			return nil
		}
		return fmt.Errorf("the type %q of status %s is not described", mediaType, status)
	}
	if len(content.Schema) == 0 {
		return nil // bytes
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	s, err := d.schema("/paths/" + escape.Replace(r.path) + "/" + strings.ToLower(r.method) + "/responses/" + status + "/content/" + escape.Replace(mediaType) + "/schema")
	if err != nil {
		return err
	}
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		return fmt.Errorf("it is no JSON: %w", err)
	}
	if err := s.Validate(body); err != nil {
		return fmt.Errorf("%w in %.500s", err, w.Body)
	}
	return nil
}

// TestDocumentHoldsTogether: every schema compiles, and every operation says what
// it takes and gives.
func TestDocumentHoldsTogether(t *testing.T) {
	t.Parallel()
	d := readDocument(t)
	seen := map[string]bool{}
	for _, r := range d.operations {
		if seen[r.id] {
			t.Errorf("%s is there twice", r.id)
		}
		seen[r.id] = true
		for _, part := range strings.Split(r.path, "{")[1:] {
			name, _, _ := strings.Cut(part, "}")
			found := false
			for _, p := range r.Parameters {
				found = found || p.In == "path" && p.Name == name
			}
			if !found {
				t.Errorf("%s does not describe {%s}", r.id, name)
			}
		}
		for status, response := range r.Responses {
			for mediaType, content := range response.Content {
				if len(content.Schema) == 0 {
					continue
				}
				w, code := httptest.NewRecorder(), http.StatusTeapot // of "default"
				_, _ = fmt.Sscan(status, &code)
				w.Header().Set("Content-Type", mediaType)
				w.WriteHeader(code)
				_, _ = w.WriteString("[]")
				if err := d.holds(r, w); err == nil || strings.Contains(err.Error(), "not described") {
					t.Errorf("%s %s: an answer of another form passes: %v", r.id, status, err)
				}
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d operations", len(seen))
	}
}
