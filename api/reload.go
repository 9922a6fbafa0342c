package api

// Reloaded is what a reload of the configuration took over. Lists name
// channels.
type Reloaded struct {
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty" doc:"What is due there is held."`
	Changed []string `json:"changed,omitempty" doc:"What was approved for another destination is held."`
	Limits  []string `json:"limits,omitempty" doc:"Only their limits changed."`
	Alerts  bool     `json:"alerts,omitempty" doc:"Other staff are told, or through another channel."`
	Feed    bool     `json:"feed,omitempty" doc:"Feeds say something else of themselves."`
	Restart []string `json:"restart,omitempty" doc:"Keys that changed and are taken over by a restart."`
}
