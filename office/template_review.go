package office

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// SubmitTemplate puts a draft of a template up for approval and gives the digest
// that an approval names.
func (o *Office) SubmitTemplate(ctx context.Context, name string, by Actor) (digest string, err error) {
	var told notice
	err = o.onTemplate(ctx, by, people.SubmitTemplate, name, func(t *store.Tx, x Template) (err error) {
		if x.State != message.TemplateDraft {
			return wrongTemplate(x, "submitted", message.TemplateDraft)
		}
		if err := t.SetTemplateSubmitted(name, by.Name); err != nil {
			return err
		}
		if told, err = templateWaits(t, x, by.Name); err != nil {
			return err
		}
		digest = x.Digest
		return recordTemplate(t, ledger.TemplateSubmitted, x.Template, message.TemplateInReview, "", by)
	})
	if err != nil {
		return "", fmt.Errorf("submit the template %s: %w", name, err)
	}
	o.tell(told)
	return digest, nil
}

func wrongTemplate(x Template, done string, want message.TemplateState) error {
	return Refuse(Conflict, fmt.Sprintf("the template %s is %s; only one that is %s can be %s", x.Name, inWords(x.State), inWords(want), done), "")
}

func inWords(s message.TemplateState) string { return strings.ReplaceAll(string(s), "_", " ") }

// ApproveTemplate approves a template in review, if the digest that the approver
// saw is the current one. It is counted like the approval of a message to
// whatever audience takes most. Missing says what it takes besides.
func (o *Office) ApproveTemplate(ctx context.Context, name, digest string, by Actor) (missing string, err error) {
	err = o.onTemplate(ctx, by, people.ApproveTemplate, name, func(t *store.Tx, x Template) error {
		if err := mayApproveTemplate(t, x, digest, by); err != nil {
			return err
		}
		if err := t.AddTemplateApproval(x, by.Name, by.fresh(t.Now())); err != nil {
			return err
		}
		after, err := approvingTemplate(t, x)
		if err != nil {
			return err
		}
		to := message.TemplateInReview
		if missing = after.missing(); missing == "" {
			to, err = message.TemplateApproved, t.SetTemplateApproved(x)
		}
		if err != nil {
			return err
		}
		return recordTemplate(t, ledger.TemplateApproved, x.Template, to, "", by)
	})
	if err != nil {
		return "", fmt.Errorf("approve the template %s: %w", name, err)
	}
	return missing, nil
}

func mayApproveTemplate(t *store.Tx, x Template, digest string, by Actor) error {
	if x.State != message.TemplateInReview {
		return wrongTemplate(x, "approved", message.TemplateInReview)
	}
	if digest != x.Digest {
		return Refuse(Conflict, fmt.Sprintf("what you saw of the template %s is not what is in review now", x.Name),
			fmt.Sprintf("look at it with `clarion template show %s` and approve the digest that it shows", x.Name))
	}
	if by.Name == x.SubmittedBy {
		return Refuse(Forbidden, fmt.Sprintf("%s submitted the template %s and can't approve it", by.Name, x.Name), "ask somebody else to approve it")
	}
	editors, err := t.TemplateEditors(x.Name)
	if err != nil {
		return err
	}
	if slices.Contains(editors, by.Name) {
		return Refuse(Forbidden, fmt.Sprintf("%s edited the template %s and can't approve it", by.Name, x.Name), "ask somebody else to approve it")
	}
	before, err := approvingTemplate(t, x)
	if err != nil {
		return err
	}
	return before.takes(by, "the template "+x.Name, t.Now())
}

// templateReader is what the approval of a template is read from.
type templateReader interface {
	standards
	TemplateApprovals(x Template) ([]store.Approval, error)
}

// approvingTemplate reads what a template must have by the policies as they are
// now, and what it has.
func approvingTemplate(t templateReader, x Template) (approving, error) {
	policies, err := t.Policies()
	if err != nil {
		return approving{}, err
	}
	sizes, err := t.AudienceSizes()
	if err != nil {
		return approving{}, err
	}
	given, err := t.TemplateApprovals(x)
	if err != nil {
		return approving{}, err
	}
	a := approving{needs: people.NeedsOfTemplate(policies, x.Department, sizes)}
	a.given, err = stillApprovers(t, given, []string{x.Department})
	return a, err
}

// ReturnTemplate sends a template in review back, with a reason.
func (o *Office) ReturnTemplate(ctx context.Context, name, reason string, by Actor) error {
	if strings.TrimSpace(reason) == "" {
		return Refuse(Invalid, "a template is returned with a reason", "say what is to be changed with --reason")
	}
	err := o.onTemplate(ctx, by, people.ReturnTemplate, name, func(t *store.Tx, x Template) error {
		if x.State != message.TemplateInReview {
			return wrongTemplate(x, "returned", message.TemplateInReview)
		}
		if err := t.SetTemplateReturned(x); err != nil {
			return err
		}
		return recordTemplate(t, ledger.TemplateReturned, x.Template, message.TemplateDraft, reason, by)
	})
	if err != nil {
		return fmt.Errorf("return the template %s: %w", name, err)
	}
	return nil
}

// templateWaits is for those who may approve a template.
func templateWaits(t *store.Tx, x Template, submitter string) (notice, error) {
	editors, err := t.TemplateEditors(x.Name)
	if err != nil {
		return notice{}, err
	}
	to, err := addresses(t, func(p people.Person) bool {
		return p.Name != submitter && !slices.Contains(editors, p.Name) && slices.Contains(p.RolesIn(x.Department), people.Approver)
	})
	return notice{to, fmt.Sprintf("Template %s waits for an approval", x.Name), fmt.Sprintf(
		"A template is in review and waits for an approval. Look at it with\n\n  clarion template show %s\n", x.Name)}, err
}
