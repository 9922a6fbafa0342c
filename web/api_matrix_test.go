package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/api"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// bodies are what each operation is asked for with; {id} is the message and
// {digest} what it was submitted under. One without is asked for without a body.
func bodies() map[string]string {
	draft := draftJSON(sample)
	template := `{"file":"a.md","text":"LS0tCnRpdGxlOiBBCi0tLQpCCg=="}` // without a kind
	reason := `{"reason":"because"}`
	return map[string]string{
		"sign-in": `{"name":"viewer","password":"wrong"}`, "prove": `{"code":"000000"}`, "choose-password": `{"code":"none","password":"violin tundra magnet soup"}`,
		"add-message": draft, "edit-message": draft, "import-feed": `{"name":"f","text":"PHJzcy8+","audiences":["public"],"dry_run":true}`,
		"approve-message": `{"digest":"{digest}"}`, "release-in-emergency": `{"digest":"{digest}","reason":"flood"}`,
		"return-message": reason, "settle-emergency": reason, "hold-message": reason, "release-message": reason, "cancel-message": reason, "release-all": reason,
		"comment-message": `{"text":"who says so?"}`, "resolve-send": `{"to":"abandoned","reason":"because"}`, "retry-send": `{"reason":"because"}`,
		"add-hook": `{"name":"cms","url":"https://cms.example.org/hook","types":["send.*"]}`, "rotate-hook": `{}`, "disable-hook": reason, "resend-hook": `{"event":"none"}`,
		"begin-browser-sign-in": `{"machine":"desk"}`, "collect-browser-sign-in": `{"secret":"none"}`, "link-person": `{"subject":"s"}`,
		"add-template": template, "edit-template": template, "approve-template": `{"digest":"{digest}"}`, "return-template": reason, "drop-template": reason, "use-template": `{"original":"m0"}`,
		"pause-channel": reason, "rehearse-channel": `{"rehearsal":true}`,
		"set-audience": `{"title":"Press","channels":["email"]}`, "import-audience": "email\n",
		"set-person": `{"full_name":"Vic Timm"}`, "set-roles": `{"department":"*","roles":["viewer"]}`, "make-token": `{"name":"x","scope":"read","days":1}`,
		"set-policy":     `{"approvals":1}`,
		"add-department": `{"name":"New"}`, "freeze": reason, "thaw": reason, "verify-ledger": `{"heads":[]}`,
	}
}

// asker is a column of the matrix.
type asker struct{ name, key string }

func (d *desk) askers() []asker {
	d.Helper()
	all := []asker{{"nobody", ""}}
	for _, role := range people.Roles() {
		all = append(all, asker{string(role), d.join(string(role), "R", people.Everywhere, role)})
	}
	all = append(all, asker{"none", d.join("none", "N", people.Everywhere)}, asker{"elsewhere", d.join("elsewhere", "E", "Roads", people.Roles()...)})
	for _, scope := range []string{"read", "draft"} {
		made, err := d.ada.MakeToken(d.Context(), api.TokenRequest{Name: scope, Scope: scope, Days: 1})
		d.no(err)
		all = append(all, asker{"t:" + scope, made.Secret})
	}
	return all
}

// states are those of messages that the matrix tries; an operation about nothing
// of the kind is tried once.
func statesOf(r route) []string {
	switch {
	case strings.Contains(r.path, "/messages/{id}"):
		return []string{"draft", "in_review", "approved", "held"}
	case strings.Contains(r.path, "/sends/{id}"):
		return []string{"planned", "failed", "unknown"}
	default:
		return []string{"-"}
	}
}

// in brings a message or send into a state and gives its id.
func (d *desk) in(state string) (id, digest string) {
	d.Helper()
	ctx := d.Context()
	social := strings.Replace(sample, "audiences: [public, press]", "audiences: [public]", 1)
	send := func(to message.SendState) (string, string) {
		d.approved(social)
		return fmt.Sprint(d.tried(to)), ""
	}
	switch state {
	case "failed":
		return send(message.Failed)
	case "unknown":
		return send(message.SendUnknown)
	case "-":
		return "1", strings.Repeat("0", 64)
	}
	id = d.add(social)
	if state == "draft" {
		return id, strings.Repeat("0", 64)
	}
	submitted, err := d.ada.Submit(ctx, id)
	d.no(err)
	if state == "in_review" {
		return id, submitted.Digest
	}
	_, err = d.ben.Approve(ctx, id, submitted.Digest)
	d.no(err)
	switch state {
	case "held":
		d.no(d.ada.Hold(ctx, id, "wait"))
	case "planned":
		sends, err := d.ada.Sends(ctx, api.SendFilter{Message: id, Limit: 1})
		d.no(err)
		return fmt.Sprint(sends.Sends[0].ID), ""
	}
	return id, submitted.Digest
}

// TestAPIMatrix asks for every operation in every role on a message or send of
// several states, over the network. The expected table is testdata/matrix.golden.
// Every answer is held against the published description.
func TestAPIMatrix(t *testing.T) {
	t.Parallel()
	doc := readDocument(t)
	slices.SortFunc(doc.operations, func(a, b route) int { return strings.Compare(a.id, b.id) })
	tables := make([]string, 4)
	t.Run("parts", func(t *testing.T) {
		for part := range tables {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				tables[part] = matrixPart(t, doc, part, len(tables))
			})
		}
	})
	var names []string
	lines := strings.Split(strings.Join(tables, ""), "\n")
	slices.Sort(lines)
	names = append(names, strings.TrimSpace(strings.Join(lines, "\n")))
	got := head(names[0])
	const golden = "testdata/matrix.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the matrix is\n%s\nnot that of %s; run with -update and read the difference", got, golden)
	}
}

func head(lines string) string {
	row := fmt.Sprintf("%-36s", "operation, state")
	for _, name := range append(append([]string{"nobody"}, roleNames()...), "none", "elsewhere", "t:read", "t:draft") {
		row += fmt.Sprintf(" %-9s", name)
	}
	return strings.TrimRight(row, " ") + "\n" + lines + "\n"
}

func roleNames() []string {
	var names []string
	for _, r := range people.Roles() {
		names = append(names, string(r))
	}
	return names
}

func matrixPart(t *testing.T, doc *document, part, parts int) string {
	d := openDesk(t)
	d.no(d.ada.AddDepartment(t.Context(), "Roads"))
	d.join("victim", "V", people.Everywhere, people.Viewer)
	all := d.askers()
	var out strings.Builder
	for i, r := range doc.operations {
		if i%parts != part {
			continue
		}
		for _, state := range statesOf(r) {
			row := fmt.Sprintf("%-36s", r.id+", "+state)
			id, digest := "", ""
			for _, who := range all {
				if id == "" {
					id, digest = d.in(state)
				}
				w := d.cell(r, who, id, digest)
				if err := doc.holds(r, w); err != nil {
					t.Errorf("%s by %s: %v", r.id, who.name, err)
				}
				d.mend()
				if w.Code >= http.StatusInternalServerError {
					t.Errorf("%s by %s: %d %s", r.id, who.name, w.Code, w.Body)
				}
				if r.method != http.MethodGet && w.Code < 300 {
					id = "" // it is another now
				}
				row += fmt.Sprintf(" %-9d", w.Code)
			}
			out.WriteString(strings.TrimRight(row, " ") + "\n")
		}
	}
	return out.String()
}

// cell asks once.
func (d *desk) cell(r route, who asker, id, digest string) *httptest.ResponseRecorder {
	d.Helper()
	if r.id == "sign-out" && who.key != "" && !people.IsToken(who.key) {
		who.key = d.signedIn(who.name)
	}
	d.mend()
	path := strings.NewReplacer("{id}", id, "{channel}", "web", "{hold}", "freeze", "{name}", "web").Replace(r.path)
	for prefix, name := range map[string]string{"/people/": "victim", "/audiences/": "press", "/departments/": "New"} {
		if strings.HasPrefix(r.path, api.Base+prefix) {
			path = strings.ReplaceAll(r.path, "{name}", name)
		}
	}
	if r.id == "revoke-token" { // one of ada's
		made, err := d.ada.MakeToken(d.Context(), api.TokenRequest{Name: "x", Scope: "read", Days: 1})
		d.no(err)
		path = strings.TrimSuffix(path, "/1") + fmt.Sprintf("/%d", made.ID)
	}
	header := map[string]string{}
	if who.key != "" {
		header["Authorization"] = "Bearer " + who.key
	}
	body := strings.NewReplacer("{id}", id, "{digest}", digest).Replace(bodies()[r.id])
	if r.id == "import-audience" {
		header["Content-Type"] = "text/csv"
	}
	if r.id == "follow-sends" {
		path += "?wait=0s"
	}
	w, _ := d.from(far{method: r.method, path: path, body: body, peer: "127.0.0.1:1", header: header})
	return w
}

// mend puts back what one cell changed that another takes for granted.
func (d *desk) mend() {
	d.Helper()
	if state, err := d.office.FreezeState(d.Context()); err != nil || state.Frozen {
		d.no(err)
		for _, name := range []string{"ada", "ben"} {
			_, err := d.office.Thaw(d.Context(), "", as(name))
			d.no(err)
		}
	}
	d.no(d.store.Update(d.Context(), time.Now(), func(t *store.Tx) error {
		if err := t.InsertDepartment("New"); err != nil {
			return err
		}
		return t.SetDisabled("victim", false)
	}))
}
