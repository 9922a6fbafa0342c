package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/config"
)

const provider = office + "[oidc]\nissuer = \"https://login.example.org\"\nclient_id = \"clarion\"\n"

func TestOIDC(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, key, fault string }{
		{"", "", ""},
		{"client_secret = \"env:CLARION_TEST_SECRET\"", "", ""},
		{"client_secret = \"" + secretValue + "\"", "oidc.client_secret", "is given by reference"},
		{"client_secret = \"env:CLARION_TEST_UNSET\"", "oidc.client_secret", "is not set"},
		{"client_secrets = \"env:CLARION_TEST_SECRET\"", "oidc.client_secrets", "did you mean client_secret?"},
		{"scopes = [\"profile\"]", "oidc.scopes", "does not hold openid"},
		{"scopes = [\"openid\", \"a b\"]", "oidc.scopes[1]", "can't be one"},
		{"scopes = [\"openid\", 5]", "oidc.scopes[1]", "is a whole number"},
		{"scopes = \"openid\"", "oidc.scopes", "is text"},
		{"groups_claim = \"\"", "oidc.groups_claim", "is empty"},
		{"name_claim = \" name\"", "oidc.name_claim", "spaces around it"},
		{"label = \"a\\nb\"", "oidc.label", "line break"},
		{"label = \"" + strings.Repeat("é", 60) + "\"", "", ""},
		{"label = \"" + strings.Repeat("é", 61) + "\"", "oidc.label", "longer than 60 characters"},
		{"allowed_domains = [\"example.org\", \"Example.org\"]", "oidc.allowed_domains[1]", "can't be one"},
		{"allowed_domains = [\"@example.org\"]", "oidc.allowed_domains[0]", "can't be one"},
		{"allowed_domains = [\"localhost\"]", "oidc.allowed_domains[0]", "can't be one"},
		{"second_factor_acr = [\"\"]", "oidc.second_factor_acr[0]", "can't be one"},
		{"only = \"yes\"", "oidc.only", "is text"},
		{"role = \"approver\"", "oidc.role", "is text"},
		{"[[oidc.role]]\ngroup = \"g\"\nrole = \"author\"\ndepartment = \"*\"", "", ""},
		{"role = [{ group = \"g\", role = \"author\", department = \"Roads\" }]", "", ""},
		{"[[oidc.role]]\ngroup = \"g\"\nrole = \"king\"\ndepartment = \"*\"", "oidc.role[0].role", "is no role"},
		{"[[oidc.role]]\nrole = \"author\"\ndepartment = \"*\"", "oidc.role[0].group", "clarion.toml:6: oidc.role[0].group: is missing"},
		{"[[oidc.role]]\ngroup = \"g\"\nrole = \"author\"", "oidc.role[0].department", "is missing"},
		{"[[oidc.role]]\ngroup = \"g\\u0000\"\nrole = \"author\"\ndepartment = \"*\"", "oidc.role[0].group", "control character"},
		{"[[oidc.role]]\ngroup = 5\nrole = \"author\"\ndepartment = \"*\"", "oidc.role[0].group", "is a whole number"},
		{strings.Repeat("[[oidc.role]]\ngroup = \"g\"\nrole = \"author\"\ndepartment = \"*\"\n", 2), "oidc.role[1]", "stands twice"},
		{"[oidc.roles]\ngroup = \"g\"", "oidc.roles", "did you mean role?"},
	} {
		expect(t, faults(t, provider+c.text), c.key, c.fault)
	}
	expect(t, faults(t, office+"[oidc]\nclient_id = \"c\""), "oidc.issuer", "is missing")
	expect(t, faults(t, office+"[oidc]\nissuer = \"https://login.example.org\""), "oidc.client_id", "is missing")
	expect(t, faults(t, "oidc = 5\n"+office), "oidc", "")
	expect(t, faults(t, office+"[[oidc]]\nissuer = \"x\""), "oidc", "is a list")
}

func TestIssuers(t *testing.T) {
	t.Parallel()
	for issuer, fault := range map[string]string{
		"https://login.example.org": "", "https://login.example.org/": "", "https://login.example.org:8443/realms/press": "", "http://127.0.0.1:9100": "", "http://localhost:9100": "",
		"": "is empty", "login.example.org": "is not an absolute https address", "http://login.example.org": "is not https", "ftp://login.example.org": "is not an absolute https address",
		"https://a:b@login.example.org": "holds a user name", "https://login.example.org?x=1": "has a query", "https://login.example.org#x": "has a query", "https://login.example.org/a b": "has a query",
		"https://login.example.org:0": "can't be one", "https://": "is not an absolute",
		"https://login.example.org/.well-known/openid-configuration": "is the address of the discovery document",
		"https://login.example.org/" + strings.Repeat("a", 229):      "", "https://login.example.org/" + strings.Repeat("a", 230): "is longer than 255 bytes",
	} {
		key := "oidc.issuer"
		if fault == "" {
			key = ""
		}
		expect(t, faults(t, office+"[oidc]\nclient_id = \"c\"\nissuer = \""+issuer+"\""), key, fault)
	}
}

func TestOIDCLists(t *testing.T) {
	t.Parallel()
	list := func(key, item string, n int) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(item, i)
		}
		return provider + key + " = [" + strings.Join(items, ",") + "]"
	}
	for _, c := range []struct {
		key, item string
		most      int
	}{
		{"allowed_domains", `"d%d.example.org"`, 50}, {"second_factor_acr", `"v%d"`, 50},
		{"role", `{ group = "g%d", role = "author", department = "*" }`, 500},
	} {
		for n, key := range map[int]string{c.most - 1: "", c.most: "", c.most + 1: "oidc." + c.key} {
			expect(t, faults(t, list(c.key, c.item, n)), key, "more than")
		}
	}
}

// Without the section there is no provider, and nothing shows one.
func TestOIDCDefaults(t *testing.T) {
	t.Parallel()
	none := parse(t, office)
	if none.OIDC.Issuer != "" || strings.Contains(string(none.Show()), "oidc") {
		t.Errorf("without a section: %s", none.Show())
	}
	o := parse(t, provider).OIDC
	if strings.Join(o.Scopes, " ") != "openid profile email" || o.GroupsClaim != "groups" || o.NameClaim != "name" || o.SessionAge != time.Hour || o.Only || o.Label != "single sign-on" {
		t.Errorf("the defaults are %+v", o)
	}
}

// A provider is taken over by a restart.
func TestOIDCStaysWhileRunning(t *testing.T) {
	t.Parallel()
	before := parse(t, provider+"client_secret = \"env:CLARION_TEST_SECRET\"")
	same := parse(t, provider+"client_secret = \"env:CLARION_TEST_SECRET\"", config.Running(before))
	if len(same.Restart) != 0 {
		t.Errorf("nothing changed: %q", same.Restart)
	}
	after := parse(t, provider+"only = true", config.Running(before))
	if after.OIDC.Only || strings.Join(after.Restart, " ") != "oidc.client_secret oidc.only" {
		t.Errorf("%+v, %q", after.OIDC, after.Restart)
	}
}
