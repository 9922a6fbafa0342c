// Package config reads Clarion's one TOML file and the environment that may
// override it.
//
// Failure rules. Reading is strict and complete: every fault is reported at
// once, each with its file, line and key and with what to try, and a file with
// a fault gives no configuration at all. Only a text that is not TOML stops at
// the first fault, since nothing after it can be trusted. No value of a secret
// is in a fault, in Show or in any printed form of a Config.
package config

import (
	"net/netip"
	"time"

	"clarion/channels"
)

// Config is a whole configuration without faults.
type Config struct {
	Office   Office
	Server   Server
	Log      Log
	Queue    Queue
	Ledger   Ledger
	Alerts   Alerts
	Hooks    Hooks
	OIDC     OIDC
	Channels []Channel

	// Restart lists the keys that changed in the file and are not taken over
	// before a restart; see Running.
	Restart []string
}

// Office is who publishes.
type Office struct {
	Name     string `toml:"name"`     // as readers see it
	Zone     string `toml:"zone"`     // IANA zone in which times are shown
	Language string `toml:"language"` // BCP 47, of messages that name none
}

// Server is where and how Clarion is reached.
type Server struct {
	Listen         string         `toml:"listen"`   // host:port; an empty host means every address
	BaseURL        string         `toml:"base_url"` // scheme and host, no slash at the end
	TrustedProxies []netip.Prefix `toml:"trusted_proxies"`
	TLSCert        string         `toml:"tls_cert"`            // PEM file; with TLSKey or not at all
	TLSKey         string         `toml:"tls_key"`             // PEM file
	APIPerMinute   int            `toml:"api_rate_per_minute"` // requests of one caller over TCP
	APIBurst       int            `toml:"api_burst"`           // of them at once

	// FollowsListen is true if no base_url was set.
	FollowsListen bool `toml:"-"`
}

// Log is how much is logged, and in which form.
type Log struct {
	Level  string `toml:"level"`  // "debug", "info", "warn" or "error"
	Format string `toml:"format"` // "json", "text", or "auto": text on a terminal, else JSON
}

// Queue is how sends are tried, tried again and given up.
type Queue struct {
	Attempts          int           `toml:"attempts"`
	BackoffFirst      time.Duration `toml:"backoff_first"`
	BackoffMax        time.Duration `toml:"backoff_max"`
	GiveUpAfter       time.Duration `toml:"give_up_after"`
	PublishTimeout    time.Duration `toml:"publish_timeout"`
	StopTimeout       time.Duration `toml:"stop_timeout"`
	MaterialiseBefore time.Duration `toml:"materialise_before"`
	ReadBackFirst     time.Duration `toml:"read_back_first"`
	ReadBackFor       time.Duration `toml:"read_back_for"`
}

// Ledger is when and where the head of the ledger is exported.
type Ledger struct {
	ExportEvery string `toml:"export_every"` // cron line of five fields, or a name such as @hourly
	Dir         string `toml:"dir"`          // empty means inside the data folder
}

// Alerts is how notices reach staff. Both are set or neither is.
type Alerts struct {
	Channel string   `toml:"channel"` // name of a channel that is a channels.Notifier
	To      []string `toml:"to"`      // addresses
}

// Hooks is where the office's own systems may be told what happens.
type Hooks struct {
	// Allow lists scheme, host and port of receivers that are inside a network.
	// Any on the public internet may be told.
	Allow []string `toml:"allow"`
}

// Channel is one configured destination.
type Channel struct {
	Name          string        `toml:"name"`
	Kind          string        `toml:"kind"`
	Concurrency   int           `toml:"concurrency"`     // 0 means the kind's own
	Ahead         int           `toml:"ahead"`           // 0 means the kind's own
	RatePerMinute int           `toml:"rate_per_minute"` // 0 means no limit
	MinInterval   time.Duration `toml:"min_interval"`    // 0 means none
	Attempts      int           `toml:"attempts"`        // 0 means Queue.Attempts
	Timeout       time.Duration `toml:"timeout"`         // 0 means Queue.PublishTimeout
	Rehearse      bool          `toml:"rehearse"`        // it publishes nothing, whatever anybody decides

	Built channels.Channel `toml:"-" json:"-"`

	own      []byte // the kind's own keys as TOML, secrets hidden
	settings any    // the kind's own struct, to tell whether any of it changed
}

// defaults is the configuration before the file is read.
func defaults() Config {
	return Config{
		Office: Office{Zone: "UTC", Language: "en"},
		Server: Server{Listen: "127.0.0.1:8080", APIPerMinute: 600, APIBurst: 60},
		Log:    Log{Level: "info", Format: "auto"},
		Queue: Queue{
			Attempts:          8,
			BackoffFirst:      30 * time.Second,
			BackoffMax:        time.Hour,
			GiveUpAfter:       24 * time.Hour,
			PublishTimeout:    time.Minute,
			StopTimeout:       30 * time.Second,
			MaterialiseBefore: 15 * time.Minute,
			ReadBackFirst:     5 * time.Second,
			ReadBackFor:       24 * time.Hour,
		},
		Ledger: Ledger{ExportEvery: "@hourly"},
		OIDC:   defaultOIDC(),
	}
}
