package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

type templateName struct {
	Name string `path:"name" maxLength:"40" doc:"The template's name."`
}

// onTemplate is what is asked of one template.
type onTemplate[T any] struct {
	Name string `path:"name" maxLength:"40" doc:"The template's name."`
	Body T
}

func (a *API) registerTemplates() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"templates"}}
	}
	file := func(o huma.Operation) huma.Operation {
		o.MaxBodyBytes = api.MaxDraft
		return o
	}
	handle(a, op("list-templates", http.MethodGet, "/templates", "List the templates of corrections and withdrawals"), a.listTemplates)
	handle(a, file(op("add-template", http.MethodPost, "/templates", "Add a template")), a.addTemplate)
	handle(a, op("show-template", http.MethodGet, "/templates/{name}", "Show a template"), a.showTemplate)
	handle(a, file(op("edit-template", http.MethodPut, "/templates/{name}", "Edit a template; every approval is void")), a.editTemplate)
	handle(a, op("submit-template", http.MethodPost, "/templates/{name}/submit", "Submit a template for approval"), a.submitTemplate)
	handle(a, op("approve-template", http.MethodPost, "/templates/{name}/approve", "Approve a template"), a.approveTemplate)
	handle(a, op("return-template", http.MethodPost, "/templates/{name}/return", "Return a template"), func(ctx context.Context, in *onTemplate[api.Reason]) (*answer[api.Done], error) {
		return done(a.office.ReturnTemplate(ctx, in.Name, in.Body.Reason, actor(ctx)))
	})
	handle(a, op("drop-template", http.MethodPost, "/templates/{name}/drop", "Drop a template, so that nobody can use it"), func(ctx context.Context, in *onTemplate[api.Reason]) (*answer[api.Done], error) {
		return done(a.office.DropTemplate(ctx, in.Name, in.Body.Reason, actor(ctx)))
	})
	handle(a, op("use-template", http.MethodPost, "/templates/{name}/use", "Make a correction or withdrawal from a template and submit it"), a.useTemplate)
}

func (a *API) listTemplates(ctx context.Context, _ *nothing) (*answer[api.Templates], error) {
	all, err := a.view(ctx).Templates(ctx)
	if err != nil {
		return nil, err
	}
	out := api.Templates{Templates: make([]api.Template, len(all))}
	for i, x := range all {
		out.Templates[i] = templateOf(x)
	}
	return reply(out), nil
}

func templateOf(x office.Template) api.Template {
	return api.Template{
		Name: x.Name, State: string(x.State), Kind: string(x.Kind), Department: x.Department, Language: x.Language, Title: x.Title,
		Revision: x.Revision, Digest: x.Digest, EditedBy: x.Editor, EditedAt: api.At(x.EditedAt), SubmittedBy: x.SubmittedBy,
	}
}

func (a *API) showTemplate(ctx context.Context, in *templateName) (*answer[api.TemplateDetail], error) {
	d, err := a.view(ctx).Template(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return reply(api.TemplateDetail{Template: templateOf(d.Template), Source: string(d.Source), Approvals: approversOf(d.Approvals), Missing: d.Missing}), nil
}

func templateFile(f api.TemplateFile) office.TemplateFile {
	return office.TemplateFile{File: f.File, Text: f.Text}
}

func (a *API) addTemplate(ctx context.Context, in *given[api.TemplateFile]) (*answer[api.TemplateTaken], error) {
	if in.Body.DryRun {
		return a.checkTemplate(ctx, in.Body)
	}
	x, err := a.office.AddTemplate(ctx, templateFile(in.Body), actor(ctx))
	return taken(x, err)
}

func (a *API) editTemplate(ctx context.Context, in *onTemplate[api.TemplateFile]) (*answer[api.TemplateTaken], error) {
	if in.Body.DryRun {
		return a.checkTemplate(ctx, in.Body)
	}
	x, err := a.office.EditTemplate(ctx, in.Name, templateFile(in.Body), actor(ctx))
	return taken(x, err)
}

func (a *API) checkTemplate(ctx context.Context, f api.TemplateFile) (*answer[api.TemplateTaken], error) {
	x, err := a.view(ctx).CheckTemplate(ctx, templateFile(f))
	if err != nil {
		return nil, err
	}
	return reply(api.TemplateTaken{Name: x.Name, Digest: x.Digest(), DryRun: true}), nil
}

func taken(x message.Template, err error) (*answer[api.TemplateTaken], error) {
	if err != nil {
		return nil, err
	}
	return reply(api.TemplateTaken{Name: x.Name, Digest: x.Digest()}), nil
}

func (a *API) submitTemplate(ctx context.Context, in *templateName) (*answer[api.TemplateSubmitted], error) {
	digest, err := a.office.SubmitTemplate(ctx, in.Name, actor(ctx))
	if err != nil {
		return nil, err
	}
	return reply(api.TemplateSubmitted{Digest: digest}), nil
}

func (a *API) approveTemplate(ctx context.Context, in *onTemplate[api.Approval]) (*answer[api.TemplateApproved], error) {
	missing, err := a.office.ApproveTemplate(ctx, in.Name, in.Body.Digest, actor(ctx))
	if err != nil {
		return nil, err
	}
	return reply(api.TemplateApproved{Done: missing == "", Missing: missing}), nil
}

func (a *API) useTemplate(ctx context.Context, in *onTemplate[api.TemplateUse]) (*answer[api.TemplateUsed], error) {
	var used office.Used
	var err error
	if in.Body.DryRun {
		used, err = a.view(ctx).TryTemplate(ctx, in.Name, in.Body.Original)
	} else {
		used, err = a.office.UseTemplate(ctx, in.Name, in.Body.Original, actor(ctx))
	}
	if err != nil {
		return nil, err
	}
	return reply(api.TemplateUsed{
		ID: used.ID, Digest: used.Digest, Title: used.Title, Source: string(used.Source), Sends: planOf(used.Sends),
		Warnings: problemsOf(used.Warnings), DryRun: in.Body.DryRun,
	}), nil
}
