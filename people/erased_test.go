package people

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEraser(t *testing.T) {
	t.Parallel()
	hal := Person{Name: "hal.young", FullName: "Hal  Young", Email: "hal.young@example.org"}
	will := Person{Name: "will", FullName: "Will"}
	for _, c := range []struct {
		who         Person
		text, wants string
	}{
		{hal, "ask hal.young", "ask ~"},
		{hal, "Hal Young agreed, HAL\nYOUNG signed", "~ agreed, ~ signed"},
		{hal, "mail Hal.Young@Example.org; or hal.young@example.org.uk", "mail ~; or ~.uk"},
		{hal, "hal.youngest, Hal Younger, xHal Young, Éhal.young, hal.young2", "hal.youngest, Hal Younger, xHal Young, Éhal.young, hal.young2"},
		{hal, "(hal.young)", "(~)"},
		{hal, "hal.young-2, x.hal.young. hal.young-3: hal.young-2's, hal.young-led", "hal.young-2, x.hal.young. ~-3: hal.young-2's, ~-led"},
		{hal, "hal.young-2", "hal.young-2"},
		{hal, "hal.young-", "~-"},
		{hal, "halxyoung", "halxyoung"},
		{will, "this will go; @will says so; Will knows; willing", "this will go; ~ says so; ~ knows; willing"},
		{Person{Name: "gauges-2", FullName: "River gauges"}, "gauges-2 of the river gauges", "~ of the ~"},
		{Person{Name: "x"}, "nothing \xff of x", "nothing \xff of x"},
		{hal, "", ""},
	} {
		if got := NewEraser(c.who, "~", []string{"hal.young-2", "x.hal.young"}).Clean(c.text); got != c.wants {
			t.Errorf("%q of %s becomes %q, want %q", c.text, c.who.Name, got, c.wants)
		}
	}
}

func TestNeutralNames(t *testing.T) {
	t.Parallel()
	if name := ErasedName(7); name != "erased person 7" || !IsErased(name) || IsErased("erased-person-7") {
		t.Errorf("the name is %q", name)
	}
}

// What was cleaned once has nothing left to clean, wherever the names stood.
func TestCleanLeavesNothing(t *testing.T) {
	t.Parallel()
	hal := Person{Name: "hal.young", FullName: "Hal Young", Email: "hal@example.org"}
	e := NewEraser(hal, ErasedName(1), nil)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]string{hal.Name, hal.FullName, hal.Email, "HAL YOUNG"}), rapid.String())).Draw(t, "parts")
		once := e.Clean(strings.Join(parts, " "))
		if twice := e.Clean(once); twice != once {
			t.Errorf("%q becomes %q, and then %q", parts, once, twice)
		}
	})
}
