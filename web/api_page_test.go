package web_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"clarion/api"
	"clarion/people"
)

// listed is one page of any list.
type listed struct {
	names []string // what tells its entries apart
	next  string
	link  string
}

func (d *desk) page(path, list, name string) listed {
	d.Helper()
	w, _ := d.asked(d.adaKey, http.MethodGet, path, "")
	if w.Code != http.StatusOK {
		d.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	var all map[string]json.RawMessage
	d.no(json.Unmarshal(w.Body.Bytes(), &all))
	var entries []map[string]any
	d.no(json.Unmarshal(all[list], &entries))
	out := listed{link: w.Header().Get("Link")}
	for _, e := range entries {
		out.names = append(out.names, fmt.Sprint(e[name]))
	}
	if all["next"] != nil {
		d.no(json.Unmarshal(all["next"], &out.next))
	}
	return out
}

// Every list comes page by page, each entry once, whatever is added meanwhile.
func TestPages(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for i := range 3 {
		d.approved(sample)
		d.no(d.ada.AddDepartment(t.Context(), fmt.Sprint("Dept ", i)))
		d.no(d.ada.SetPerson(t.Context(), fmt.Sprint("p", i), api.PersonSettings{FullName: "P"}))
		d.no(d.ada.SetAudience(t.Context(), fmt.Sprint("a", i), api.AudienceSettings{Title: "A", Channels: []string{"web"}}))
		_, err := d.ada.MakeToken(t.Context(), api.TokenRequest{Name: "x", Scope: "read", Days: 1})
		d.no(err)
	}
	more := map[string]func(i int){
		"messages":    func(int) { d.add(sample) },
		"sends":       func(int) { d.approved(sample) },
		"departments": func(i int) { d.no(d.ada.AddDepartment(t.Context(), fmt.Sprint("AA ", i))) },
		"people":      func(i int) { d.join(fmt.Sprint("aa", i), "A", people.Everywhere, people.Viewer) },
		"audiences": func(i int) {
			d.no(d.ada.SetAudience(t.Context(), fmt.Sprint("0", i), api.AudienceSettings{Title: "A", Channels: []string{"web"}}))
		},
		"tokens": func(int) {
			_, err := d.ada.MakeToken(t.Context(), api.TokenRequest{Name: "x", Scope: "read", Days: 1})
			d.no(err)
		},
	}
	for list, name := range map[string]string{"messages": "id", "sends": "id", "departments": "name", "people": "name", "audiences": "name", "tokens": "id"} {
		whole := d.page("/"+list+"?limit=200", list, name)
		if whole.next != "" || whole.link != "" || len(whole.names) < 3 {
			t.Fatalf("%s: %+v", list, whole)
		}
		var seen []string
		for path, n := "/"+list+"?limit=2", 0; path != ""; n++ {
			page := d.page(path, list, name)
			seen = append(seen, page.names...)
			if (page.next == "") != (page.link == "") || len(page.names) > 2 {
				t.Errorf("%s: %+v", list, page)
			}
			target, rel, _ := strings.Cut(page.link, ">; ")
			if path = strings.TrimPrefix(target, "</api/v1"); page.link != "" && (rel != `rel="next"` || !strings.Contains(path, "cursor="+page.next)) {
				t.Fatalf("%s links to %q", list, page.link)
			}
			if n == 0 {
				more[list](n)
			}
		}
		if !slices.Equal(seen, whole.names) {
			t.Errorf("%s: %v, in pages %v", list, whole.names, seen)
		}
	}
}

func TestPageBounds(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for range 51 {
		d.add(sample)
	}
	if page := d.page("/messages", "messages", "id"); len(page.names) != 50 || page.next == "" {
		t.Errorf("%d without a limit", len(page.names))
	}
	if page := d.page("/messages?limit=51", "messages", "id"); len(page.names) != 51 || page.next != "" {
		t.Errorf("%d of 51, and next is %q", len(page.names), page.next)
	}
	for limit, status := range map[string]int{"0": 422, "1": 200, "200": 200, "201": 422, "-1": 422, "x": 422, "99999999999999999999": 422} {
		if w, _ := d.asked(d.adaKey, http.MethodGet, "/messages?limit="+limit, ""); w.Code != status {
			t.Errorf("limit=%s: %d %s", limit, w.Code, w.Body)
		}
	}
	other := base64.RawURLEncoding.EncodeToString([]byte("sends:1"))
	for _, cursor := range []string{"x", "!!", other, base64.RawURLEncoding.EncodeToString([]byte("messages:")), strings.Repeat("x", 1001)} {
		w, e := d.asked(d.adaKey, http.MethodGet, "/messages?cursor="+cursor, "")
		if w.Code != http.StatusUnprocessableEntity || len(e.Problems) != 1 || !strings.Contains(e.Problems[0].Field, "cursor") {
			t.Errorf("cursor=%s: %d %s", cursor, w.Code, w.Body)
		}
	}
	for _, number := range []string{"0", "-1", "x", "9223372036854775808"} {
		if w, _ := d.asked(d.adaKey, http.MethodGet, "/sends?cursor="+base64.RawURLEncoding.EncodeToString([]byte("sends:"+number)), ""); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", number, w.Code, w.Body)
		}
	}
}

// The client gathers every page of what it gives whole.
func TestClientGathersPages(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for i := range 201 {
		d.no(d.ada.AddDepartment(t.Context(), fmt.Sprintf("Dept %03d", i)))
	}
	all, err := d.ada.Departments(t.Context())
	if err != nil || len(all.Departments) != 202 {
		t.Errorf("%d, %v", len(all.Departments), err)
	}
}
