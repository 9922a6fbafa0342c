package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// networks is how many channels the office has that stand in for social
// networks; with the newsroom, a message makes ten sends.
const networks = 9

// office is one data folder with its binary.
type office struct {
	b      *testing.B
	bin    string
	dir    string
	config string
	listen string            // of the daemon that was started last
	user   string            // who acts; empty before anybody can
	tokens map[string]string // of each person, by which they act
}

// newOffice makes an office with a newsroom, social networks in rehearsal, and
// an email channel to a relay.
func newOffice(b *testing.B, bin, relay string) *office {
	b.Helper()
	dir := b.TempDir()
	o := &office{b: b, bin: bin, dir: filepath.Join(dir, "data"), config: filepath.Join(dir, "clarion.toml")}
	write(b, o.config, officeConfig(relay))
	o.people()
	everywhere := []string{"newsroom"}
	for i := range networks {
		everywhere = append(everywhere, fmt.Sprintf("network-%d", i))
	}
	o.run("audience", "set", "everyone", "--title", "Everyone", "--public", "--channels", strings.Join(everywhere, ","))
	o.run("audience", "set", "readers", "--title", "Readers", "--channels", "email")
	return o
}

func officeConfig(relay string) string {
	host, port, _ := net.SplitHostPort(relay)
	var c strings.Builder
	fmt.Fprintf(&c, `[office]
name = "Bench Office"
zone = "Europe/London"
language = "en-GB"

[server]
base_url = "http://127.0.0.1"

[[channel]]
name = "newsroom"
kind = "webfeed"

[[channel]]
name = "email"
kind = "email"
host = "%s"
port = %s
security = "none"
from = "Bench Office <news@bench.example.org>"
concurrency = %d
`, host, port, connections)
	for i := range networks {
		fmt.Fprintf(&c, "\n[[channel]]\nname = \"network-%d\"\nkind = \"rehearsal\"\n", i)
	}
	return c.String()
}

// subscribe fills the audience of the mails.
func (o *office) subscribe(n int) {
	o.b.Helper()
	var rows strings.Builder
	rows.WriteString("email,name\n")
	for i := range n {
		fmt.Fprintf(&rows, "reader%06d@example.net,Reader %d\n", i, i)
	}
	list := filepath.Join(o.b.TempDir(), "list.csv")
	write(o.b, list, rows.String())
	o.run("audience", "import", "readers", list)
}

// approval is what an approver must name.
type approval struct{ ID, Digest string }

// submit has a message written and put into review.
func (o *office) submit(audience, publish, body string) approval {
	o.b.Helper()
	file := filepath.Join(o.b.TempDir(), "news.md")
	write(o.b, file, fmt.Sprintf("---\ntitle: The bridge reopens\nsummary: The bridge reopens to everyone.\ndepartment: Roads\naudiences: [%s]\npublish: %s\n---\n\n%s\n", audience, publish, body))
	var a approval
	o.read(&a, "--json", "message", "add", file)
	o.run("message", "submit", a.ID)
	o.read(&a, "--json", "message", "show", a.ID)
	return a
}

func (o *office) approve(a approval) {
	o.b.Helper()
	o.by("carys").run("message", "approve", a.ID, "--digest", a.Digest)
}

// by gives the same office with somebody else acting.
func (o *office) by(name string) *office {
	other := *o
	other.user = name
	return &other
}

// people makes ada, who may do everything and acts from now on, and carys, who
// approves, in an office with a department.
func (o *office) people() {
	o.b.Helper()
	password := filepath.Join(o.b.TempDir(), "password")
	write(o.b, password, "violin tundra magnet soup\n")
	o.run("user", "add", "ada", "--first", "--full-name", "Ada Okoro", "--password-file", password)
	ada := o.token("ada", password)
	o.run("user", "add", "carys", "--full-name", "Carys Morgan")
	o.run("user", "roles", "carys", "approver", "publisher")
	var invited struct{ Link string }
	o.read(&invited, "--json", "user", "invite", "carys")
	o.run("user", "accept", invited.Link, "--password-file", password)
	o.tokens = map[string]string{"ada": ada, "carys": o.token("carys", password)}
	o.user = "ada"
	o.run("department", "add", "Roads")
}

// token signs somebody in and makes a token that may do what they may.
func (o *office) token(name, password string) string {
	o.b.Helper()
	o.run("login", name, "--password-file", password)
	var made struct{ Secret string }
	o.read(&made, "--json", "token", "make", "bench", "--scope", "all")
	return made.Secret
}

// run runs one verb, which must succeed, and gives what it prints.
func (o *office) run(args ...string) []byte {
	o.b.Helper()
	cmd := exec.Command(o.bin, append([]string{"--data", o.dir, "--config", o.config}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Dir(o.config), "CLARION_TOKEN="+o.tokens[o.user])
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		o.b.Fatalf("clarion %s: %v\n%s%s", strings.Join(args, " "), err, out.Bytes(), errs.Bytes())
	}
	return out.Bytes()
}

// read runs one verb and reads the object it prints.
func (o *office) read(into any, args ...string) {
	o.b.Helper()
	if err := json.NewDecoder(bytes.NewReader(o.run(args...))).Decode(into); err != nil {
		o.b.Fatalf("read what clarion %s prints: %v", strings.Join(args, " "), err)
	}
}

func write(b *testing.B, path, text string) {
	b.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
