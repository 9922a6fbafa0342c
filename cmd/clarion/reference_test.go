package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

const referenceFile = "../../docs/cli.md"

// TestReference holds docs/cli.md against the real help texts.
func TestReference(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString(referenceHead)
	root := (&cli{out: io.Discard, errs: io.Discard}).root()
	flagTable(&b, root.PersistentFlags().FlagUsages())
	describe(&b, root)
	if *update {
		if err := os.WriteFile(referenceFile, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%s is not what the program says; run go test ./cmd/clarion -run TestReference -update", referenceFile)
	}
}

const referenceHead = `# The command line

Every verb of ` + "`clarion`" + `. This page is written from the program's own help texts.

A verb speaks to the daemon of the data folder over a socket in that folder. If no daemon runs, the verb takes the folder's lock and works on it itself. If it can do neither, it tries again for two seconds, as the daemon may be starting, and then refuses. What works with the daemon down whatever happens: ` + "`freeze`" + ` writes its file, and ` + "`ledger verify`" + ` reads the record by itself.

With ` + "`--server URL`" + ` or ` + "`CLARION_SERVER`" + ` a verb speaks to the server at that address. After ` + "`clarion login URL`" + ` it does so by itself, wherever there is no data folder and none is named. Plain http to another machine is refused unless ` + "`--insecure`" + ` is given. What only the machine with the data folder can do says so: ` + "`serve`, `demo`, `config`, `health`, `restore`, `ledger verify`" + ` and the first ` + "`user add`" + `. A freeze over the network takes a sign-in.

Who decides has signed in. ` + "`clarion login`" + ` begins a session, which is kept for the data folder or server in ` + "`clarion/sessions.json`" + ` below ` + "`$XDG_CONFIG_HOME`" + ` or ` + "`~/.config`" + `. Where several people signed in, ` + "`--user`" + ` says whose session to use; without, the last one's is. A system comes with a token in ` + "`CLARION_TOKEN`" + `, which counts in place of any session. Without a session you may freeze on the machine itself. With the daemon down, whoever has the data folder may also read, check channels and back up, and decides nothing. Where two people are needed, the first call is recorded and the second, by another person, acts.

What goes wrong is said on the standard error as ` + "`clarion: what happened; what to do`" + `.

| exit status | meaning |
| --- | --- |
| 0 | all was done |
| 1 | something was refused or failed |
| 2 | the command was called wrongly |

With ` + "`--json`" + ` every answer is JSON, one object a line. Times in it are RFC 3339 in UTC with milliseconds. Without it, times are in the office's zone, which stands beside them; where the configuration can't be read they are in UTC. A state is written in words, with dashes or with low lines: ` + "`in review`, `in-review`, `in_review`" + `. A time that you give is written ` + "`2027-05-01 09:00 Europe/London`" + ` or as RFC 3339 with an offset.

The socket's path may have 107 bytes. A data folder with a longer path is refused: name a shorter one, for instance relative to the folder you are in.

If the daemon is given another address to listen on, give it in ` + "`CLARION_LISTEN`" + ` or in the configuration rather than as a flag: the public address may follow it, and an approval is bound to that address.

## Flags of every verb

`

// describe writes a command and all below it.
func describe(b *bytes.Buffer, cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		if sub.Name() == "help" || sub.Name() == "completion" {
			continue
		}
		if sub.Runnable() && !onlyHolds(sub) {
			fmt.Fprintf(b, "\n## %s\n\n%s.\n\n    %s\n", sub.CommandPath(), sub.Short, sub.UseLine())
			if usages := sub.LocalNonPersistentFlags().FlagUsages(); usages != "" {
				b.WriteString("\n")
				flagTable(b, usages)
			}
		}
		describe(b, sub)
	}
}

// onlyHolds reports whether a command does nothing but hold others.
func onlyHolds(cmd *cobra.Command) bool { return cmd.HasSubCommands() && cmd.Name() != "freeze" }

// flagTable writes flags as the help text has them.
func flagTable(b *bytes.Buffer, usages string) {
	for line := range strings.Lines(usages) {
		if !strings.Contains(line, "--help") {
			b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
		}
	}
}
