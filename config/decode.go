package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"

	"clarion/channels"
)

// decode fills the struct that into points to (tag `toml`) and gives every
// fault: keys that it does not have, wrong types, and texts that the field's
// UnmarshalText refuses. A faulty key leaves its field as it was. Keys in
// elsewhere are no part of into, and are offered for misspelt ones.
func decode(values map[string]any, into any, elsewhere ...string) []*channels.SettingError {
	known := keysOf(into)
	rest := maps.Clone(values)
	var faults []*channels.SettingError
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, key) {
			faults = append(faults, unknownKey(key, slices.Concat(elsewhere, known)))
			delete(rest, key)
		}
	}
	return append(faults, settingErrors(decodeKnown(rest, into, nil))...)
}

func decodeKnown(values map[string]any, into any, meta *mapstructure.Metadata) error {
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:               into,
		TagName:              "toml",
		IgnoreUntaggedFields: true,
		ErrorUnused:          true,
		ZeroFields:           true,
		Metadata:             meta,
		MatchName:            func(key, field string) bool { return key == field },
		DecodeHook:           strictHook,
	})
	if err != nil {
		return fmt.Errorf("decode settings: %w", err)
	}
	return d.Decode(values)
}

// keysOf lists the keys that a struct has.
func keysOf(into any) []string {
	if t := reflect.TypeOf(into); t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return nil
	}
	blank := reflect.New(reflect.TypeOf(into).Elem()).Interface()
	var meta mapstructure.Metadata
	if err := decodeKnown(map[string]any{}, blank, &meta); err != nil {
		return nil
	}
	slices.Sort(meta.Unset)
	return slices.DeleteFunc(meta.Unset, func(key string) bool { return key == "-" })
}

func unknownKey(key string, known []string) *channels.SettingError {
	fault := &channels.SettingError{Key: key, Says: "is not a known key", Try: "remove it"}
	if near, ok := nearest(key, known); ok {
		fault.Try = "did you mean " + near + "?"
	} else if len(known) > 0 {
		slices.Sort(known)
		fault.Try = "remove it, or use one of " + strings.Join(known, ", ")
	}
	return fault
}

// joinedError is what errors.Join gives.
type joinedError interface {
	error
	Unwrap() []error
}

// settingErrors takes a decoder's joined error apart.
func settingErrors(err error) []*channels.SettingError {
	if err == nil {
		return nil
	}
	if joined, ok := errors.AsType[joinedError](err); ok {
		var all []*channels.SettingError
		for _, e := range joined.Unwrap() {
			all = append(all, settingErrors(e)...)
		}
		return all
	}
	fault := channels.SettingError{Says: shorten(err.Error()), Try: "compare with examples/clarion.toml"}
	if placed, ok := errors.AsType[*mapstructure.DecodeError](err); ok {
		fault.Key, fault.Says = placed.Name(), shorten(placed.Unwrap().Error())
	}
	if keys, ok := strings.CutPrefix(fault.Says, "has invalid keys: "); ok { // of a table inside into
		fault.Says, fault.Try = "has unknown keys: "+keys, "correct or remove them"
	}
	if told, ok := errors.AsType[*channels.SettingError](err); ok {
		fault.Says, fault.Try = told.Says, told.Try
	}
	return []*channels.SettingError{&fault}
}
