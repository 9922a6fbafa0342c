package channels

import "testing"

func TestStandIn(t *testing.T) {
	t.Parallel()
	slots := []Slot{ParentPost, ParentHash, RootPost, RootHash, MediaID}
	r := Rendering{Documents: []Document{{Name: "post/1"}}}
	for _, s := range slots {
		r.Documents[0].Parts = append(r.Documents[0].Parts, Part{Slot: s, Arg: "sum"}, Part{Literal: []byte(" ")})
	}
	tests := map[string]struct {
		values Values
		want   string
	}{
		"nothing is known": {Values{}, "parent-post parent-hash root-post root-hash media-id "},
		"all is known": {
			Values{ParentPost: "a", ParentHash: "b", RootPost: "c", RootHash: "d", MediaIDs: map[string]string{"sum": "e"}},
			"a b c d e ",
		},
		"another asset's id": {Values{MediaIDs: map[string]string{"x": "e"}}, "parent-post parent-hash root-post root-hash media-id "},
	}
	for name, test := range tests {
		ids := len(test.values.MediaIDs)
		got, err := r.Documents[0].Fill(test.values.StandIn(r))
		if err != nil || string(got) != test.want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, test.want)
		}
		if len(test.values.MediaIDs) != ids {
			t.Errorf("%s: the ids that were given changed", name)
		}
	}
}

func TestStandInForNothingElse(t *testing.T) {
	t.Parallel()
	for s := NoSlot + 1; s < endOfSlots; s++ {
		r := Rendering{Documents: []Document{{Name: "d", Parts: []Part{{Slot: s, Arg: "sum"}}}}}
		_, err := r.Documents[0].Fill(Values{}.StandIn(r))
		ofDestination := s == ParentPost || s == ParentHash || s == RootPost || s == RootHash || s == MediaID
		if stands := err == nil; stands != ofDestination && s != RecipientName {
			t.Errorf("%s: fills %t, want %t", s, stands, ofDestination)
		}
	}
}
