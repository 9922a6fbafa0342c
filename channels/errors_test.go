package channels

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestClassZeroIsUnknown(t *testing.T) {
	t.Parallel()
	var zero Class
	if zero != Unknown {
		t.Errorf("the zero class is %s", zero)
	}
	if got := AsError(&Error{Reason: "forgot the class"}).Class; got != Unknown {
		t.Errorf("an error without class is %s", got)
	}
}

// The words stand in the ledger and must not change.
func TestClassString(t *testing.T) {
	t.Parallel()
	want := map[Class]string{
		Unknown: "unknown", Temporary: "temporary", RateLimited: "rate-limited", Unavailable: "unavailable",
		Permanent: "permanent", NotBegun: "not-begun", Class(99): "class(99)",
	}
	for class, word := range want {
		if class.String() != word {
			t.Errorf("class %d: got %q, want %q", uint8(class), class, word)
		}
	}
}

func TestAsError(t *testing.T) {
	t.Parallel()
	classed := &Error{Class: Temporary, Reason: "busy"}
	var none *Error
	tests := []struct {
		name string
		err  error
		want Class
	}{
		{"classed", classed, Temporary},
		{"wrapped", fmt.Errorf("publish: %w", classed), Temporary},
		{"joined", errors.Join(io.EOF, classed), Temporary},
		{"outer before inner", &Error{Class: Permanent, Reason: "refused", Err: classed}, Permanent},
		{"unclassified", io.EOF, Unknown},
		{"a nil *Error in an error", none, Unknown},
		{"a nil *Error wrapped", fmt.Errorf("publish: %w", none), Unknown},
	}
	for _, test := range tests {
		got := AsError(test.err)
		if got == nil || got.Class != test.want || got.Error() == "" {
			t.Errorf("%s: got %v, want class %s", test.name, got, test.want)
		}
	}
	if got := AsError(nil); got != nil {
		t.Errorf("nil: got %v", got)
	}
}

func TestErrorKeepsWhatLiesBeneath(t *testing.T) {
	t.Parallel()
	err := AsError(fmt.Errorf("read answer: %w", io.ErrUnexpectedEOF))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if text := err.Error(); !strings.HasPrefix(text, "unknown: ") || !strings.Contains(text, "unexpected EOF") {
		t.Errorf("got %q", text)
	}
	if text := (&Error{Class: Permanent, Reason: "refused"}).Error(); text != "permanent: refused" {
		t.Errorf("got %q", text)
	}
}
