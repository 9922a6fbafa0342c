package client

import (
	"context"
	"net/http"

	"clarion/api"
)

// Templates lists the templates of corrections and withdrawals, by name.
func (c *Client) Templates(ctx context.Context) (api.Templates, error) {
	return call[api.Templates](ctx, c, request{method: http.MethodGet, path: path("templates")})
}

// Template shows one template.
func (c *Client) Template(ctx context.Context, name string) (api.TemplateDetail, error) {
	return call[api.TemplateDetail](ctx, c, request{method: http.MethodGet, path: path("templates", name)})
}

// AddTemplate adds a template, or checks it alone if the file says so.
func (c *Client) AddTemplate(ctx context.Context, f api.TemplateFile) (api.TemplateTaken, error) {
	return call[api.TemplateTaken](ctx, c, request{method: http.MethodPost, path: path("templates"), body: f})
}

// EditTemplate makes a new revision of a template.
func (c *Client) EditTemplate(ctx context.Context, name string, f api.TemplateFile) (api.TemplateTaken, error) {
	return call[api.TemplateTaken](ctx, c, request{method: http.MethodPut, path: path("templates", name), body: f})
}

func onTemplate[T any](ctx context.Context, c *Client, name, verb string, body any) (T, error) {
	return call[T](ctx, c, request{method: http.MethodPost, path: path("templates", name, verb), body: body})
}

// SubmitTemplate puts a template up for approval and gives the digest to
// approve.
func (c *Client) SubmitTemplate(ctx context.Context, name string) (api.TemplateSubmitted, error) {
	return onTemplate[api.TemplateSubmitted](ctx, c, name, "submit", nil)
}

// ApproveTemplate approves a template by its full digest.
func (c *Client) ApproveTemplate(ctx context.Context, name, digest string) (api.TemplateApproved, error) {
	return onTemplate[api.TemplateApproved](ctx, c, name, "approve", api.Approval{Digest: digest})
}

// ReturnTemplate gives a template in review back.
func (c *Client) ReturnTemplate(ctx context.Context, name, reason string) error {
	_, err := onTemplate[api.Done](ctx, c, name, "return", api.Reason{Reason: reason})
	return err
}

// DropTemplate keeps a template from being used.
func (c *Client) DropTemplate(ctx context.Context, name, reason string) error {
	_, err := onTemplate[api.Done](ctx, c, name, "drop", api.Reason{Reason: reason})
	return err
}

// UseTemplate makes a correction or withdrawal of a message from a template and
// submits it, or fills it in alone if the use says so.
func (c *Client) UseTemplate(ctx context.Context, name string, use api.TemplateUse) (api.TemplateUsed, error) {
	return onTemplate[api.TemplateUsed](ctx, c, name, "use", use)
}
