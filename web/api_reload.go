package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

func (a *API) registerReload() {
	handle(a, huma.Operation{
		OperationID: "reload", Method: http.MethodPost, Path: "/reload", Summary: "Read the configuration again and take over what can change while running", Tags: []string{"status"},
	}, a.reload)
}

// reload needs a daemon: nothing else holds a configuration for long.
func (a *API) reload(ctx context.Context, _ *nothing) (*answer[api.Reloaded], error) {
	if a.renew == nil {
		return nil, problem(http.StatusConflict, "no daemon runs, and only a daemon has a configuration to replace", "start it: it reads the file")
	}
	if err := a.view(ctx).MayReload(ctx); err != nil {
		return nil, err
	}
	done, err := a.renew(ctx)
	if err != nil {
		return nil, err
	}
	return reply(done), nil
}
