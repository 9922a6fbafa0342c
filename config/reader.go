package config

import (
	"slices"

	"clarion/channels"
)

// reader makes a Config of a decoded document and gathers every fault.
type reader struct {
	file   string
	values map[string]any
	root   *place
	kinds  channels.Registry
	listen string // from the command line
	vault  channels.Vault
	before *Config // in effect, where the file is read again; else nil

	config Config
	faults Faults
}

// table is one table of the file: the office's, or one channel's.
type table struct {
	r      *reader
	label  string // what its keys are shown under
	at     *place
	values map[string]any
	bad    map[string]bool // keys that have a fault
}

func (r *reader) read() {
	r.unknownTables()
	r.office()
	r.server()
	r.log()
	r.queue()
	r.ledger()
	r.oidc()
	r.keepRunning()
	declared := r.channels()
	r.alerts(declared)
	r.hooks()
}

func (r *reader) unknownTables() {
	known := []string{"office", "server", "log", "queue", "ledger", "alerts", "hooks", "oidc", "channel"}
	top := &table{r: r, at: r.root}
	for key := range r.values {
		if !slices.Contains(known, key) {
			top.add(unknownKey(key, slices.Clone(known)))
		}
	}
}

// section fills a part of the configuration from the table of its name.
func (r *reader) section(name string, into any) *table {
	t := &table{r: r, label: name, at: r.root}
	value, given := r.values[name]
	if !given {
		return t
	}
	t.at = r.root.keys[name]
	values, ok := value.(map[string]any)
	if !ok {
		t.fault("", "is "+typeName(value), "write it as a table, ["+name+"]")
		return t
	}
	t.values = values
	for _, f := range decode(values, into) {
		t.add(f)
	}
	return t
}

// has reports whether the table gives the key, be it with a fault.
func (t *table) has(key string) bool {
	_, given := t.values[key]
	return given
}

// sound reports whether the key, and the table as such, have no fault so far.
func (t *table) sound(key string) bool {
	return !t.bad[key] && !t.bad[""]
}

func (t *table) add(f *channels.SettingError) { t.fault(f.Key, f.Says, f.Try) }

// fault reports on a key, or on the whole table if key is empty.
func (t *table) fault(key, says, try string) {
	if t.bad == nil {
		t.bad = map[string]bool{}
	}
	t.bad[key] = true
	label := shorten(key)
	if t.label != "" && key != "" {
		label = t.label + "." + label
	} else if t.label != "" {
		label = t.label
	}
	t.r.faults = append(t.r.faults, Fault{File: t.r.file, Line: t.at.find(key), Key: label, Says: says, Try: try})
}
