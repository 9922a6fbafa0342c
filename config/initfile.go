package config

import _ "embed"

//go:embed init.toml
var initFile string

// InitFile gives the text of a starting file, with every common key and a
// comment on it. It loads without a fault where the kind webfeed is known.
func InitFile() []byte { return []byte(initFile) }
