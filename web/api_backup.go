package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

func (a *API) registerBackup() {
	handle(a, huma.Operation{
		OperationID: "backup", Method: http.MethodGet, Path: "/backup", Summary: "Back up while everything runs",
		Description: "A tar stream. The trailer " + api.DigestTrailer + " holds the SHA-256 of the stream; a backup without it is not whole.",
		Tags:        []string{"backup"},
		Responses:   map[string]*huma.Response{"200": {Description: "The backup.", Content: map[string]*huma.MediaType{"application/x-tar": {}}}},
	}, a.backup)
}

func (a *API) backup(context.Context, *nothing) (*huma.StreamResponse, error) {
	return a.stream("back up", "application/x-tar", func(ctx context.Context, w *stream) error {
		w.header().Set("Trailer", api.DigestTrailer)
		sum := sha256.New()
		if _, err := a.view(ctx).Backup(ctx, io.MultiWriter(w, sum)); err != nil {
			return err
		}
		w.header().Set(api.DigestTrailer, "sha-256=:"+base64.StdEncoding.EncodeToString(sum.Sum(nil))+":")
		return nil
	}), nil
}
