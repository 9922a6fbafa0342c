package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/ledger"
	"clarion/office"
)

func (a *API) registerLedger() {
	handle(a, huma.Operation{
		OperationID: "list-heads", Method: http.MethodGet, Path: "/ledger/heads", Summary: "Give the ledger's heads, to be kept elsewhere", Tags: []string{"ledger"},
	}, a.listHeads)
	handle(a, huma.Operation{
		OperationID: "verify-ledger", Method: http.MethodPost, Path: "/ledger/verify", Summary: "Verify the ledger, against exported heads", Tags: []string{"ledger"},
	}, a.verifyLedger)
	handle(a, huma.Operation{
		OperationID: "export-ledger", Method: http.MethodGet, Path: "/ledger/entries", Summary: "Export the ledger, one JSON object a line", Tags: []string{"ledger"},
		Responses: map[string]*huma.Response{"200": {Description: "The entries.", Content: map[string]*huma.MediaType{ndjson: {}}}},
	}, a.exportLedger)
}

// ndjson is one JSON object a line (https://github.com/ndjson/ndjson-spec).
const ndjson = "application/x-ndjson"

func headsOf(all []ledger.Head) []api.Head {
	out := make([]api.Head, len(all))
	for i, h := range all {
		out[i] = api.Head{Writer: h.Writer, Number: h.Number, Hash: h.Hash, At: api.At(h.At)}
	}
	return out
}

func (a *API) listHeads(ctx context.Context, _ *nothing) (*answer[api.Heads], error) {
	all, err := a.view(ctx).Heads(ctx)
	return reply(api.Heads{Heads: headsOf(all)}), err
}

func (a *API) verifyLedger(ctx context.Context, in *given[api.Heads]) (*answer[api.Verification], error) {
	exported := make([]ledger.Head, len(in.Body.Heads))
	for i, h := range in.Body.Heads {
		exported[i] = ledger.Head{Writer: h.Writer, Number: h.Number, Hash: h.Hash, At: h.At.Time}
	}
	v, err := a.view(ctx).Verify(ctx, exported)
	return reply(api.Verification{Entries: v.Entries, Links: v.Links, Heads: headsOf(v.Heads), Faults: append([]string{}, v.Faults...)}), err
}

func (a *API) exportLedger(_ context.Context, in *struct {
	Since time.Time `query:"since" doc:"Entries of this instant or later."`
}) (*huma.StreamResponse, error) {
	return a.stream("export the ledger", ndjson, func(ctx context.Context, w *stream) error {
		encoder := json.NewEncoder(w)
		return a.view(ctx).Export(ctx, in.Since, func(e office.ExportedEntry) error {
			return encoder.Encode(api.Entry{
				Writer: e.Writer, Seq: e.Seq, At: api.At(e.At), Kind: string(e.Kind), Body: e.Body, Hash: e.Hash, Ties: e.Ties,
			})
		})
	}), nil
}
