package web_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"clarion/web"
)

var update = flag.Bool("update", false, "write golden files")

func TestAPIDocument(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	web.NewAPI(web.APISettings{Version: "1.2.3"}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	var doc struct {
		OpenAPI    string
		Info       struct{ Version string }
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Info.Version != "1.2.3" {
		t.Errorf("the document is %s of version %s", doc.OpenAPI, doc.Info.Version)
	}
	for _, ref := range strings.Split(w.Body.String(), `"$ref":"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(ref, `"`)
		if _, ok := doc.Components.Schemas[name]; !ok {
			t.Errorf("the schema %s is nowhere", name)
		}
	}
	var lines strings.Builder
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			op := doc.Paths[path][method]
			op.check(t, strings.ToUpper(method)+" "+path)
			fmt.Fprintf(&lines, "%s %s %s: %s\n", strings.ToUpper(method), path, op.OperationID, op.Summary)
		}
	}
	const golden = "testdata/api.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(lines.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if lines.String() != string(want) {
		t.Errorf("the operations are\n%s\nnot those of %s; run with -update if that is meant", lines.String(), golden)
	}
}

type operation struct {
	OperationID string
	Summary     string
	Parameters  []struct{ Name string }
	Responses   map[string]struct{ Content map[string]json.RawMessage }
}

func (o operation) check(t *testing.T, name string) {
	t.Helper()
	if o.Summary == "" || o.OperationID == "" {
		t.Errorf("%s is not described", name)
	}
	if got := string(o.Responses["default"].Content["application/problem+json"]); !strings.Contains(got, "schemas/Error") {
		t.Errorf("%s does not describe its errors: %s", name, got)
	}
	if slices.ContainsFunc(o.Parameters, func(p struct{ Name string }) bool { return p.Name == "Clarion-As" }) {
		t.Errorf("%s takes somebody at their word", name)
	}
}
