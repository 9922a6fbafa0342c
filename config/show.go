package config

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Show gives the configuration in effect as TOML: defaults written out, and
// each secret as "<secret>".
func (c Config) Show() []byte {
	var b bytes.Buffer
	for _, section := range []struct {
		name string
		keys any
	}{
		{"office", &c.Office}, {"server", &c.Server}, {"log", &c.Log},
		{"queue", &c.Queue}, {"ledger", &c.Ledger}, {"alerts", &c.Alerts}, {"hooks", &c.Hooks},
	} {
		fmt.Fprintf(&b, "[%s]\n%s\n", section.name, keyLines(section.keys))
	}
	b.Write(c.OIDC.show())
	for _, channel := range c.Channels {
		effective := channel.effective(c.Queue)
		fmt.Fprintf(&b, "[[channel]]\n%s%s\n", keyLines(&effective), channel.own)
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

// show writes the provider of single sign-on, if there is one.
func (o OIDC) show() []byte {
	if o.Issuer == "" {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "[oidc]\n%s\n", keyLines(&o, "role"))
	for _, r := range o.Roles {
		fmt.Fprintf(&b, "[[oidc.role]]\n%s\n", keyLines(&r))
	}
	return b.Bytes()
}

// effective puts in what a zero stands for.
func (c Channel) effective(q Queue) Channel {
	can := c.Built.Capabilities()
	c.Concurrency = cmp.Or(c.Concurrency, can.Concurrency)
	c.Ahead = cmp.Or(c.Ahead, can.Ahead)
	c.Attempts = cmp.Or(c.Attempts, q.Attempts)
	c.Timeout = cmp.Or(c.Timeout, q.PublishTimeout)
	return c
}

// Format prints the configuration as Show does, whatever the verb, so that no
// adapter's fields are printed.
func (c Config) Format(s fmt.State, _ rune) { fmt.Fprint(s, string(c.Show())) }

// Format prints the channel's name and kind, whatever the verb.
func (c Channel) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "channel %s (%s)", c.Name, c.Kind) }

// MarshalJSON gives what Show gives, as one JSON object.
func (c Config) MarshalJSON() ([]byte, error) {
	var values map[string]any
	if err := toml.Unmarshal(c.Show(), &values); err != nil {
		return nil, fmt.Errorf("read own configuration: %w", err)
	}
	return json.Marshal(values)
}

// keyLines writes a struct (tag `toml`) as lines of TOML in the order of its
// fields. A field that prints as nothing, such as a secret that was not given,
// has no line, nor has a key that is left out.
func keyLines(settings any, without ...string) []byte {
	v := reflect.Indirect(reflect.ValueOf(settings))
	if v.Kind() != reflect.Struct {
		return nil
	}
	var b bytes.Buffer
	encoder := toml.NewEncoder(&b).SetTablesInline(true)
	for field, value := range v.Fields() {
		key := tagOf(field)
		shown := plain(value)
		if key == "" || shown == nil || slices.Contains(without, key) {
			continue
		}
		if err := encoder.Encode(map[string]any{key: shown}); err != nil {
			fmt.Fprintf(&b, "# %s cannot be shown\n", key)
		}
	}
	return b.Bytes()
}

// tagOf gives the key of a field, or nothing if it has none.
func tagOf(field reflect.StructField) string {
	key, _, _ := strings.Cut(field.Tag.Get("toml"), ",")
	if key == "-" || !field.IsExported() {
		return ""
	}
	return key
}

// plain turns a field into what TOML knows. Only what a type says of itself in
// MarshalText is shown of it, which hides secrets.
func plain(v reflect.Value) any {
	if !v.CanInterface() {
		return nil
	}
	switch value := v.Interface().(type) {
	case time.Duration:
		return formatDuration(value)
	case encoding.TextMarshaler:
		return plainText(value)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Struct:
		return plainStruct(v)
	case reflect.Slice, reflect.Array:
		return plainList(v)
	case reflect.Map:
		return plainMap(v)
	}
	return v.Interface()
}

func plainText(value encoding.TextMarshaler) any {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	text, err := value.MarshalText()
	if err != nil || len(text) == 0 {
		return nil
	}
	return string(text)
}

func plainStruct(v reflect.Value) any {
	keys := map[string]any{}
	for field, value := range v.Fields() {
		if key, shown := tagOf(field), plain(value); key != "" && shown != nil {
			keys[key] = shown
		}
	}
	return keys
}

func plainList(v reflect.Value) any {
	list := make([]any, 0, v.Len())
	for _, item := range v.Seq2() {
		list = append(list, plain(item))
	}
	return list
}

func plainMap(v reflect.Value) any {
	keys := map[string]any{}
	for key, value := range v.Seq2() {
		keys[fmt.Sprint(key)] = plain(value)
	}
	return keys
}
