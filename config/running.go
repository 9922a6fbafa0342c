package config

import (
	"reflect"
)

// Running reads the file for a program that runs on a configuration already.
// What can only change at a start stays as it is there, and is listed in
// Config.Restart where the file has it otherwise: everything but channels,
// alerts, hooks, and of [queue] what limits the channels. A channel of which nothing
// changed, secrets included, is the one that was built before.
func Running(c *Config) Option {
	return func(r *reader) { r.before = c }
}

// keepRunning comes before the channels are built, which take the office's name
// and the public address.
func (r *reader) keepRunning() {
	if r.before == nil {
		return
	}
	r.keep("office", &r.config.Office, r.before.Office)
	r.keep("server", &r.config.Server, r.before.Server)
	r.keep("log", &r.config.Log, r.before.Log)
	r.keep("queue", &r.config.Queue, r.queueThatStays())
	r.keep("ledger", &r.config.Ledger, r.before.Ledger)
	r.keep("oidc", &r.config.OIDC, r.before.OIDC)
}

// queueThatStays is the new queue with what does not limit a channel as before.
func (r *reader) queueThatStays() Queue {
	q := r.config.Queue
	q.StopTimeout, q.MaterialiseBefore = r.before.Queue.StopTimeout, r.before.Queue.MaterialiseBefore
	return q
}

// keep puts a section back to what it was, and notes the keys that differ.
func (r *reader) keep(name string, section, before any) {
	now, was := reflect.ValueOf(section).Elem(), reflect.ValueOf(before)
	for field, value := range now.Fields() {
		if key := tagOf(field); key != "" && !reflect.DeepEqual(value.Interface(), was.FieldByIndex(field.Index).Interface()) {
			r.config.Restart = append(r.config.Restart, name+"."+key)
		}
	}
	now.Set(was)
}

// keepBuilt takes over a channel that is the same as before.
func (r *reader) keepBuilt(c *Channel) {
	if r.before == nil {
		return
	}
	for _, old := range r.before.Channels {
		if old.Name == c.Name && old.Kind == c.Kind && old.Rehearse == c.Rehearse && reflect.DeepEqual(old.settings, c.settings) {
			c.Built = old.Built
		}
	}
}
