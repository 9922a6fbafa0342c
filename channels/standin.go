package channels

import "maps"

// StandIn gives values in which the names of the slots stand in for what only a
// destination can give: the ids of posts and of uploads. It is for showing and
// rehearsing a rendering; what has a value keeps it.
func (v Values) StandIn(r Rendering) Values {
	v.MediaIDs = maps.Clone(v.MediaIDs)
	if v.MediaIDs == nil {
		v.MediaIDs = map[string]string{}
	}
	for _, d := range r.Documents {
		for _, p := range d.Parts {
			v.standIn(p)
		}
	}
	return v
}

func (v *Values) standIn(p Part) {
	if p.Slot == MediaID {
		if v.MediaIDs[p.Arg] == "" {
			v.MediaIDs[p.Arg] = p.Slot.String()
		}
		return
	}
	place, ok := map[Slot]*string{
		ParentPost: &v.ParentPost, ParentHash: &v.ParentHash, RootPost: &v.RootPost, RootHash: &v.RootHash,
	}[p.Slot]
	if ok && *place == "" {
		*place = p.Slot.String()
	}
}
