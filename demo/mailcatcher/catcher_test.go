package mailcatcher

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

const letter = "From: =?utf-8?q?Swyddfa=E2=80=99r_Wasg?= <press@example.org>\r\nTo: <ada@example.com>\r\n" +
	"Subject: =?utf-8?q?Mae=E2=80=99r_bont?= <b>\r\nMessage-ID: <k1@example.org>\r\n" +
	"List-Unsubscribe: <https://news.example.org/u/1>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=m\r\n\r\n" +
	"--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n" +
	"--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSi=C3=A2n <script>\r\n\r\n" +
	"--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n" +
	"--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Open</p><img src=\"cid:p@x\"><script>alert(1)</script>\r\n" +
	"--r\r\nContent-Type: image/png\r\nContent-ID: <p@x>\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n" +
	"--r--\r\n--a--\r\n" +
	"--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\n\r\n%PDF\r\n--m--\r\n"

// start gives a catcher that runs until the test ends.
func start(t *testing.T) *Catcher {
	t.Helper()
	c, err := New("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.Start()
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func send(t *testing.T, c *Catcher, to, source string) {
	t.Helper()
	if err := smtp.SendMail(c.Addr(), nil, "bounces@example.org", []string{to}, []byte(source)); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, c *Catcher, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestPages(t *testing.T) {
	t.Parallel()
	c := start(t)
	if body := get(t, c, "/").Body.String(); !strings.Contains(body, "No mails here yet.") {
		t.Errorf("an empty list is %q", body)
	}
	send(t, c, "ada@example.com", letter)
	for path, wants := range map[string][]string{
		"/":       {"Mae’r bont &lt;b&gt;", "ada@example.com", "Swyddfa’r Wasg", `href="mail/1"`, "1 mail is kept"},
		"/mail/1": {"Siân &lt;script&gt;", `<iframe sandbox src="1/html" title="The mail in HTML">`, "plan.pdf", "k1@example.org", `href="1/source"`, "https://news.example.org/u/1", "bounces@example.org"},
	} {
		w := get(t, c, path)
		for _, want := range wants {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s lacks %q:\n%s", path, want, w.Body)
			}
		}
		if w.Header().Get("Content-Security-Policy") != pagePolicy || strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%s: %v", path, w.Header())
		}
		if _, err := html.Parse(strings.NewReader(w.Body.String())); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if w := get(t, c, "/style.css"); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("the style is %d, %v", w.Code, w.Header())
	}
}

// TestHTMLIsCaged: a mail's own HTML comes with a policy that lets it run,
// fetch and send nothing, whoever opens it.
func TestHTMLIsCaged(t *testing.T) {
	t.Parallel()
	c := start(t)
	send(t, c, "ada@example.com", letter)
	w := get(t, c, "/mail/1/html")
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"sandbox;", "default-src 'none'", "img-src data:;", "form-action 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	if strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "script-src") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("got %v", w.Header())
	}
	if !strings.Contains(w.Body.String(), `<img src="data:image/png;base64,aGVsbG8=">`) {
		t.Errorf("the image is not shown: %s", w.Body)
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	c := start(t)
	send(t, c, "ada@example.com", letter)
	w := get(t, c, "/mail/1/source")
	if w.Body.String() != letter || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" ||
		w.Header().Get("Content-Disposition") != `attachment; filename="mail-1.txt"` {
		t.Errorf("got %v %q", w.Header(), w.Body)
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	c := start(t)
	if got := get(t, c, "/api").Body.String(); got != "[]\n" {
		t.Errorf("an empty list is %q", got)
	}
	send(t, c, "ada@example.com", letter)
	send(t, c, "bob@example.com", "Subject: second\r\n\r\ntext\r\n")
	var mails []struct {
		ID        int      `json:"id"`
		To        []string `json:"to"`
		From      string   `json:"from"`
		Subject   string   `json:"subject"`
		MessageID string   `json:"message_id"`
		Size      int      `json:"size"`
	}
	if err := json.Unmarshal(get(t, c, "/api").Body.Bytes(), &mails); err != nil {
		t.Fatal(err)
	}
	if len(mails) != 2 || mails[0].ID != 2 || mails[0].Subject != "second" || mails[0].From != "bounces@example.org" {
		t.Fatalf("got %+v", mails)
	}
	if m := mails[1]; m.To[0] != "ada@example.com" || m.Subject != "Mae’r bont <b>" || m.MessageID != "k1@example.org" || m.Size != len(letter) {
		t.Errorf("got %+v", m)
	}
}

func TestNoSuchMail(t *testing.T) {
	t.Parallel()
	c := start(t)
	send(t, c, "ada@example.com", letter)
	for _, path := range []string{"/mail/0", "/mail/2", "/mail/-1", "/mail/x", "/mail/2/source", "/mail/99999999999999999999/html", "/none"} {
		if w := get(t, c, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestOlderPages(t *testing.T) {
	t.Parallel()
	c := start(t)
	for i := range perPage + 1 {
		c.box.put("", nil, fmt.Appendf(nil, "Subject: mail %d.\r\n\r\n", i+1))
	}
	first := get(t, c, "/").Body.String()
	if !strings.Contains(first, "mail 101.") || !strings.Contains(first, "mail 2.") || strings.Contains(first, "mail 1.") || !strings.Contains(first, `href="?before=2"`) {
		t.Errorf("the first page is %s", first)
	}
	second := get(t, c, "/?before=2").Body.String()
	if !strings.Contains(second, "mail 1.") || strings.Contains(second, "mail 2.") || strings.Contains(second, "Older mails") {
		t.Errorf("the second page is %s", second)
	}
}

func TestOddMails(t *testing.T) {
	t.Parallel()
	c := start(t)
	deep := "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n", 50)
	for i, source := range []string{
		"no header at all", "Subject: =?x?\r\n\r\ntext", "Content-Type: multipart/mixed\r\n\r\nx", "Content-Type: ;;\r\n\r\nx", deep,
		"Content-Transfer-Encoding: base64\r\n\r\n***", "List-Unsubscribe: <javascript:alert(1)>\r\n\r\nx", "\x00\xff",
	} {
		c.box.put("", nil, []byte(source))
		w := get(t, c, fmt.Sprintf("/mail/%d", i+1))
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "javascript:") {
			t.Errorf("%.40q: %d %s", source, w.Code, w.Body)
		}
	}
}

func TestBoxLimits(t *testing.T) {
	t.Parallel()
	size := len("Subject: 1\r\n\r\n")
	for _, c := range []struct{ put, kept int }{{2, 2}, {3, 3}, {4, 3}} {
		for name, b := range map[string]*box{"mails": newBox(3, 1<<20), "bytes": newBox(100, 3*size)} {
			for i := range c.put {
				b.put("", nil, fmt.Appendf(nil, "Subject: %d\r\n\r\n", i+1))
			}
			_, first := b.get(c.put - c.kept)
			last, ok := b.get(c.put)
			if b.count() != c.kept || b.bytes != c.kept*size || first || !ok || last.Subject != fmt.Sprint(c.put) {
				t.Errorf("%s: %d put, %d kept, want %d", name, c.put, b.count(), c.kept)
			}
		}
	}
	b := newBox(3, size-1)
	b.put("", nil, []byte("Subject: 1\r\n\r\n"))
	if b.count() != 0 || b.bytes != 0 || len(b.before(0, 10)) != 0 {
		t.Error("a mail larger than the box is kept")
	}
}

func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	if c, err := New("0.0.0.0:0"); err == nil {
		_ = c.Stop()
		t.Error("the catcher listens to the network")
	}
	if _, err := New("no address"); err == nil {
		t.Error("no error for a bad address")
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	for _, started := range []bool{true, false} {
		c, err := New("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if started {
			c.Start()
		}
		for range 2 {
			if err := c.Stop(); err != nil {
				t.Errorf("started %t: %v", started, err)
			}
		}
		if client, err := smtp.Dial(c.Addr()); err == nil {
			_ = client.Close()
			t.Errorf("started %t: it still listens", started)
		}
	}
}

// TestNeverDials: the package's own code holds no way to connect anywhere.
func TestNeverDials(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Dial", "SendMail", "http.Get", "http.Client", "\"net/smtp\""} {
			if strings.Contains(string(source), word) {
				t.Errorf("%s holds %s", e.Name(), word)
			}
		}
	}
}

// FuzzRead: whatever a mail is, it can be shown.
func FuzzRead(f *testing.F) {
	f.Add([]byte(letter))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		c := newMail("a@example.org", nil, source, time.Time{}).read()
		if c.parts > maxParts+maxDepth {
			t.Errorf("%d parts", c.parts)
		}
	})
}
