package sso

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Bounds of the groups that somebody is in.
const (
	MaxGroups = 1000
	MaxGroup  = 256 // bytes
)

// Identity is who somebody is, as a provider says.
type Identity struct {
	Issuer, Subject string // together they are one person, always
	Login           string // what they sign in as there; it may change hands
	FullName        string
	Email           string
	Groups          []string
	GroupsSaid      bool      // false if the provider said nothing of groups
	Proved          time.Time // when they last gave a second factor there; zero if they did not
}

// claims are those of an ID token and of what else the provider tells.
type claims map[string]any

// find gives a claim by its name, or by a path with dots through objects.
func (c claims) find(path string) (any, bool) {
	if value, ok := c[path]; ok {
		return value, true
	}
	first, rest, nested := strings.Cut(path, ".")
	inner, ok := c[first].(map[string]any)
	if !nested || !ok {
		return nil, false
	}
	return claims(inner).find(rest)
}

func (c claims) has(path string) bool {
	_, ok := c.find(path)
	return ok
}

// text gives a claim that is text; empty if it is not.
func (c claims) text(path string) string {
	value, _ := c.find(path)
	text, _ := value.(string)
	return text
}

// texts gives a claim that is a list of text, without what is none.
func (c claims) texts(path string) []string {
	value, _ := c.find(path)
	list, _ := value.([]any)
	var all []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// truth reports whether a claim is true. Some providers write it as text.
func (c claims) truth(path string) bool {
	value, _ := c.find(path)
	return value == true || value == "true"
}

// instant gives a claim in seconds since 1970; zero if it is none.
func (c claims) instant(path string) time.Time {
	value, _ := c.find(path)
	seconds, ok := value.(float64)
	if !ok || seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// errElsewhere says that the groups are too many for a token, and where they
// would have to be asked for.
var errElsewhere = errors.New("the provider keeps them elsewhere")

// groups gives the groups that somebody is in, and whether anything was said of
// them. All are taken over or none: one that is left out could have given a
// role, or taken none away.
func (c claims) groups(path string) (groups []string, said bool, err error) {
	value, said := c.find(path)
	if !said {
		if elsewhere, _ := c["_claim_names"].(map[string]any); elsewhere[path] != nil {
			return nil, false, errElsewhere
		}
		return nil, false, nil
	}
	list, ok := value.([]any)
	ok = ok || value == nil // some write null where there is none
	if text, single := value.(string); single {
		list, ok = []any{text}, true
	}
	if !ok {
		return nil, false, errors.New("the claim is no list")
	}
	if len(list) > MaxGroups {
		return nil, false, fmt.Errorf("they are more than %d", MaxGroups)
	}
	for _, item := range list {
		group, ok := item.(string)
		if !ok || len(group) > MaxGroup {
			return nil, false, fmt.Errorf("one is no text, or longer than %d bytes", MaxGroup)
		}
		groups = append(groups, group)
	}
	return groups, true, nil
}
