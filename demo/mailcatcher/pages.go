package mailcatcher

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

//go:embed pages
var files embed.FS

// perPage is how many mails one page lists.
const perPage = 100

// Policies for browsers: the catcher's own pages, and a mail's HTML, which may
// show nothing but itself.
const (
	pagePolicy = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	mailPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

// guarded sets what every answer says to browsers.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (c *Catcher) list(w http.ResponseWriter, r *http.Request) {
	before, err := strconv.Atoi(r.FormValue("before"))
	if err != nil {
		before = 0 // anything else means from the newest
	}
	mails := c.box.before(before, perPage+1)
	older := 0
	if len(mails) > perPage {
		mails = mails[:perPage]
		older = mails[perPage-1].ID
	}
	c.page(w, "list.html", map[string]any{
		"Mails": mails, "Count": c.box.count(), "Older": older, "Paged": before > 0, "Addr": c.Addr(),
	})
}

func (c *Catcher) api(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	mails := c.box.before(0, MaxMails)
	if mails == nil {
		mails = []mail{} // a list also when it is empty
	}
	writeJSON(w, mails)
}

func writeJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the list could not be written", http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(append(b, '\n'))
}

func (c *Catcher) style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, files, "pages/style.css")
}

// withMail finds the mail of a path.
func (c *Catcher) withMail(next func(http.ResponseWriter, mail)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		m, ok := c.box.get(id)
		if err != nil || !ok {
			http.Error(w, "There is no such mail, or it is no longer kept.", http.StatusNotFound)
			return
		}
		next(w, m)
	}
}

func (c *Catcher) show(w http.ResponseWriter, m mail) {
	c.page(w, "mail.html", map[string]any{"Mail": m, "Content": m.read()})
}

// html answers with the mail's own HTML, for a frame that lets it do nothing.
func (c *Catcher) html(w http.ResponseWriter, m mail) {
	w.Header().Set("Content-Security-Policy", mailPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(m.read().HTML))
}

func (c *Catcher) source(w http.ResponseWriter, m mail) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="mail-%d.txt"`, m.ID))
	_, _ = w.Write(m.source)
}

// page writes a page as a whole or not at all.
func (c *Catcher) page(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := c.pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}
