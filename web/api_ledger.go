package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/export"
	"clarion/ledger"
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
	handle(a, huma.Operation{
		OperationID: "export-ledger-signed", Method: http.MethodGet, Path: "/ledger/export", Summary: "Export the ledger as a signed folder, in a tar stream", Tags: []string{"ledger"},
		Responses: map[string]*huma.Response{"200": {Description: "The files.", Content: map[string]*huma.MediaType{"application/x-tar": {}}}},
	}, a.exportSigned)
	handle(a, huma.Operation{
		OperationID: "show-export-key", Method: http.MethodGet, Path: "/ledger/key", Summary: "Show the public key by which exports are signed", Tags: []string{"ledger"},
	}, a.exportKey)
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

// ledgerRange is what of the ledger is asked for.
type ledgerRange struct {
	Since   time.Time `query:"since" doc:"Entries of this instant or later."`
	Until   time.Time `query:"until" doc:"Entries before this instant."`
	Message string    `query:"message" maxLength:"100" doc:"Entries about this message alone."`
}

func (r ledgerRange) within() export.Range {
	return export.Range{Message: r.Message, Since: r.Since, Until: r.Until}
}

func (a *API) exportLedger(_ context.Context, in *ledgerRange) (*huma.StreamResponse, error) {
	return a.stream("export the ledger", ndjson, func(ctx context.Context, w *stream) error {
		_, err := a.view(ctx).Export(ctx, in.within(), func(e export.Entry) error {
			line, err := entryLine(e)
			if err == nil {
				_, err = w.Write(line)
			}
			return err
		})
		return err
	}), nil
}

// entryLine writes an entry as one line of JSON.
func entryLine(e export.Entry) ([]byte, error) {
	var line bytes.Buffer
	err := json.NewEncoder(&line).Encode(api.Entry{
		Writer: e.Writer, Seq: e.Seq, At: api.At(e.At), Kind: string(e.Kind), Body: e.Body, Hash: e.Hash, Ties: e.Ties,
	})
	return line.Bytes(), err
}

func (a *API) exportSigned(_ context.Context, in *ledgerRange) (*huma.StreamResponse, error) {
	return a.stream("export the ledger", "application/x-tar", func(ctx context.Context, w *stream) error {
		return a.view(ctx).ExportSigned(ctx, in.within(), a.version, entryLine, w)
	}), nil
}

func (a *API) exportKey(ctx context.Context, _ *nothing) (*answer[api.ExportKey], error) {
	key, err := a.view(ctx).ExportKey(ctx)
	if err != nil {
		return nil, err
	}
	return reply(api.ExportKey{Public: export.PublicLine(key), Fingerprint: export.Fingerprint(key)}), nil
}
