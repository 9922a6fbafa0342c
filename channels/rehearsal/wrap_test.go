package rehearsal

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// loud fails the test when anything of it is used that could do I/O.
type loud struct {
	tb testing.TB
	network
}

func (l loud) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Local: true, Addressed: true, Page: true, Media: true, Replaces: true, Limit: 300, Unit: "bytes", Concurrency: 1, Ahead: 1,
	}
}

func (l loud) Publish(context.Context, channels.Delivery) (channels.Receipt, error) {
	l.tb.Error("the wrapped channel published")
	return channels.Receipt{}, nil
}

func (l loud) Connect(context.Context) (channels.Session, error) {
	l.tb.Error("the wrapped channel connected")
	return nil, errors.New("no session")
}

func (l loud) Check(context.Context) (channels.Standing, error) {
	l.tb.Error("the wrapped channel was checked")
	return channels.Standing{}, nil
}

func (l loud) Find(context.Context, channels.Delivery) (channels.Finding, error) {
	l.tb.Error("the wrapped channel looked")
	return channels.Finding{}, nil
}

func (l loud) Inform(context.Context, channels.Post) (channels.Facts, error) {
	l.tb.Error("the wrapped channel asked for facts")
	return nil, nil
}

func (l loud) Notify(context.Context, []string, string, string) error {
	l.tb.Error("the wrapped channel notified")
	return nil
}

func newLoud(tb testing.TB) loud {
	return loud{tb, network{name: "town", settings: settings{Limit: 300, Unit: "bytes", LinkWeight: 23}}}
}

func TestWrapConforms(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) { return Wrap(newLoud(tb)), nil },
	})
}

func TestWrapKeepsAllButTheNetwork(t *testing.T) {
	t.Parallel()
	inner := newLoud(t)
	outer := Wrap(inner)
	want := inner.Capabilities()
	want.Local, want.Rehearses, want.Concurrency, want.Ahead = false, true, 16, 64
	if got := outer.Capabilities(); got != want {
		t.Errorf("capabilities: got %+v, want %+v", got, want)
	}
	if outer.Destination() != inner.Destination() {
		t.Errorf("destination: got %+v", outer.Destination())
	}
	r, _ := outer.Render(channeltest.Post())
	direct, _ := inner.Render(channeltest.Post())
	if !reflect.DeepEqual(r, direct) {
		t.Errorf("rendering: got %+v, want %+v", r, direct)
	}
}

// The queue asks for these by type; a rehearsal must not answer.
func TestWrapOpensNoWayOut(t *testing.T) {
	t.Parallel()
	outer := Wrap(newLoud(t))
	if _, ok := outer.(channels.Connector); ok {
		t.Error("is a Connector")
	}
	if _, ok := outer.(channels.Checker); ok {
		t.Error("is a Checker")
	}
	if _, ok := outer.(channels.Notifier); ok {
		t.Error("is a Notifier")
	}
	if _, ok := outer.(channels.Finder); ok {
		t.Error("is a Finder")
	}
	if _, ok := outer.(channels.Informer); ok {
		t.Error("is an Informer")
	}
	if _, ok := outer.(channels.Previewer); ok {
		t.Error("is a Previewer, and what it wraps is not")
	}
}

// previewing can show what it would publish, and has all the ways out.
type previewing struct{ loud }

func (previewing) Preview(channels.Rendering, channels.Values) ([]channels.Preview, error) {
	return []channels.Preview{{Text: "as readers see it"}}, nil
}

func TestWrapShowsWhatItWouldPublish(t *testing.T) {
	t.Parallel()
	outer := Wrap(previewing{newLoud(t)})
	shows, ok := outer.(channels.Previewer)
	if !ok {
		t.Fatal("is no Previewer")
	}
	if got, err := shows.Preview(channels.Rendering{}, channels.Values{}); err != nil || got[0].Text != "as readers see it" {
		t.Errorf("got %+v, %v", got, err)
	}
	if !outer.Capabilities().Rehearses {
		t.Error("does not rehearse")
	}
	if _, ok := outer.(channels.Checker); ok {
		t.Error("is a Checker")
	}
	if _, err := outer.Publish(t.Context(), channels.Delivery{Begin: func() error { return nil }}); err != nil {
		t.Error(err)
	}
}

func TestWrapReceipt(t *testing.T) {
	t.Parallel()
	begun := 0
	receipt, err := Wrap(newLoud(t)).Publish(t.Context(), channels.Delivery{Begin: func() error { begun++; return nil }})
	want := channels.Receipt{RemoteID: "rehearsal", Detail: "nothing left the machine"}
	if err != nil || receipt != want || begun != 1 {
		t.Errorf("got %+v, %v, begun %d times", receipt, err, begun)
	}
}

// A slot that would not fill in earnest shows in the rehearsal, whichever
// document it stands in.
func TestWrapShowsASlotThatDoesNotFill(t *testing.T) {
	t.Parallel()
	d := channels.Delivery{
		Rendering: channels.Rendering{Documents: []channels.Document{
			{Name: "post", Parts: []channels.Part{{Literal: []byte("fine")}}},
			{Name: "mail", Parts: []channels.Part{{Slot: channels.UnsubscribeLink}}},
		}},
		Begin: func() error { t.Error("begun"); return nil },
	}
	_, err := Wrap(newLoud(t)).Publish(t.Context(), d)
	e := channels.AsError(err)
	if e == nil || e.Class != channels.Permanent || e.Reason != `the document "mail" could not be completed` {
		t.Errorf("got %v", err)
	}
}
