package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"clarion/channels"
)

// Option overrides a part of the file.
type Option func(*reader)

// Listen overrides server.listen, as the command line does. It is given here
// and not set afterwards, because the default of server.base_url follows it.
func Listen(address string) Option {
	return func(r *reader) { r.listen = address }
}

// Vault is given to every kind of channel that is built. Without it the
// configuration is only checked: no channel may be used.
func Vault(vault channels.Vault) Option {
	return func(r *reader) { r.vault = vault }
}

// Load reads the file at path. The error is Faults; errors.Is tells
// fs.ErrNotExist from others. CLARION_BASE_URL, when set, overrides
// server.base_url.
func Load(path string, kinds channels.Registry, options ...Option) (*Config, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, Faults{unreadable(path, err)}
	}
	return Parse(path, text, kinds, options...)
}

// readFile reads one byte more than Parse accepts, so that Parse sees a file
// that is too long.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	return text, errors.Join(err, file.Close())
}

func unreadable(path string, err error) Fault {
	f := Fault{File: path, Says: "cannot be read", Try: "check the path and who may read it", cause: err}
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		f.Says = fmt.Sprintf("cannot be read: %v", pathError.Err)
	}
	if errors.Is(err, fs.ErrNotExist) {
		f.Try = "name the file with --config, or write one with `clarion config init`"
	}
	return f
}

// Parse reads a configuration from text; name stands for the file in faults.
// The error is Faults. Like Load it heeds CLARION_BASE_URL.
func Parse(name string, text []byte, kinds channels.Registry, options ...Option) (*Config, error) {
	values, root, faults := readDocument(name, text)
	if len(faults) > 0 {
		return nil, faults
	}
	r := &reader{file: name, values: values, root: root, kinds: kinds, config: defaults()}
	for _, option := range options {
		option(r)
	}
	r.read()
	if len(r.faults) > 0 {
		r.faults.sort()
		return nil, r.faults
	}
	return &r.config, nil
}
