package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"clarion/web"
)

// operationsOf says by which operations of the API each verb works. A verb that
// works on the machine with the data folder alone has none.
func operationsOf() map[string]string {
	return map[string]string{
		"audience import": "import-audience", "audience list": "list-audiences", "audience set": "set-audience",
		"backup": "backup", "channel check": "check-channel", "channel list": "list-channels", "channel pause": "pause-channel",
		"channel rehearse": "rehearse-channel", "channel resume": "resume-channel",
		"config check": "", "config init": "", "config show": "", "demo": "", "health": "", "restore": "", "serve": "", "version": "",
		"department add": "add-department", "department list": "list-departments", "department remove": "remove-department",
		"freeze": "freeze", "freeze status": "show-freeze", "thaw": "thaw",
		"ledger check-export": "", "ledger export": "export-ledger export-ledger-signed", "ledger key": "show-export-key", "ledger head": "list-heads", "ledger verify": "verify-ledger",
		"login": "sign-in begin-browser-sign-in collect-browser-sign-in", "logout": "sign-out", "prove": "prove", "whoami": "show-self",
		"message add": "add-message", "message agenda": "show-agenda", "message approve": "approve-message", "message cancel": "cancel-message",
		"message comment": "comment-message", "message diff": "show-difference", "message edit": "edit-message",
		"message from-template": "use-template",
		"message emergency":     "release-in-emergency", "message hold": "hold-message", "message import": "import-feed", "message list": "list-messages",
		"message rehearse": "rehearse-message", "message release": "release-message release-all", "message return": "return-message",
		"message settle": "settle-emergency", "message show": "show-message show-rendering show-source", "message submit": "submit-message",
		"policy drop": "drop-policy", "policy list": "list-policies", "policy set": "set-policy", "reload": "reload",
		"send list": "list-sends follow-sends", "send look": "look-for-send", "send recipients": "list-recipients",
		"send resolve": "resolve-send", "send retry": "retry-send", "send show": "show-send show-content", "status": "show-status",
		"template add": "add-template", "template approve": "approve-template", "template drop": "drop-template", "template edit": "edit-template",
		"template list": "list-templates", "template return": "return-template", "template show": "show-template", "template submit": "submit-template",
		"hook add": "add-hook", "hook deliveries": "list-deliveries", "hook disable": "disable-hook", "hook drop": "drop-hook", "hook enable": "enable-hook",
		"hook list": "list-hooks", "hook resend": "resend-hook", "hook rotate": "rotate-hook", "hook show": "show-hook", "hook test": "test-hook",
		"token list": "list-tokens", "token make": "make-token", "token revoke": "revoke-token",
		"user accept": "choose-password", "user add": "set-person", "user disable": "disable-person", "user enable": "enable-person", "user erase": "erase-person", "user link": "link-person", "user unlink": "unlink-person",
		"user invite": "invite-person", "user list": "list-people", "user reset-factor": "reset-factor", "user roles": "set-roles",
	}
}

// TestVerbsAndOperations: whatever the command line can do, the API can do, and
// nothing of the API is without a verb but reading one thing of a list.
func TestVerbsAndOperations(t *testing.T) {
	t.Parallel()
	known := operationsOf()
	var verbs []string
	walk((&cli{out: io.Discard, errs: io.Discard}).root(), func(c *cobra.Command) {
		verbs = append(verbs, strings.TrimPrefix(c.CommandPath(), "clarion "))
	})
	for _, verb := range verbs {
		if _, ok := known[verb]; !ok {
			t.Errorf("the verb %q has no operation; name it here", verb)
		}
		delete(known, verb)
	}
	for _, verb := range slices.Sorted(maps.Keys(known)) {
		t.Errorf("there is no verb %q", verb)
	}
	operations := operations(t)
	named := map[string]bool{"show-audience": true, "show-channel": true, "show-person": true}
	for _, all := range operationsOf() {
		for _, id := range strings.Fields(all) {
			named[id] = true
			if !operations[id] {
				t.Errorf("there is no operation %s", id)
			}
		}
	}
	for id := range operations {
		if !named[id] {
			t.Errorf("the operation %s has no verb", id)
		}
	}
}

// walk hands out every command that does something.
func walk(c *cobra.Command, hand func(*cobra.Command)) {
	for _, below := range c.Commands() {
		walk(below, hand)
	}
	if c.HasParent() && (!c.HasSubCommands() || c.Name() == "freeze") {
		hand(c)
	}
}

// operations lists those of the API's document.
func operations(t *testing.T) map[string]bool {
	t.Helper()
	w := httptest.NewRecorder()
	web.NewAPI(web.APISettings{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	var document struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, methods := range document.Paths {
		for _, op := range methods {
			all[op.OperationID] = true
		}
	}
	return all
}
