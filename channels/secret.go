package channels

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxSecret bounds a secret's file, in bytes.
const maxSecret = 64 << 10

// Secret is a credential given by reference: `file:PATH` or `env:NAME`. It
// prints as <secret>; only Reveal gives the value.
//
// The value lies behind a pointer because fmt does not ask the methods of an
// unexported field: a struct that keeps its Secret in one prints an address.
type Secret struct{ value *string }

// NewSecret wraps a value that is known already.
func NewSecret(value string) Secret { return Secret{&value} }

// UnmarshalText resolves a reference. A value written in the open is refused.
func (s *Secret) UnmarshalText(text []byte) error {
	value, err := resolve(string(text))
	if err != nil {
		return err
	}
	s.value = &value
	return nil
}

func resolve(reference string) (string, error) {
	scheme, name, _ := strings.Cut(reference, ":")
	switch {
	case scheme == "env" && name != "":
		value := os.Getenv(name)
		if value == "" {
			return "", fmt.Errorf("environment variable %s is not set; set it or use file:PATH", name)
		}
		return value, nil
	case scheme == "file" && name != "":
		return readSecret(name)
	default:
		return "", errors.New("a secret is given by reference; write file:PATH or env:NAME")
	}
}

// readSecret reads no more than the limit whatever the file says of its size:
// a device says 0 and never ends.
func readSecret(path string) (string, error) {
	file, err := os.Open(path) //nolint:gosec // the operator's own file names the path
	if err != nil {
		return "", fmt.Errorf("secret file: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	content, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("secret file: %w", err)
	}
	if len(content) > maxSecret {
		return "", fmt.Errorf("secret file %s is over the limit of %d bytes; name the file that holds only the secret", path, maxSecret)
	}
	value := strings.TrimRight(string(content), "\r\n")
	if value == "" {
		return "", fmt.Errorf("secret file %s is empty; write the secret into it", path)
	}
	return value, nil
}

// Reveal gives the credential. Its result goes to a destination and nowhere
// else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether no secret was given.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// String hides the value.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "<secret>"
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the value from JSON and TOML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
