package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// maxSecretLine bounds what is typed or read as a secret, in bytes.
const maxSecretLine = 1_000

// secretFlag is a secret that is typed unseen, or read from a file. It is never
// an argument: those show in the list of processes.
type secretFlag struct{ file string }

func (s *secretFlag) on(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.file, "password-file", "", "file whose first line is the password; - for the standard input; asked for without")
}

func (s *secretFlag) read(c *cli, prompt string) (string, error) {
	switch s.file {
	case "":
		return c.askUnseen(prompt)
	case "-":
		return firstLine(c.in)
	}
	f, err := os.Open(s.file)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	return firstLine(f)
}

// askUnseen asks on a terminal, where nothing of the answer shows.
func (c *cli) askUnseen(prompt string) (string, error) {
	in, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) { // a file descriptor is small
		return "", misused("there is no terminal to type a password on; give --password-file")
	}
	fmt.Fprint(c.errs, prompt)
	secret, err := term.ReadPassword(int(in.Fd())) // as above
	fmt.Fprintln(c.errs)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(secret), nil
}

// ask asks for a line that may be seen.
func (c *cli) ask(prompt string) (string, error) {
	fmt.Fprint(c.errs, prompt)
	return firstLine(c.in)
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxSecretLine+1)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the first line: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if len(line) > maxSecretLine {
		return "", fmt.Errorf("the first line has more than %d bytes", maxSecretLine)
	}
	if line == "" {
		return "", errors.New("there is nothing to read")
	}
	return line, nil
}
