package config

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"clarion/channels"
)

// strictHook lets only the right TOML type into a field. It never quotes the
// value: a secret may stand in the wrong place.
func strictHook(from, to reflect.Value) (any, error) {
	switch to.Type() {
	case reflect.TypeFor[time.Duration]():
		return fromText(from, "a duration in quotes", toDuration)
	case reflect.TypeFor[netip.Prefix]():
		return fromText(from, "an address or a network in quotes", toPrefix)
	}
	if to.CanAddr() {
		if u, ok := reflect.New(to.Type()).Interface().(encoding.TextUnmarshaler); ok {
			return fromText(from, "text in quotes", func(s string) (any, error) { return unmarshal(u, s) })
		}
	}
	if wants, ok := fits(from.Kind(), to.Kind()); !ok {
		return nil, wrongType(from, wants)
	}
	return from.Interface(), overflow(from, to)
}

func fromText(from reflect.Value, wants string, convert func(string) (any, error)) (any, error) {
	if from.Kind() != reflect.String {
		return nil, wrongType(from, wants)
	}
	return convert(from.String())
}

func toDuration(s string) (any, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return nil, &channels.SettingError{Says: "is not a duration", Try: `write one such as "30s", "15m" or "24h"`}
	}
	return d, nil
}

// toPrefix reads a network, or an address as a network of one.
func toPrefix(s string) (any, error) {
	if address, err := netip.ParseAddr(s); err == nil && address.Zone() == "" {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return nil, &channels.SettingError{Says: "is not an address or a network", Try: `write one such as "10.0.0.7" or "10.0.0.0/8"`}
	}
	if masked := prefix.Masked(); masked != prefix {
		return nil, &channels.SettingError{Says: "has bits set after the network", Try: fmt.Sprintf("write %q", masked)}
	}
	return prefix, nil
}

// unmarshal gives the value that u points to after it has read s. What the
// error says before a semicolon is what is wrong, after it what to do.
func unmarshal(u encoding.TextUnmarshaler, s string) (any, error) {
	if err := u.UnmarshalText([]byte(s)); err != nil {
		says, try, told := strings.Cut(err.Error(), "; ")
		if !told {
			try = "correct the value or what it names"
		}
		return nil, &channels.SettingError{Says: shorten(says), Try: shorten(try)}
	}
	return reflect.ValueOf(u).Elem().Interface(), nil
}

// fits reports whether a TOML type goes into a field's, and what the field
// wants.
func fits(from, to reflect.Kind) (wants string, ok bool) {
	switch to {
	case reflect.String:
		return "text in quotes", from == reflect.String
	case reflect.Bool:
		return "true or false", from == reflect.Bool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number", from == reflect.Int64
	case reflect.Float32, reflect.Float64:
		return "a number", from == reflect.Float64 || from == reflect.Int64
	case reflect.Slice, reflect.Array:
		return "a list in [ ]", from == reflect.Slice
	case reflect.Map, reflect.Struct:
		return "a table", from == reflect.Map
	}
	return "", true
}

// overflow refuses a whole number that the field cannot hold.
func overflow(from, to reflect.Value) error {
	out := false
	switch {
	case to.CanInt():
		out = to.OverflowInt(from.Int())
	case to.CanUint():
		out = from.Int() < 0 || to.OverflowUint(uint64(from.Int())) //nolint:gosec // the sign was looked at
	}
	if !out {
		return nil
	}
	bits := to.Type().Bits()
	try := fmt.Sprintf("write a whole number from %d to %d", int64(-1)<<(bits-1), int64(1)<<(bits-1)-1)
	if to.CanUint() {
		try = fmt.Sprintf("write a whole number from 0 to %d", uint64(1)<<bits-1)
	}
	return &channels.SettingError{Says: "is out of range", Try: try}
}

func wrongType(from reflect.Value, wants string) error {
	return &channels.SettingError{Says: "is " + typeName(from.Interface()), Try: "write " + wants}
}

// typeName is the TOML type of a decoded value, in words.
func typeName(value any) string {
	switch value.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	case time.Time, toml.LocalDate, toml.LocalDateTime, toml.LocalTime:
		return "a date or time"
	}
	return "of another type"
}
